"""When a promised payment can be judged: after its grace, and not before payments are known that far."""

from datetime import date, timedelta

import pytest

from reactions.promises import grace_ends, last_ripe_day
from tests.reactions.conftest import Counter, tell_what_is_open

DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 27)
TUESDAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("country", "day", "until"),
    [
        ("NL", date(2026, 11, 24), date(2026, 11, 26)),
        ("NL", FRIDAY, TUESDAY),
        ("NL", FRIDAY + DAY, TUESDAY),
        ("NL", FRIDAY + 2 * DAY, TUESDAY),
        ("NL", date(2026, 12, 24), date(2026, 12, 29)),
        ("NL", date(2026, 12, 31), date(2027, 1, 5)),
        ("BE", date(2027, 5, 5), date(2027, 5, 10)),
        ("NO", date(2027, 3, 24), date(2027, 3, 31)),
        ("SE", date(2026, 12, 24), date(2026, 12, 29)),
    ],
)
def test_the_grace_is_two_working_days_of_the_country(country: str, day: date, until: date) -> None:
    assert grace_ends(day=day, country=country) == until


def ripe(counter: Counter, today: date) -> date:
    with counter.scope():
        return last_ripe_day(organisation=counter.organisation, today=today)


def test_a_promise_is_ripe_on_the_day_after_its_grace(counter: Counter) -> None:
    assert ripe(counter, TUESDAY) == FRIDAY - DAY
    # What was promised for the weekend has the same two working days.
    assert ripe(counter, TUESDAY + DAY) == FRIDAY + 2 * DAY


@pytest.mark.parametrize(
    ("known_on", "last"),
    [(TUESDAY - DAY, FRIDAY - DAY), (TUESDAY, FRIDAY + 2 * DAY), (TUESDAY + 9 * DAY, FRIDAY + 11 * DAY)],
)
def test_no_promise_is_ripe_beyond_the_payments_that_are_known(
    counter: Counter, known_on: date, last: date
) -> None:
    with counter.scope():
        tell_what_is_open(counter.organisation, known_on)
    assert ripe(counter, TUESDAY + 30 * DAY) == last


def test_what_is_known_of_today_makes_nothing_ripe_earlier(counter: Counter) -> None:
    with counter.scope():
        tell_what_is_open(counter.organisation, TUESDAY)
    assert ripe(counter, TUESDAY) == FRIDAY - DAY


def test_what_another_organisation_knows_is_its_own(counter: Counter, other_counter: Counter) -> None:
    with other_counter.scope():
        tell_what_is_open(other_counter.organisation, FRIDAY)
    assert ripe(counter, TUESDAY + DAY) == FRIDAY + 2 * DAY
