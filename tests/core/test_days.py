"""Days counted from a day: as the calendar has them, and within its ends."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.days import FIRST, LAST, days_after


@pytest.mark.parametrize(
    ("day", "number", "found"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2028, 3, 1), -1, date(2028, 2, 29)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date.max, 14, LAST),
        (date.min, -7, FIRST),
        (date(9999, 12, 1), 1000, LAST),
        (date.min, 1, FIRST),
        (date.max, -1, LAST),
    ],
)
def test_days_are_counted_up_to_the_ends_of_the_calendar(day: date, number: int, found: date) -> None:
    assert days_after(day, number) == found


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_ends_are_moments_in_every_time_zone(day: date, zone: str) -> None:
    assert datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC).tzinfo is UTC
