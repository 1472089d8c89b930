"""How fast messages may leave: a rate with room for one minute's worth at once. Pure.

All a rate has to remember is one moment, up to which it is used: the generic cell rate algorithm. That moment
may lie a minute ahead at most, so a line that was quiet for a minute may send a minute's worth at once. One
that lies further ahead was written by a clock that is wrong, and counts for nothing: else an hour that a
worker's clock runs ahead would silence all workers for an hour.

A rate that the provider finds too high is halved, and doubled again step by step once it is quiet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
# As much may clocks differ before one of them is called wrong.
SKEW = timedelta(minutes=1)
# What is refused within this belongs to one burst, and halves the rate once: many lines send at a time.
BURST = timedelta(minutes=1)
# As long without a refusal, and one halving is taken back.
RECOVERY = timedelta(minutes=5)
MOST_HALVINGS = 5


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a minute of one organisation, and to one domain; 0 is no limit."""

    organisation: int = 0
    domain: int = 0


def room(*, per_minute: int, spent_until: datetime, now: datetime) -> int:
    """Return how many messages may leave now."""
    return max(0, (now + MINUTE - _used(spent_until, now)) * per_minute // MINUTE)


def spend(*, per_minute: int, spent_until: datetime, now: datetime, messages: int) -> datetime:
    """Return up to which moment the rate is used when so many messages leave now."""
    return _used(spent_until, now) + MINUTE * messages / per_minute


def free_again(*, per_minute: int, spent_until: datetime, now: datetime, behind: int) -> datetime:
    """Return when the rate has room for a message with so many others waiting before it."""
    return max(now, _used(spent_until, now) - MINUTE + MINUTE * (behind + 1) / per_minute)


def halvings(*, counted: int, last_at: datetime | None, now: datetime) -> int:
    """Return how often a rate is still halved that was halved `counted` times, the last one at `last_at`."""
    if last_at is None or last_at > now + SKEW:
        return 0
    return max(0, counted - max(timedelta(), now - last_at) // RECOVERY)


def is_same_burst(*, last_at: datetime | None, now: datetime) -> bool:
    """Return whether a refusal belongs to the one for which the rate was halved at `last_at`."""
    return last_at is not None and abs(now - last_at) < BURST


def halved(*, per_minute: int, times: int) -> int:
    """Return the rate halved so many times: one a minute at least, and no limit (0) stays none."""
    return max(1, per_minute >> times) if per_minute else 0


def _used(spent_until: datetime, now: datetime) -> datetime:
    return spent_until if now < spent_until <= now + MINUTE + SKEW else now
