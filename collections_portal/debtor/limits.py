"""How often one address may enter, send a form or try links: kept by this process, against floods."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from flask import current_app, request

from core import clock
from core.members.attempts import network_of
from core.refusals import N_, Refusal

WINDOW_SECONDS = 60


class TooOften(Refusal):
    """More requests from one address than a person makes."""

    sentence = N_("That was too often. Please wait a moment and try again.")
    status = 429

    def __init__(self, *, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__()


@dataclass
class Limit:
    """At most `most` requests of one address in a minute of the clock."""

    most: int
    _minute: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def spend(self) -> None:
        """Count one request of this address. Raises TooOften, with the seconds to wait."""
        minute, second = divmod(int(clock.now().timestamp()), WINDOW_SECONDS)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            who = network_of(request.remote_addr or "")
            self._counts[who] += 1
            if self._counts[who] > self.most:
                raise TooOften(wait_seconds=WINDOW_SECONDS - second)


def limits_here() -> "Limits":
    """Return the limits of this application."""
    found: Limits = current_app.extensions["debtor_limits"]
    return found


@dataclass
class Limits:
    """One set for each application."""

    entering: Limit = field(default_factory=lambda: Limit(30))
    saving: Limit = field(default_factory=lambda: Limit(30))
    # Only links that are none are counted: a whole office behind one address opens the ones it has.
    guessing: Limit = field(default_factory=lambda: Limit(60))
