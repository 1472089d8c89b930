"""When people may be approached about money: the hours of their country, checked when a message leaves.

Hours and holidays are rows of law (`core.law`). What answers a debtor's own request (a link asked for, a
receipt) is no approach and is not held to them. Rules without database or clock.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.law.hours import countries_of, hours_on
from core.law.shelf import in_force

# Longer than any row of Sundays and holidays.
LONGEST_WAIT_DAYS = 31


def next_moment(*, country: str, zone: str, at: datetime) -> datetime:
    """Return the first moment from `at` on (aware) at which people in the country may be approached, in UTC.

    `country` is ISO 3166 (`NL`); one without rows gets careful hours. `zone` is the clock that counts (IANA).
    """
    clock, book = ZoneInfo(zone), in_force()
    today = at.astimezone(clock).date()
    for number in range(LONGEST_WAIT_DAYS):
        hours = hours_on(book=book, country=country, day=today + timedelta(days=number))
        if hours is None:
            continue
        opens, closes = (
            datetime.combine(today + timedelta(days=number), moment, tzinfo=clock).astimezone(UTC)
            for moment in (hours.opens, hours.closes)
        )
        if at < closes:
            return max(at.astimezone(UTC), opens)
    raise ValueError(f"No contact hours in {country} within {LONGEST_WAIT_DAYS} days.")


def next_moment_anywhere(*, zone: str, at: datetime) -> datetime:
    """Return the first moment from `at` on at which people of every country may be approached, in UTC."""
    countries, before = countries_of(in_force()), None
    while at != before:
        before = at
        at = max(next_moment(country=country, zone=zone, at=at) for country in countries)
    return at
