"""Workers are killed while they send, until everything that was queued has come to its end."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from messaging.models import MessageState
from tests.faults.hours import Clock
from tests.faults.outbox import Kept, Outbox
from tests.faults.pack import DRAW, Pack

# Without a message that arrives for so long it is looked at what everybody waits for.
STILL, PATIENCE = 0.2, 90
# So often it is looked how many arrived: seldom enough to leave the processors to the workers.
LOOK = 0.01
# A kill comes up to so long, some deliveries, after the arrival that set it off: in any of their steps.
LATEST = 0.06


class NotFinished(AssertionError):
    """The workers did not come to an end."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Workers with their outbox and clock; `arrived` counts what the other side took."""

    pack: Pack
    outbox: Outbox
    clock: Clock
    arrived: Callable[[], int]

    def until_done(self, *, kills: int, messages: int) -> list[Kept]:
        """Kill so many workers while about so many messages arrive; return how all messages ended.

        A worker that holds messages is killed. When all that is left waits for its moment, such as the end of
        a dead worker's lease, the clock is put on: nobody alive holds anything then.
        """
        seen, moved_at, next_at = -1, time.monotonic(), 1
        while True:
            number = self.arrived()
            if number != seen:
                seen, moved_at = number, time.monotonic()
            if self.pack.kills < kills and number >= next_at and self._kill_one():
                apart = (messages - number) // (kills - self.pack.kills + 1)
                next_at = number + 1 + DRAW.randrange(max(apart, 1))
            elif time.monotonic() - moved_at > STILL:
                states = self.outbox.states()
                if all(kept.is_over for kept in states):
                    return states
                self._wait_no_longer(states)
                if time.monotonic() - moved_at > PATIENCE:
                    raise NotFinished(str(Counter((kept.state.value, kept.reason) for kept in states)))
                time.sleep(STILL)
            time.sleep(LOOK)

    def _kill_one(self) -> bool:
        holding = self.pack.living() & self.outbox.holders()
        if holding:
            time.sleep(DRAW.random() * LATEST)
            self.pack.kill(DRAW.choice(sorted(holding)))
        return bool(holding)

    def _wait_no_longer(self, states: list[Kept]) -> None:
        now, living = self.clock(), self.pack.living()
        is_due = any(kept.state is MessageState.NEW and kept.not_before <= now for kept in states)
        if not is_due and not any(kept.is_held and kept.held_by in living for kept in states):
            self.clock.skip(seconds=61)
