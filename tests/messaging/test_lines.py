"""How many threads of a worker send at once: as many as have something to wait for."""

import time

import pytest

from collections_portal import jobs
from tests.messaging.outbox import Outbox

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
