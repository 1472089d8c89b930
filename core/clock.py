"""The only place that reads the clock; doors and commands call it and hand `now` down."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Up to here two clocks are called the same: leases and contact hours are far longer.
TOLERANCE = timedelta(seconds=2)
_behind = timedelta()


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return of_machine() + _behind


def of_machine() -> datetime:
    """Return what this machine's own clock shows, aware, in UTC."""
    return datetime.now(UTC)


def agree(*, shared: datetime, shown: datetime) -> timedelta:
    """Go by a clock that several machines share, and return how far this machine's own is behind it.

    `shared` is the moment (aware) it was when this machine's clock showed `shown`. Within `TOLERANCE` the own
    clock is right, and the answer is nothing.
    """
    global _behind  # noqa: PLW0603  a process has one clock
    behind = shared - shown
    _behind = behind if abs(behind) > TOLERANCE else timedelta()
    return _behind


def day_in(moment: datetime, zone: str) -> date:
    """Return the calendar day that `moment` (aware) falls on in the IANA zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
