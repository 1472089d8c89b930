"""The only place that reads the clock; doors and commands call it and hand `now` down."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def day_in(moment: datetime, zone: str) -> date:
    """Return the calendar day that `moment` (aware) falls on in the IANA zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
