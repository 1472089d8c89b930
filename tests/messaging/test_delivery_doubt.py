"""Doubt: what goes out again by itself, what waits for a person, and what workers die of."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from messaging import doubt
from messaging.events import EVENTS, WhenDoubtful
from messaging.models import Message, MessageState
from messaging.operations import MessageNotDoubtful, MessageNotRepeatable, send_again, settle_doubtful
from messaging.providers.outcomes import BeforeHanding, Outcome, OutgoingMail, Provider
from tests import factories
from tests.factories import NOW
from tests.messaging.outbox import Interrupted, Killed, Outbox


def die() -> None:
    raise Killed


def link(outbox: Outbox) -> Message:
    """Queue the link a debtor asked for."""
    return outbox.write(event="invoice_link", is_collection=False)


def deliver_and_die(outbox: Outbox, *, handing: bool) -> None:
    """Let a worker die with a message in hand: before or after the gate opened."""
    way_out = (
        Interrupted(outbox.mail(), after_gate=die) if handing else Interrupted(outbox.mail(), before_gate=die)
    )
    with pytest.raises(Killed):
        outbox.deliver(worker="dead", mail=lambda: way_out)
    db.session.rollback()


def message_ids(outbox: Outbox) -> list[str]:
    return [str(received.mail["Message-ID"]) for received in outbox.sink.received]


def agent(outbox: Outbox) -> int:
    return factories.member(outbox.organisation).id


def test_links_receipts_and_passwords_go_again_and_whatever_begins_a_term_does_not() -> None:
    again = {event.name for event in EVENTS.values() if event.when_doubtful is WhenDoubtful.RESEND}
    assert again == doubt.RESENT
    assert again == {
        "invoice_link",
        "reaction_received",
        "action_closed",
        "password_reset",
        "member_invited",
    }


def test_a_link_cut_after_it_was_taken_goes_again_as_the_same_message(outbox: Outbox) -> None:
    message = link(outbox)
    outbox.sink.faults.at_dot.append("cut")
    assert outbox.deliver() == {"unknown": 1}
    assert outbox.fresh(message).state is MessageState.UNKNOWN
    assert outbox.deliver() == {}
    outbox.pass_by(seconds=73)
    assert outbox.deliver() == {"sent": 1}
    assert len(set(message_ids(outbox))) == 1
    assert len(outbox.sink.received) == 2
    address = outbox.address_of(message)
    assert [address in outbox.words(position) for position in (0, 1)] == [True, True]
    assert outbox.attempts(message) == [(1, "line_cut", ""), (2, "sent", "")]


def test_a_reminder_cut_after_it_was_taken_waits_for_a_person(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_dot.append("cut")
    assert outbox.deliver() == {"unknown": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.sent_at, kept.handed_at) == (MessageState.UNKNOWN, None, NOW)
    for _ in range(5):
        outbox.pass_by(hours=13)
        assert outbox.deliver() == {}
    assert len(outbox.sink.received) == 1


def test_a_link_sent_by_dunning_waits_for_a_person_too(outbox: Outbox) -> None:
    outbox.write(event="invoice_link")
    outbox.sink.faults.at_dot.append("cut")
    outbox.deliver()
    outbox.pass_by(hours=1)
    assert outbox.deliver() == {}


def test_a_link_a_dead_worker_was_handing_over_goes_again_a_minute_after_its_lease(outbox: Outbox) -> None:
    message = link(outbox)
    deliver_and_die(outbox, handing=True)
    outbox.pass_by(seconds=61)
    assert outbox.deliver() == {}
    assert outbox.fresh(message).state is MessageState.UNKNOWN
    outbox.pass_by(seconds=60)
    assert outbox.deliver() == {}
    outbox.pass_by(seconds=1)
    assert outbox.deliver() == {"sent": 1}
    assert message_ids(outbox) == [f"<{message.message_id}@voltwerk.example>"]


def test_what_ends_before_it_could_go_again_waits_for_a_person(outbox: Outbox) -> None:
    message = outbox.write(event="invoice_link", is_collection=False, expires_at=NOW + timedelta(seconds=70))
    deliver_and_die(outbox, handing=True)
    for seconds in (61, 60, 3600):
        outbox.pass_by(seconds=seconds)
        assert outbox.deliver() == {}
    assert outbox.fresh(message).state is MessageState.UNKNOWN


def test_a_link_that_stays_doubtful_is_shown_after_five_tries(outbox: Outbox) -> None:
    message = link(outbox)
    for _ in range(doubt.TRIES):
        outbox.sink.faults.at_dot.append("cut")
        assert outbox.deliver() == {"unknown": 1}
        outbox.pass_by(hours=1)
    assert outbox.deliver() == {}
    assert outbox.fresh(message).state is MessageState.UNKNOWN
    assert len(set(message_ids(outbox))) == 1


def test_an_answer_that_comes_late_settles_a_link_that_was_about_to_go_again(outbox: Outbox) -> None:
    message = link(outbox)

    def think_for_too_long() -> None:
        for _ in range(2):
            outbox.pass_by(seconds=61)
            doubt.settle_lost(now=outbox.now)
        db.session.commit()

    way_out = Interrupted(outbox.mail(), after_gate=think_for_too_long)
    assert outbox.deliver(worker="slow", mail=lambda: way_out) == {"sent": 1}
    assert outbox.fresh(message).state is MessageState.SENT
    assert outbox.deliver() == {}
    assert len(outbox.sink.received) == 1


def test_a_person_may_send_a_doubtful_reminder_again_as_the_same_message(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_dot.append("cut")
    outbox.deliver()
    send_again(
        message=outbox.fresh(message),
        attempt=outbox.fresh(message).attempt,
        member_id=agent(outbox),
        now=outbox.now,
    )
    db.session.commit()
    assert outbox.deliver() == {"sent": 1}
    assert len(set(message_ids(outbox))) == 1
    with pytest.raises(MessageNotRepeatable):
        send_again(
            message=outbox.fresh(message),
            attempt=outbox.fresh(message).attempt,
            member_id=agent(outbox),
            now=outbox.now,
        )


@pytest.mark.parametrize(("as_sent", "state"), [(True, MessageState.SENT), (False, MessageState.FAILED)])
def test_a_person_settles_what_was_doubtful_once(outbox: Outbox, as_sent: bool, state: MessageState) -> None:
    message = outbox.write()
    outbox.sink.faults.at_dot.append("cut")
    outbox.deliver()
    outbox.pass_by(hours=2)
    kept = outbox.fresh(message)
    settle_doubtful(message=kept, as_sent=as_sent, attempt=1, member_id=agent(outbox), now=outbox.now)
    db.session.commit()
    kept = outbox.fresh(message)
    assert (kept.state, kept.sent_at) == (state, NOW if as_sent else None)
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "message.settled")).one()
    assert (told.about_id, told.at, told.details["state"]) == (message.id, outbox.now, state.value)
    with pytest.raises(MessageNotDoubtful):
        settle_doubtful(message=kept, as_sent=as_sent, attempt=1, member_id=agent(outbox), now=outbox.now)
    assert outbox.deliver() == {}


def test_a_message_workers_die_of_fails_after_five_and_the_others_go_out(outbox: Outbox) -> None:
    poison = outbox.write(to=outbox.debtor(first_name="Poison"))
    others = [outbox.write() for _ in range(8)]
    sent = 0
    for _ in range(doubt.TRIES):
        with pytest.raises(Killed):
            outbox.deliver(worker="dead", mail=lambda: Deadly(outbox.mail(), poison.recipient))
        db.session.rollback()
        outbox.pass_by(seconds=61)
    while done := outbox.deliver():
        sent += done["sent"]
    kept = outbox.fresh(poison)
    assert (kept.state, kept.state_reason) == (MessageState.FAILED, "worker_lost")
    assert {outbox.fresh(message).state for message in others} == {MessageState.SENT}
    assert sorted(outbox.recipients()) == sorted(message.recipient for message in others)
    assert sent > 0


class Deadly(Interrupted):
    """A way out that ends the process when it is given a message to this address."""

    def __init__(self, provider: Provider[OutgoingMail], address: str) -> None:
        super().__init__(provider)
        self.address = address

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Die of one, carry the others."""
        if message.recipient == self.address:
            raise Killed
        return super().hand_over(message, before_handing=before_handing)


class Broken(Deadly):
    """A way out on which our own program fails at one message."""

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Fail at one, carry the others."""
        if message.recipient == self.address:
            raise LookupError("no such thing")
        return self.provider.hand_over(message, before_handing=before_handing)


def test_a_message_our_program_fails_at_is_tried_five_times_and_fails_alone(outbox: Outbox) -> None:
    poison = outbox.write()
    outbox.write()
    way_out = Broken(outbox.mail(), poison.recipient)
    assert outbox.deliver(mail=lambda: way_out) == {"new": 1, "sent": 1}
    for _ in range(doubt.TRIES - 2):
        outbox.now = outbox.fresh(poison).not_before
        assert outbox.deliver(mail=lambda: way_out) == {"new": 1}
    outbox.now = outbox.fresh(poison).not_before
    assert outbox.deliver(mail=lambda: way_out) == {"failed": 1}
    kept = outbox.fresh(poison)
    assert kept.state_reason == "program_error LookupError: no such thing"
    assert len(outbox.attempts(poison)) == doubt.TRIES


def test_when_the_worker_is_asked_to_end_it_finishes_one_message_and_gives_the_others_back(
    outbox: Outbox,
) -> None:
    messages = [outbox.write() for _ in range(4)]
    ending: list[bool] = []
    way_out = Interrupted(outbox.mail(), after_gate=lambda: ending.append(True))
    assert outbox.deliver(mail=lambda: way_out, ending=lambda: bool(ending)) == {"sent": 1}
    kept = [outbox.fresh(message) for message in messages]
    assert [(one.state, one.attempt) for one in kept] == [
        (MessageState.SENT, 1),
        *[(MessageState.NEW, 0)] * 3,
    ]
    assert outbox.deliver(ending=lambda: True) == {}
    assert outbox.deliver() == {"sent": 3}
