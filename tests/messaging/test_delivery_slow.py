"""A mail server that takes its time: the worker that waits for it is not taken for dead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from core.transaction import DatabaseBusy, writing
from messaging import delivery, doubt, settlement
from messaging.claims import Claim
from messaging.models import Message, MessageState
from messaging.providers.outcomes import BeforeHanding, Outcome, OutgoingMail
from tests.messaging.outbox import Around, Outbox


@dataclass
class Slow(Around):
    """A way out on which each message takes so many seconds, told of every five of them; the first ones are
    taken at once. Another worker looks after what dead ones left meanwhile."""

    outbox: Outbox
    before_dot: int = 0
    at_dot: int = 0
    at_once: int = 0
    during: Callable[[], object] = lambda: None
    told: Callable[[], object] = field(default=lambda: None)

    def tell_of_waiting(self, told: Callable[[], object]) -> None:
        self.told = told

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Hand over slowly."""
        if self.at_once > 0:
            self.at_once -= 1
            return self.provider.hand_over(message, before_handing=before_handing)

        def slowly() -> bool:
            self._wait(self.before_dot)
            opens = before_handing()
            self._wait(self.at_dot)
            return opens

        return self.provider.hand_over(message, before_handing=slowly)

    def _wait(self, seconds: int) -> None:
        for _ in range(0, seconds, 5):
            self.told()
            self.during()
            self.outbox.pass_by(seconds=5)
            with writing():
                doubt.settle_lost(now=self.outbox.now)


def states(outbox: Outbox, messages: list[Message]) -> list[tuple[MessageState, int, int]]:
    kept = [outbox.fresh(message) for message in messages]
    return [(one.state, one.attempt, one.losses) for one in kept]


def test_a_slow_server_gets_its_message_and_no_other_is_lost(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    slow = Slow(outbox.mail(), outbox, before_dot=150)
    assert outbox.deliver(mail=lambda: slow) == {"sent": 1}
    assert states(outbox, messages) == [(MessageState.SENT, 1, 0), *[(MessageState.NEW, 0, 0)] * 2]
    assert outbox.deliver(worker="another") == {"sent": 2}


def test_what_waits_behind_a_slow_message_leaves_by_another_worker_meanwhile(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    others: list[dict[str, int]] = []
    slow = Slow(
        outbox.mail(), outbox, at_dot=30, during=lambda: others.append(outbox.deliver(worker="another"))
    )
    assert outbox.deliver(mail=lambda: slow) == {"sent": 1}
    assert {"sent": 2} in others
    assert states(outbox, messages) == [(MessageState.SENT, 1, 0)] * 3
    assert len(outbox.sink.received) == 3


def test_a_server_may_take_ten_minutes_for_the_dot(outbox: Outbox) -> None:
    message = outbox.write()
    assert outbox.deliver(mail=lambda: Slow(outbox.mail(), outbox, at_dot=590)) == {"sent": 1}
    assert outbox.attempts(message) == [(1, "sent", "")]
    assert outbox.fresh(message).state is MessageState.SENT


def test_what_was_taken_is_stored_alone_when_the_next_message_takes_its_time(outbox: Outbox) -> None:
    first, second = outbox.write(), outbox.write()
    seen: list[MessageState] = []
    slow = Slow(
        outbox.mail(),
        outbox,
        before_dot=20,
        at_once=1,
        during=lambda: seen.append(outbox.fresh(first).state),
    )
    assert outbox.deliver(mail=lambda: slow) == {"sent": 2}
    assert (seen[0], seen[-1]) == (MessageState.HANDING, MessageState.SENT)
    assert states(outbox, [first, second]) == [(MessageState.SENT, 1, 0)] * 2


def test_what_waits_goes_back_at_once_when_the_worker_is_asked_to_end(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    ending: list[bool] = []
    seen: list[tuple[MessageState, int, int]] = []

    def ask_to_end() -> None:
        ending.append(True)
        slow.told()
        seen.extend(states(outbox, messages))

    slow = Slow(outbox.mail(), outbox, before_dot=5, during=ask_to_end)
    assert outbox.deliver(mail=lambda: slow, ending=lambda: bool(ending)) == {"sent": 1}
    assert seen[:3] == [(MessageState.CLAIMED, 1, 0), *[(MessageState.NEW, 0, 0)] * 2]


def test_what_waits_is_given_back_later_when_the_database_was_busy(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [outbox.write() for _ in range(3)]
    tried: list[int] = []

    def busy_once(rest: Sequence[Claim], *, until: datetime | None = None) -> None:
        tried.append(len(rest))
        if len(tried) == 1:
            raise DatabaseBusy
        settlement.give_back(rest, until=until)

    monkeypatch.setattr(delivery, "give_back", busy_once)
    slow = Slow(outbox.mail(), outbox, before_dot=20)
    assert outbox.deliver(mail=lambda: slow) == {"sent": 1}
    assert tried == [2, 2]
    assert states(outbox, messages) == [(MessageState.SENT, 1, 0), *[(MessageState.NEW, 0, 0)] * 2]
