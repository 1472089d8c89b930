"""A doubtful SMS: Twilio's list is asked before anything is sent again, and no question stays open."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core import tenancy
from core.database import db
from core.transaction import writing
from links.models import AccessLink
from messaging import asking, reports
from messaging.models import Message, MessageState
from messaging.reports import Reported
from messaging.sms_models import Report
from tests.factories import NOW
from tests.messaging.outbox import Outbox

NUMBER = "+31612345678"
TAKEN = ("500 after create", "cut after create", "not json after create")


def doubtful(outbox: Outbox, fault: int | str, *, number: str = NUMBER) -> Message:
    """Return an SMS whose answer was lost."""
    message = outbox.write(outbox.debtor(sms=number))
    outbox.twilio.faults.queue.append(fault)
    assert outbox.deliver() == {"unknown": 1}
    return message


def state(outbox: Outbox, message: Message) -> tuple[MessageState, str]:
    kept = outbox.fresh(message)
    return kept.state, kept.state_reason


@pytest.mark.parametrize("fault", TAKEN)
def test_what_twilio_has_was_sent_and_is_not_sent_again(outbox: Outbox, fault: str) -> None:
    message = doubtful(outbox, fault)
    outbox.pass_by(seconds=59)
    assert outbox.ask() == 0
    assert state(outbox, message) == (MessageState.UNKNOWN, "ask")
    outbox.pass_by(seconds=1)
    assert outbox.ask() == 1
    kept = outbox.fresh(message)
    assert (kept.state, kept.provider_id) == (MessageState.SENT, outbox.twilio.messages[0]["sid"])
    assert outbox.attempts(message) == [(1, "sent", "")]
    outbox.pass_by(days=1)
    assert (outbox.deliver(), outbox.ask()) == ({}, 0)
    assert len(outbox.twilio.messages) == 1


@pytest.mark.parametrize("fault", [20500, "cut"])
def test_what_twilio_has_not_goes_back_to_the_queue_within_five_minutes(
    outbox: Outbox, fault: int | str
) -> None:
    message = doubtful(outbox, fault)
    for asked_at in (60, 120):
        outbox.now = NOW + timedelta(seconds=asked_at)
        assert (outbox.ask(), outbox.ask()) == (1, 0)
        assert state(outbox, message) == (MessageState.UNKNOWN, "ask")
        assert outbox.deliver() == {}
    outbox.now = NOW + timedelta(seconds=240)
    assert outbox.ask() == 1
    assert state(outbox, message)[0] is MessageState.NEW
    assert outbox.deliver() == {"sent": 1}
    assert outbox.attempts(message) == [(1, "not_found", ""), (2, "sent", "")]
    assert len(outbox.twilio.messages) == 1


def test_a_list_that_lags_is_asked_again(outbox: Outbox) -> None:
    message = doubtful(outbox, "500 after create")
    outbox.twilio.list_lag = 1
    outbox.pass_by(seconds=60)
    outbox.ask()
    assert state(outbox, message) == (MessageState.UNKNOWN, "ask")
    outbox.twilio.list_lag = 0
    outbox.pass_by(seconds=60)
    outbox.ask()
    assert state(outbox, message)[0] is MessageState.SENT


def test_of_many_with_faults_each_arrives_exactly_once(outbox: Outbox) -> None:
    faults = (20500, "500 after create", "cut", "cut after create", 20429)
    numbers = [f"+316123456{number:02}" for number in range(30)]
    messages = [outbox.write(outbox.debtor(sms=number)) for number in numbers]
    outbox.twilio.faults.queue.extend(fault for fault in faults for _ in range(2))
    for _ in range(40):
        outbox.deliver()
        outbox.pass_by(seconds=30)
        outbox.ask()
    assert sorted(message["to"] for message in outbox.twilio.messages) == numbers
    assert {outbox.fresh(message).state for message in messages} == {MessageState.SENT}


def test_an_attempt_whose_worker_died_is_asked_for(outbox: Outbox) -> None:
    there, lost = (outbox.write(outbox.debtor(sms=number)) for number in (NUMBER, "+31687654321"))
    outbox.deliver()
    outbox.twilio.messages = [one for one in outbox.twilio.messages if one["to"] == NUMBER]
    _die_after_handing(there, lost)
    outbox.pass_by(seconds=90)
    outbox.deliver()
    outbox.ask()
    assert state(outbox, there)[0] is MessageState.SENT
    outbox.pass_by(seconds=180)
    outbox.ask()
    assert outbox.deliver() == {"sent": 1}
    assert sorted(message["to"] for message in outbox.twilio.messages) == [NUMBER, "+31687654321"]


def _die_after_handing(*messages: Message) -> None:
    """Let the workers of these never learn what Twilio answered."""
    with tenancy.everywhere(), writing():
        db.session.execute(
            update(Message)
            .where(Message.id.in_([message.id for message in messages]))
            .values(
                state=MessageState.HANDING,
                claimed_by="dead",
                leased_until=NOW + timedelta(seconds=60),
                sent_at=None,
                provider_id=None,
            )
        )


def test_a_report_that_comes_first_answers_the_question(outbox: Outbox) -> None:
    message = doubtful(outbox, "500 after create")
    outbox.pass_by(seconds=30)
    outbox.ask()
    with tenancy.everywhere(), writing():
        found = reports.message_named(public_id=message.public_id)
        reported = Reported("SM1", Report.DELIVERED)
        reports.take_report(message=found, attempt=1, reported=reported, now=outbox.now)
    outbox.pass_by(seconds=60)
    assert outbox.ask() == 0
    assert state(outbox, message)[0] is MessageState.DELIVERED


def test_while_the_list_cannot_be_read_nothing_is_sent_and_a_person_sees_it(outbox: Outbox) -> None:
    message = doubtful(outbox, "500 after create")
    for asked_at in (60, 120, 240):
        outbox.now = NOW + timedelta(seconds=asked_at)
        outbox.twilio.faults.queue.append(20500)
        assert outbox.ask() == 1
    assert state(outbox, message) == (MessageState.UNKNOWN, "not_answered")
    assert outbox.deliver() == {}
    outbox.now = NOW + timedelta(seconds=241) + asking.ASKED_LATER
    assert outbox.ask() == 1
    assert state(outbox, message)[0] is MessageState.SENT
    assert len(outbox.twilio.messages) == 1


@pytest.mark.parametrize("fault", TAKEN)
def test_a_message_that_does_not_say_its_link_is_found_by_its_own_words(outbox: Outbox, fault: str) -> None:
    message = receipts(outbox)[0]
    assert message.link_id is not None
    outbox.twilio.faults.queue.append(fault)
    outbox.deliver(limit=1)
    outbox.pass_by(seconds=240)
    outbox.ask()
    assert state(outbox, message)[0] is MessageState.SENT


def test_a_message_of_which_neither_link_nor_words_are_known_is_not_taken_for_another(outbox: Outbox) -> None:
    message = doubtful(outbox, "500 after create")
    with tenancy.everywhere(), writing():
        db.session.execute(update(Message).where(Message.id == message.id).values(body=""))
        db.session.execute(update(AccessLink).values(expires_at=NOW + timedelta(minutes=1)))
    outbox.pass_by(seconds=240)
    outbox.ask()
    assert state(outbox, message) == (MessageState.UNKNOWN, "not_answered")


def test_a_doubtful_mail_is_not_asked_about(outbox: Outbox) -> None:
    message = outbox.write()
    with tenancy.everywhere(), writing():
        unknown = {"state": MessageState.UNKNOWN, "handed_at": NOW, "claimed_by": "worker"}
        db.session.execute(update(Message).where(Message.id == message.id).values(**unknown))
    outbox.pass_by(hours=1)
    assert outbox.ask() == 0


def test_two_workers_do_not_ask_for_the_same(outbox: Outbox) -> None:
    message = doubtful(outbox, "500 after create")
    outbox.pass_by(seconds=60)
    with tenancy.everywhere(), writing():
        unknown = select(Message).where(Message.id == message.id)
        db.session.scalars(unknown).one().ask_at = outbox.now + asking.TURN
        db.session.scalars(unknown).one().state_reason = "ask"
    assert outbox.ask() == 0
    outbox.pass_by(seconds=30)
    assert outbox.ask() == 1


def test_what_a_person_cleared_is_asked_for_no_more(outbox: Outbox) -> None:
    message = doubtful(outbox, 20500)
    outbox.pass_by(seconds=60)
    outbox.ask()
    with tenancy.everywhere(), writing():
        db.session.execute(update(Message).where(Message.id == message.id).values(cleared_at=outbox.now))
    outbox.pass_by(minutes=10)
    assert (outbox.ask(), outbox.deliver()) == (0, {})
    assert len(outbox.twilio.requests) == 1


def receipts(outbox: Outbox) -> list[Message]:
    """Return two receipts by SMS, to one number: each has a link, and their words, which are the same,
    do not say it."""
    to = outbox.debtor(sms=NUMBER)
    values = {"creditor": "", "reference": "R-4K7WQ2", "answer_by": "", "paused_invoices": ""}
    receipt: dict[str, Any] = {"about": (), "event": "reaction_received", "is_collection": False}
    return [outbox.write(to, values=values, dedupe_key=f"receipt:{number}", **receipt) for number in range(2)]


@pytest.mark.parametrize("faults", [("cut after create", 20500), (20500, "cut after create"), (None, 20500)])
def test_of_two_with_the_same_words_the_one_that_is_there_is_not_taken_for_both(
    outbox: Outbox, faults: tuple[int | str | None, ...]
) -> None:
    messages = receipts(outbox)
    for fault in faults:
        outbox.twilio.faults.queue.extend([fault] if fault else [])
        outbox.deliver(limit=1)
    for _ in range(3):
        outbox.pass_by(seconds=120)
        outbox.ask()
    outbox.deliver()
    kept = [outbox.fresh(message) for message in messages]
    assert [one.state for one in kept] == [MessageState.SENT] * 2
    assert {one.provider_id for one in kept} == {one["sid"] for one in outbox.twilio.messages}
    assert len(outbox.twilio.messages) == 2


def test_of_two_with_the_same_words_both_are_found(outbox: Outbox) -> None:
    messages = receipts(outbox)
    outbox.twilio.faults.queue.extend(["cut after create"] * 2)
    outbox.deliver()
    outbox.pass_by(seconds=60)
    outbox.ask()
    assert len({outbox.fresh(message).provider_id for message in messages}) == 2
    assert len(outbox.twilio.messages) == 2
