"""Working days: Monday to Friday, without holidays where somebody tells them. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

SATURDAY = 5


def _never(_day: date) -> bool:
    return False


def after(day: date, count: int, *, is_holiday: Callable[[date], bool] = _never) -> date:
    """Return the day that is `count` working days after `day`; with 0 the day itself."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and not is_holiday(day)
    return day
