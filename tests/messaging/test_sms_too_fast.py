"""Twilio says that we send too fast (20429): all workers halve their rate, and recover after a while."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from collections_portal.carriers import link_writer
from core import tenancy
from core.database import db
from core.transaction import writing
from invoices.models import Channel
from messaging import claims, paces, retries, senders
from messaging.delivery import deliver_due
from messaging.models import Message, MessageState, SendingPace
from messaging.providers.outcomes import NotHanded
from messaging.rates import BURST, MOST_HALVINGS, RECOVERY
from messaging.settlement import Attempt, settle
from tests.messaging.outbox import Outbox

# A message each five seconds, once what may leave at once is gone.
RATE = 12
SECOND = timedelta(seconds=1)


def text_messages(outbox: Outbox, many: int) -> list[Message]:
    return [outbox.write(outbox.debtor(sms=f"+316123456{number:02}")) for number in range(many)]


def deliver(outbox: Outbox, worker: str = "worker", *, per_minute: int = RATE) -> dict[str, int]:
    """Let a worker deliver with a sender that takes so many a minute."""
    return deliver_due(
        carriers=replace(outbox.carriers(), sms_per_minute=per_minute),
        links_of=link_writer(outbox.app.config["PORTAL"], lambda: outbox.now),
        clock=lambda: outbox.now,
        worker=worker,
    ).outcomes


def room(outbox: Outbox) -> int | None:
    with writing():
        return senders.room(channel=Channel.SMS, per_minute=RATE, now=outbox.now)


def too_fast(outbox: Outbox, *, wait: timedelta = timedelta()) -> None:
    with writing():
        senders.slow_down(channel=Channel.SMS, wait=wait, now=outbox.now)


def room_after_a_minute(outbox: Outbox) -> int | None:
    """Return how many SMS leave at once when nothing left for a minute."""
    return room(replace(outbox, now=outbox.now + timedelta(minutes=1)))


def test_another_worker_goes_on_at_half_the_rate(outbox: Outbox) -> None:
    text_messages(outbox, 30)
    outbox.twilio.faults.queue.append(20429)
    assert deliver(outbox, "first") == {"new": 1}
    assert deliver(outbox, "second") == {}
    outbox.pass_by(seconds=9)
    assert deliver(outbox, "second") == {}
    outbox.pass_by(seconds=1)
    assert deliver(outbox, "second") == {"sent": 1}
    assert deliver(outbox, "third") == {}
    outbox.pass_by(minutes=1)
    assert deliver(outbox, "third") == {"sent": RATE // 2}
    assert len(outbox.twilio.messages) == 1 + RATE // 2


def test_what_many_lines_hear_at_once_halves_the_rate_once(outbox: Outbox) -> None:
    for _line in range(8):
        too_fast(outbox)
        outbox.pass_by(seconds=7)
    assert room_after_a_minute(outbox) == RATE // 2


def test_said_again_later_it_halves_the_rate_again(outbox: Outbox) -> None:
    too_fast(outbox)
    outbox.now += BURST
    too_fast(outbox)
    assert room(outbox) == 0
    assert room_after_a_minute(outbox) == RATE // 4


def test_the_same_answer_stored_twice_changes_nothing(outbox: Outbox) -> None:
    (message,) = text_messages(outbox, 1)
    with tenancy.everywhere(), writing():
        held = claims.claim_due(
            organisation_id=outbox.organisation.id,
            channel=Channel.SMS,
            owner="worker",
            limit=1,
            now=outbox.now,
        )
    attempt, answer = Attempt(held[0], outbox.now), NotHanded("429", is_too_fast=True)
    with tenancy.scope(outbox.organisation.id):
        settle(attempt, answer, outbox.now)
        first = outbox.fresh(message)
        waits_until = first.not_before
        settle(attempt, answer, outbox.now + SECOND)
    again = outbox.fresh(message)
    assert (again.state, again.attempt, again.not_before) == (MessageState.NEW, 1, waits_until)
    assert room_after_a_minute(outbox) == RATE // 2


def test_the_rate_comes_back_step_by_step(outbox: Outbox) -> None:
    too_fast(outbox)
    outbox.now += BURST
    too_fast(outbox)
    begun = outbox.now
    for passed, left in (
        (RECOVERY - SECOND, RATE // 4),
        (RECOVERY, RATE // 2),
        (2 * RECOVERY - SECOND, RATE // 2),
        (2 * RECOVERY, RATE),
    ):
        outbox.now = begun + passed
        assert room(outbox) == left


def test_it_is_halved_from_where_it_had_come_back_to(outbox: Outbox) -> None:
    for _ in range(3):
        too_fast(outbox)
        outbox.now += BURST
    outbox.now += 2 * RECOVERY
    too_fast(outbox)
    assert room_after_a_minute(outbox) == RATE // 4


def test_however_often_it_is_said_some_still_leave(outbox: Outbox) -> None:
    for _ in range(3 * MOST_HALVINGS):
        too_fast(outbox)
        outbox.now += BURST
    assert room_after_a_minute(outbox) == 1
    assert db.session.scalar(select(SendingPace.refusals)) == MOST_HALVINGS


@pytest.mark.parametrize(
    ("wish", "rests"),
    [
        (timedelta(seconds=40), timedelta(seconds=40)),
        (timedelta(hours=9), retries.CHANNEL_PAUSE),
    ],
)
def test_all_workers_wait_as_long_as_twilio_asks_but_not_for_ever(
    outbox: Outbox, wish: timedelta, rests: timedelta
) -> None:
    text_messages(outbox, 3)
    outbox.twilio.faults.queue.append(20429)
    outbox.twilio.faults.retry_after = int(wish.total_seconds())
    deliver(outbox, "first")
    later = outbox.write(outbox.debtor(sms="+31687654321"))
    outbox.now += rests - SECOND
    assert deliver(outbox, "second") == {}
    outbox.now += SECOND
    assert deliver(outbox, "second")["sent"] >= 1
    assert outbox.fresh(later).state is MessageState.SENT


def test_a_longer_rest_is_not_cut_short(outbox: Outbox) -> None:
    too_fast(outbox, wait=timedelta(minutes=10))
    outbox.pass_by(minutes=2)
    too_fast(outbox, wait=timedelta(minutes=1))
    outbox.now += timedelta(minutes=8) - SECOND
    assert room(outbox) == 0
    outbox.now += SECOND
    assert room(outbox) != 0


def test_a_full_queue_at_twilio_leaves_the_rate_as_it_is(outbox: Outbox) -> None:
    text_messages(outbox, 2)
    outbox.twilio.faults.queue.append(21611)
    assert deliver(outbox) == {"new": 1}
    assert room_after_a_minute(outbox) == RATE


def test_mail_keeps_its_pace(outbox: Outbox) -> None:
    text_messages(outbox, 1)
    outbox.write()
    outbox.twilio.faults.queue.append(20429)
    assert deliver(outbox) == {"sent": 1, "new": 1}
    outbox.write(dedupe_key="another")
    assert deliver(outbox) == {"sent": 1}


def test_a_halving_of_long_ago_is_forgotten_with_its_row(outbox: Outbox) -> None:
    too_fast(outbox)
    with writing():
        paces.forget_old(now=outbox.now + timedelta(hours=12))
    assert db.session.scalar(select(SendingPace.subject)) == "sender:sms"
    db.session.rollback()
    with writing():
        paces.forget_old(now=outbox.now + timedelta(days=2))
    assert db.session.scalar(select(SendingPace.subject)) is None
