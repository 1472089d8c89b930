"""Working days: Monday to Friday. Pure."""

from datetime import date, timedelta

SATURDAY = 5


def after(day: date, count: int) -> date:
    """Return the day that is `count` working days after `day`; with 0 the day itself."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
