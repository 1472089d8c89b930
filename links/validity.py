"""Until when a link works: fixed when it is issued, to a whole minute that people can read. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS_A_DAY = 24


def end_of(*, issued_at: datetime, hours: int, zone: str) -> datetime:
    """Return the moment (aware, UTC) from which a link issued now is refused.

    Whole days end at 23:59 of that day in the organisation's zone, whatever clock change lies between; fewer
    or other hours are counted as hours, down to the minute. An end in the hour that comes twice when summer
    time ends is the later one: the time in the message is then true whichever way it is read.
    """
    if hours % HOURS_A_DAY:
        end = (issued_at + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    else:
        last_day = issued_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=hours // HOURS_A_DAY)
        end = datetime.combine(last_day, time(23, 59), tzinfo=ZoneInfo(zone))
    return end.replace(fold=1).astimezone(UTC)


def length_of(*, issued_at: datetime, expires_at: datetime, zone: str) -> timedelta:
    """Return how long a link works as people say it: whole days when it ends at 23:59, else whole hours."""
    local_end = expires_at.astimezone(ZoneInfo(zone))
    days = (local_end.date() - issued_at.astimezone(ZoneInfo(zone)).date()).days
    if days and local_end.time() == time(23, 59):
        return timedelta(days=days)
    return timedelta(hours=round((expires_at - issued_at) / timedelta(hours=1)))
