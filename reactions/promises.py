"""When it can be said of a promised payment whether it came."""

from datetime import date, timedelta

from core.law.holidays import is_holiday
from core.law.shelf import in_force
from core.organisations.models import Organisation
from invoices.freshness import payments_known_on
from reactions import working_days

# Money sent on the last day is booked on the next, and stands in the file of the day after.
GRACE = 2
DAY = timedelta(days=1)


def grace_ends(*, day: date, country: str) -> date:
    """Return the last day on which what was named for `day` may still come: two working days later.

    Holidays are those of the country (ISO 3166).
    """
    book = in_force()
    return working_days.after(
        day, GRACE, is_holiday=lambda one: is_holiday(book=book, country=country, day=one)
    )


def broken_from(*, day: date, country: str) -> date:
    """Return the first day on which a promise for `day` that was not kept may break."""
    return grace_ends(day=day, country=country) + DAY


def last_ripe_day(*, organisation: Organisation, today: date) -> date:
    """Return the last day for which a promised payment has come by now, or will not come any more.

    Its grace is over, and the payments of all of it are known. An organisation whose payments no file ever
    told about enters them by hand: there is nothing to wait for.
    """
    until, known_on = today - DAY, payments_known_on(organisation=organisation)
    if known_on is not None:
        until = min(until, known_on)
    ripe = until
    while grace_ends(day=ripe, country=organisation.country) > until:
        ripe -= DAY
    return ripe
