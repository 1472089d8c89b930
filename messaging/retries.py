"""When a message that could not be handed over is tried again. Pure but for the jitter."""

import secrets
from datetime import datetime, timedelta

STEPS = (1, 2, 5, 10, 20, 40)
THEN = 60
LAST = timedelta(hours=72)
CHANNEL_PAUSE = timedelta(minutes=15)
CHANNEL_REST = timedelta(minutes=1)
JITTER_PERCENT = 20
# A telephone that is off or out of reach is tried three times more, within the same 72 hours.
REACHING = (timedelta(hours=1), timedelta(hours=8), timedelta(hours=24))


def next_try(
    *,
    attempt: int,
    created_at: datetime,
    expires_at: datetime | None,
    now: datetime,
    wait: timedelta | None = None,
) -> datetime | None:
    """Return when to try again after this attempt (1, 2, ...), or None when that would be too late.

    After 1, 2, 5, 10, 20 and 40 minutes, then every hour, each 20 % earlier or later so that many do not come
    back at once; never before the provider's own wish `wait`; until 72 hours, or the message's own end.
    """
    minutes = STEPS[attempt - 1] if attempt <= len(STEPS) else THEN
    share = 100 - JITTER_PERCENT + secrets.randbelow(2 * JITTER_PERCENT + 1)
    pause = timedelta(minutes=minutes) * share / 100
    planned = now + max(pause, wait or timedelta())
    last = created_at + LAST
    if expires_at is not None:
        last = min(last, expires_at)
    return planned if planned < last else None


def next_reach(
    *, tried: int, created_at: datetime, expires_at: datetime | None, now: datetime
) -> datetime | None:
    """Return when to try a telephone again that was not reached, `tried` times before this one, or None."""
    if tried >= len(REACHING):
        return None
    planned = now + REACHING[tried]
    last = min(created_at + LAST, expires_at or created_at + LAST)
    return planned if planned < last else None
