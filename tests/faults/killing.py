"""Workers are killed while they send, until everything that was queued has come to its end."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.hours import Clock
from tests.faults.keeper import DRAW
from tests.faults.outbox import Kept, Outbox
from tests.faults.pack import Pack

# Without a message that arrives for so long it is looked at what everybody waits for.
STILL, PATIENCE = 0.2, 90
# So often it is looked how many arrived: seldom enough to leave the processors to the workers.
LOOK = 0.01
# A kill comes up to so many deliveries after the arrival that set it off, in any of their steps, and so many
# seconds at most: on a fast machine all would have left before the last kill.
DELIVERIES, LATEST = 12, 0.06
# What waits is looked at again when the sweep comes, so long after its moment at most.
SWEEP = timedelta(seconds=30)


class NotFinished(AssertionError):
    """The workers did not come to an end."""


def do_nothing() -> None:
    """Ring no bell: workers that never sleep need none."""


@dataclass(slots=True)
class Shift:
    """Workers with their outbox and clock; `arrived` counts what the other side took.

    `longest_asked` is how long, by that clock, the provider had been asked about a doubtful SMS at most.
    Who holds a message and lives is waited for, but for so many seconds without an arrival at most: after a
    fault of the database nobody goes on with what they hold, and only the lease's end frees it. `ring` wakes
    workers that sleep until a bell rings; it is rung as often as it is looked.
    """

    pack: Pack
    outbox: Outbox
    clock: Clock
    arrived: Callable[[], int]
    patience_with_living: float = float("inf")
    ring: Callable[[], None] = do_nothing
    longest_asked: timedelta = field(default_factory=timedelta)
    _apart: float = LATEST

    def until_done(self, *, kills: int, messages: int) -> list[Kept]:
        """Kill so many workers while about so many messages arrive; return how all messages ended.

        A worker that holds messages is killed. When all that is left waits for its moment, such as the end of
        a dead worker's lease, the clock is put on: nobody alive holds anything then.
        """
        seen, moved_at, next_at = -1, time.monotonic(), 1
        while True:
            number = self.arrived()
            if number != seen:
                now = time.monotonic()
                self._apart = (now - moved_at) / (number - seen)
                seen, moved_at = number, now
            if self.pack.kills < kills and number >= next_at and self._kill_one():
                # Half of what there is for each kill, as it takes its time too.
                apart = (messages - number) // (2 * (kills - self.pack.kills + 1))
                next_at = number + 1 + DRAW.randrange(max(apart, 1))
            elif time.monotonic() - moved_at > STILL:
                states = self.outbox.states()
                if all(kept.is_over for kept in states):
                    return states
                self._wait_no_longer(states, stuck=time.monotonic() - moved_at > self.patience_with_living)
                self.ring()
                if time.monotonic() - moved_at > PATIENCE:
                    raise NotFinished(str(Counter((kept.state.value, kept.reason) for kept in states)))
                time.sleep(STILL)
            time.sleep(LOOK)

    def _kill_one(self) -> bool:
        holding = self.pack.living() & self.outbox.holders()
        if holding:
            time.sleep(DRAW.random() * min(LATEST, DELIVERIES * self._apart))
            self.pack.kill(DRAW.choice(sorted(holding)))
        return bool(holding)

    def _wait_no_longer(self, states: list[Kept], *, stuck: bool) -> None:
        now, living = self.clock(), self.pack.living()
        asked = [now - kept.handed_at for kept in states if kept.is_asked and kept.handed_at]
        self.longest_asked = max([self.longest_asked, *asked])
        waiting = [kept.waits_until for kept in states if not kept.is_over]
        is_due = any(moment is None or moment <= now for moment in waiting)
        at_work = any(kept.is_held and kept.held_in in living for kept in states)
        if not is_due and (stuck or not at_work):
            self.clock.skip(min(moment for moment in waiting if moment) - now + SWEEP)
