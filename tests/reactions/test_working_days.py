"""An answer promised in working days never falls in a weekend."""

from datetime import date

import pytest

from reactions.working_days import after


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
        (date(2026, 11, 23), 4, date(2026, 11, 27)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_working_days_step_over_weekends(day: date, count: int, expected: date) -> None:
    assert after(day, count) == expected


def test_holidays_are_stepped_over_where_somebody_tells_them() -> None:
    monday = date(2026, 11, 23)
    assert after(date(2026, 11, 20), 1, is_holiday={monday}.__contains__) == date(2026, 11, 24)
