"""After a restore: what was waiting or doubtful in the backup leaves only when a person says so."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.database import db
from core.members.models import Member
from core.organisations import restores
from core.organisations.models import Organisation, Restore
from core.organisations.restores import NothingToRelease
from invoices.models import Channel
from messaging import claims, restored
from messaging.models import Message, MessageState, MessageTemplate
from messaging.reports import Reported, take_report
from messaging.restored_models import Decision, RestoredMessage
from messaging.sms_models import Report
from tests import factories
from tests.factories import NOW
from tests.messaging.outbox import Interrupted, Outbox

BACKUP_AT = NOW - timedelta(hours=3)
NUMBER = "+31612345678"


def restore(outbox: Outbox) -> Restore:
    """Let the organisation stand still, as after a restore, and return the restore."""
    made = restores.hold(organisation_id=outbox.organisation.id, backup_at=BACKUP_AT, now=outbox.now)
    restored.hold_back(restore=made)
    db.session.commit()
    return made


def release(made: Restore, at: datetime) -> None:
    """Let the organisation go on."""
    made.released_at, made.released_by_id = at, member(made).id
    db.session.commit()


def member(made: Restore) -> Member:
    """Return who decides."""
    of_it = select(Member).where(Member.organisation_id == made.organisation_id)
    return db.session.scalars(of_it).first() or factories.member(
        db.session.get_one(Organisation, made.organisation_id)
    )


def decide(made: Restore, decision: Decision, *messages: Message) -> int:
    """Decide about these messages, or about all of them."""
    number = restored.decide(
        restore=made,
        decision=decision,
        public_ids=[message.public_id for message in messages] or None,
        member_id=member(made).id,
        now=NOW,
    )
    db.session.commit()
    return number


def put(message: Message, state: MessageState, **changes: object) -> Message:
    """Bring the message into a state in which a backup may find it."""
    held = {"claimed_by": "worker 1", "leased_until": NOW + timedelta(seconds=30), "attempt": 1}
    handed = {"handed_at": BACKUP_AT} if state in (MessageState.HANDING, MessageState.UNKNOWN) else {}
    values = {"state": state} | (held if state is not MessageState.NEW else {}) | handed | changes
    db.session.execute(update(Message).where(Message.id == message.id).values(**values))
    db.session.commit()
    return message


STATES = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING, MessageState.UNKNOWN)


def one_of_each(outbox: Outbox) -> dict[MessageState, Message]:
    """Store a message in each of the states in which it may have left since."""
    return {state: put(outbox.write(), state) for state in STATES}


def test_what_had_not_ended_is_listed_with_what_it_was(outbox: Outbox) -> None:
    sent = outbox.write()
    outbox.deliver()
    waiting = one_of_each(outbox)
    made = restore(outbox)
    assert restored.number_undecided(restore=made) == len(STATES)
    listed = {row.message.id for row in restored.undecided(restore=made, page=1)}
    assert listed == {message.id for message in waiting.values()}
    assert sent.id not in listed
    was = db.session.execute(select(RestoredMessage.message_id, RestoredMessage.was)).all()
    assert {(row.message_id, row.was) for row in was} == {(one.id, state) for state, one in waiting.items()}


def test_nothing_leaves_and_nobody_holds_anything_before_the_release(outbox: Outbox) -> None:
    waiting = one_of_each(outbox)
    restore(outbox)
    outbox.write()
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    assert outbox.sink.received == []
    states = [outbox.fresh(message).state for message in waiting.values()]
    new, unknown = MessageState.NEW, MessageState.UNKNOWN
    assert states == [new, new, unknown, unknown]
    assert all(outbox.fresh(message).claimed_by is None for message in waiting.values())


def test_another_organisation_goes_on_meanwhile(outbox: Outbox) -> None:
    outbox.write()
    restore(outbox)
    elsewhere = factories.organisation(name="Elsewhere")
    debtor = factories.debtor(elsewhere)
    contact = factories.contact_point(debtor)
    creditor = factories.creditor(elsewhere)
    outbox.organisation, outbox.creditor = elsewhere, creditor
    outbox.write((debtor, contact))
    assert outbox.deliver() == {"sent": 1}
    assert outbox.recipients() == [contact.value]


def test_a_message_in_hand_does_not_pass_the_gate(outbox: Outbox) -> None:
    message = outbox.write()

    def stand_still() -> None:
        restores.hold(organisation_id=outbox.organisation.id, backup_at=BACKUP_AT, now=outbox.now)
        db.session.commit()

    assert outbox.deliver(mail=lambda: Interrupted(outbox.mail(), before_gate=stand_still)) == {"withheld": 1}
    assert outbox.sink.received == []
    assert outbox.fresh(message).state is MessageState.NEW


def test_one_that_a_worker_died_of_is_not_claimed_either(outbox: Outbox) -> None:
    put(outbox.write(), MessageState.NEW, losses=1)
    restore(outbox)
    assert outbox.deliver() == {}


def test_what_stays_in_the_queue_leaves_once_after_the_release(outbox: Outbox) -> None:
    waiting = one_of_each(outbox)
    made = restore(outbox)
    assert decide(made, Decision.SEND) == len(STATES)
    assert outbox.deliver() == {}
    release(made, outbox.now)
    assert outbox.deliver() == {"sent": len(STATES)}
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    assert sorted(outbox.recipients()) == sorted(message.recipient for message in waiting.values())


def test_what_has_left_counts_as_sent_at_the_latest_moment_it_can_have_left(outbox: Outbox) -> None:
    waiting = one_of_each(outbox)
    made = restore(outbox)
    decide(made, Decision.HAS_LEFT)
    release(made, outbox.now)
    assert outbox.deliver() == {}
    kept = {state: outbox.fresh(message) for state, message in waiting.items()}
    assert {message.state for message in kept.values()} == {MessageState.SENT}
    assert kept[MessageState.NEW].sent_at == made.restored_at
    assert kept[MessageState.HANDING].sent_at == BACKUP_AT


def test_what_is_set_aside_never_leaves_and_waits_for_nobody(outbox: Outbox) -> None:
    waiting = one_of_each(outbox)
    made = restore(outbox)
    decide(made, Decision.SET_ASIDE)
    release(made, outbox.now)
    outbox.pass_by(days=1)
    assert (outbox.deliver(), outbox.ask()) == ({}, 0)
    kept = {state: outbox.fresh(message) for state, message in waiting.items()}
    assert kept[MessageState.NEW].state is kept[MessageState.CLAIMED].state is MessageState.SUPPRESSED
    assert kept[MessageState.HANDING].state is kept[MessageState.UNKNOWN].state is MessageState.FAILED
    assert all(kept[state].cleared_at for state in (MessageState.HANDING, MessageState.UNKNOWN))
    assert {message.state_reason for message in kept.values()} == {"set_aside"}


def test_a_decision_is_made_once(outbox: Outbox) -> None:
    message = outbox.write()
    made = restore(outbox)
    assert decide(made, Decision.HAS_LEFT, message) == 1
    assert decide(made, Decision.SEND, message) == 0
    assert decide(made, Decision.SEND) == 0
    assert outbox.fresh(message).state is MessageState.SENT


def test_only_the_chosen_ones_are_decided_about(outbox: Outbox) -> None:
    chosen, other = outbox.write(), outbox.write()
    made = restore(outbox)
    assert decide(made, Decision.SET_ASIDE, chosen) == 1
    assert restored.number_undecided(restore=made) == 1
    assert outbox.fresh(other).state is MessageState.NEW


def test_messages_of_another_organisation_are_out_of_reach(outbox: Outbox) -> None:
    made = restore(outbox)
    elsewhere = factories.organisation(name="Elsewhere")
    debtor = factories.debtor(elsewhere)
    outbox.organisation, outbox.creditor = elsewhere, factories.creditor(elsewhere)
    foreign = outbox.write((debtor, factories.contact_point(debtor)))
    restore(outbox)
    assert decide(made, Decision.HAS_LEFT, foreign) == 0
    assert outbox.fresh(foreign).state is MessageState.NEW


def test_one_that_came_to_its_end_by_itself_needs_no_decision(outbox: Outbox) -> None:
    outbox.write(expires_at=NOW + timedelta(minutes=5))
    made = restore(outbox)
    outbox.pass_by(minutes=10)
    outbox.deliver()
    assert restored.number_undecided(restore=made) == 0


def test_what_was_written_after_the_restore_waits_and_needs_no_decision(outbox: Outbox) -> None:
    made = restore(outbox)
    outbox.write()
    assert restored.number_undecided(restore=made) == 0
    assert outbox.deliver() == {}
    release(made, outbox.now)
    assert outbox.deliver() == {"sent": 1}


def test_an_sms_that_twilio_has_is_settled_by_its_list(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    # It left after the backup was made, and the backup knows nothing of it.
    assert outbox.deliver() == {"sent": 1}
    put(message, MessageState.NEW, sent_at=None, handed_at=None, provider_id=None, attempt=0, claimed_by=None)
    made = restore(outbox)
    assert restored.number_undecided(restore=made) == 1
    outbox.ask()
    kept = outbox.fresh(message)
    assert (kept.state, kept.provider_id) == (MessageState.SENT, outbox.twilio.messages[0]["sid"])
    assert restored.number_undecided(restore=made) == 0


def test_an_sms_that_does_not_say_its_link_waits_for_a_decision_whatever_twilio_has(outbox: Outbox) -> None:
    to = outbox.debtor(sms=NUMBER)
    values = {"creditor": "", "reference": "R-4K7WQ2", "answer_by": "", "paused_invoices": ""}
    receipt = outbox.write(to, about=(), event="reaction_received", is_collection=False, values=values)
    # Another message, of before the backup, is all that Twilio has for this number.
    outbox.deliver()
    put(receipt, MessageState.NEW, sent_at=None, handed_at=None, provider_id=None, attempt=0, claimed_by=None)
    made = restore(outbox)
    outbox.pass_by(seconds=240)
    assert outbox.ask() == 0
    assert outbox.fresh(receipt).state is MessageState.NEW
    assert restored.number_undecided(restore=made) == 1


def test_an_sms_is_looked_for_by_its_link_when_the_organisation_s_own_words_say_it(outbox: Outbox) -> None:
    words = MessageTemplate(
        organisation_id=outbox.organisation.id, event="reaction_received", channel=Channel.SMS, language="nl",
        body="((organisation)): ((link))", updated_at=NOW,
    )  # fmt: skip
    db.session.add(words)
    to = outbox.debtor(sms=NUMBER)
    values = {"creditor": "", "reference": "R-4K7WQ2", "answer_by": "", "paused_invoices": ""}
    receipt = outbox.write(to, about=(), event="reaction_received", is_collection=False, values=values)
    outbox.deliver()
    put(receipt, MessageState.NEW, sent_at=None, handed_at=None, provider_id=None, attempt=0, claimed_by=None)
    restore(outbox)
    outbox.ask()
    assert outbox.fresh(receipt).state is MessageState.SENT


def test_an_sms_that_twilio_has_not_still_waits_for_a_decision(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    made = restore(outbox)
    outbox.ask()
    assert outbox.fresh(message).state is MessageState.NEW
    assert (outbox.deliver(), len(outbox.twilio.messages)) == ({}, 0)
    decide(made, Decision.SEND)
    release(made, outbox.now)
    assert outbox.deliver() == {"sent": 1}
    assert len(outbox.twilio.messages) == 1


def test_a_report_about_an_attempt_made_after_the_backup_settles_the_sms(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    made = restore(outbox)
    kept = outbox.fresh(message)
    assert take_report(message=kept, attempt=1, reported=Reported("SM1", Report.DELIVERED), now=outbox.now)
    db.session.commit()
    assert outbox.fresh(message).state is MessageState.DELIVERED
    assert restored.number_undecided(restore=made) == 0


def test_there_is_nothing_to_release_where_nothing_was_restored(outbox: Outbox) -> None:
    with pytest.raises(NothingToRelease):
        restores.held_restore(organisation_id=outbox.organisation.id)


def test_a_late_worker_of_before_changes_nothing(outbox: Outbox) -> None:
    message = outbox.write()
    held = claims.claim_due(
        organisation_id=outbox.organisation.id, channel=message.channel, owner="old", limit=1, now=outbox.now
    )
    db.session.commit()
    restore(outbox)
    assert not claims.advance(held[0], only_from=tuple(MessageState), state=MessageState.SENT)
