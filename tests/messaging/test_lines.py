"""How many threads of a worker send at once: as many as have something to wait for."""

import threading
import time
from dataclasses import dataclass, replace

import pytest

from collections_portal import jobs
from collections_portal.work import SENDERS, Bell
from core import clock
from messaging.models import MessageState
from messaging.providers.outcomes import BeforeHanding, Outcome, OutgoingMail
from tests.messaging.outbox import Around, Outbox

ANY, NONE = 1e9, 0.0


def calls_for_help(outbox: Outbox) -> int:
    """Return how often a thread that sends everything calls another one."""
    calls: list[None] = []
    assert not jobs.deliver_messages(outbox.app, now=lambda: outbox.now, call_help=lambda: calls.append(None))
    return len(calls)


def queue(outbox: Outbox, number: int) -> None:
    for _ in range(number):
        outbox.write()


@pytest.mark.parametrize(
    ("messages", "busy", "calls"),
    [(jobs.FEW, ANY, 1), (jobs.FEW - 1, ANY, 0), (jobs.FEW, NONE, 0), (3 * jobs.FEW, ANY, 1)],
)
def test_a_thread_calls_another_when_there_is_more_to_send_and_time_for_it(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, messages: int, busy: float, calls: int
) -> None:
    monkeypatch.setattr(jobs, "BUSY", busy)
    queue(outbox, messages)
    assert calls_for_help(outbox) == calls


def test_how_busy_a_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    processor, clock = iter([2.0, 2.1, 2.5]), iter([10.0, 11.0, 10.0])
    monkeypatch.setattr(time, "process_time", lambda: next(processor))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    spent = jobs.Spent()
    assert spent.share() == pytest.approx(0.1)
    assert spent.share() == 0.0


@dataclass
class Silent(Around):
    """A mail server that hears everything and answers only when it is told to."""

    heard: threading.Semaphore
    answer: threading.Event

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Take the message, and say so late."""

        def slowly() -> bool:
            opens = before_handing()
            self.heard.release()
            return self.answer.wait(timeout=60) and opens

        return self.provider.hand_over(message, before_handing=slowly)


def test_sms_leave_while_every_line_of_mail_waits_for_its_server(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.now = clock.now()
    mails = [outbox.write(event="invoice_link", is_collection=False) for _ in range(SENDERS)]
    heard, answer = threading.Semaphore(0), threading.Event()
    carriers = replace(outbox.carriers(), mail=lambda: Silent(outbox.mail(), heard, answer))
    monkeypatch.setattr(jobs, "carriers_of", lambda _config: carriers)
    monkeypatch.setattr(jobs, "FEW", 1)
    bell = Bell(outbox.app)
    lines = [threading.Thread(target=bell.mails.call_local) for _ in mails]
    for line in lines:
        line.start()
    try:
        assert all(heard.acquire(timeout=30) for _ in mails)
        outbox.write(outbox.debtor(sms="+31612345678"), event="invoice_link", is_collection=False)
        texter = threading.Thread(target=bell.texts.call_local)
        texter.start()
        texter.join(timeout=30)
        assert len(outbox.twilio.messages) == 1
    finally:
        answer.set()
        for line in lines:
            line.join(timeout=60)
    assert [outbox.fresh(mail).state for mail in mails] == [MessageState.SENT] * SENDERS
