"""A queued e-mail up to the mail server: what arrives, what is kept, and what is tried again."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from links.models import AccessLink
from messaging import retries, wording
from messaging.copies import copy_of
from messaging.member_mail import queue_password_reset
from messaging.models import Message, MessageState, MessageTemplate
from messaging.operations import send_again
from messaging.queueing import queue
from tests import factories
from tests.factories import NOW
from tests.messaging.outbox import Outbox, mail_server_away

MINUTE = timedelta(minutes=1)


def contact_of(message: Message) -> ContactPoint:
    found = select(ContactPoint).where(ContactPoint.id == message.contact_point_id)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def test_a_queued_message_arrives_once_with_its_link_and_its_validity(outbox: Outbox) -> None:
    message = outbox.write()
    assert outbox.deliver() == {"sent": 1}
    assert outbox.deliver() == {}
    (received,) = outbox.sink.received
    link = db.session.get_one(AccessLink, message.link_id)
    assert received.recipients == (message.recipient,)
    assert outbox.address_of(message) in outbox.words()
    assert wording.moment(link.expires_at, language="nl", zone="Europe/Amsterdam", short=False) in (
        outbox.words()
    )
    assert "14 dagen" in outbox.words()
    assert "1 open factuur bij Voltwerk" in outbox.words()
    assert received.mail["Message-ID"] == f"<{message.message_id}@voltwerk.example>"
    assert received.mail["From"] == "Voltwerk <portal@voltwerk.example>"


def test_what_came_of_it_is_kept(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.pass_by(minutes=3)
    outbox.deliver()
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason, kept.attempt) == (MessageState.SENT, "", 1)
    assert (kept.handed_at, kept.sent_at) == (outbox.now, outbox.now)
    assert (kept.claimed_by, kept.leased_until) == (None, None)
    assert kept.provider_id == "00000001"
    assert kept.subject == "Herinnering: uw facturen bij Voltwerk"
    assert outbox.attempts(message) == [(1, "sent", "")]


def assert_kept_nowhere(key: str, message: Message) -> None:
    """Read every column, and the copy of the mail by headers and parts: its lines are folded."""
    kept = [str(getattr(message, one.name)) for one in Message.__table__.columns if one.name != "kept_mail"]
    copy = copy_of(message)
    assert copy
    mail = parsed(copy.mail)
    kept += [*map(str, mail.values()), *(part.get_content() for part in mail.iter_parts()), copy.html]
    assert all(key not in text for text in kept)


def parsed(mail: bytes) -> EmailMessage:
    """Return a mail as any program reads it."""
    found = message_from_bytes(mail, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def test_the_kept_copy_holds_no_key(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.deliver()
    token = outbox.address_of(message).rpartition("/")[2]
    kept = outbox.fresh(message)
    assert "[link]" in kept.body
    assert_kept_nowhere(token, kept)


def test_the_kept_copy_is_the_whole_text_that_arrived_and_the_hash_that_of_its_bytes(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.deliver()
    kept, received = outbox.fresh(message), outbox.sink.received[0]
    assert kept.body.split() == outbox.words().replace(outbox.address_of(message), "[link]").split()
    assert kept.sent_sha256 == sha256(received.content).hexdigest()


def test_the_kept_mail_is_the_one_that_arrived_but_for_the_key(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.deliver()
    copy, address = copy_of(outbox.fresh(message)), outbox.address_of(message)
    assert copy
    kept, arrived = parsed(copy.mail), outbox.sink.received[0].mail
    assert kept.items() == arrived.items()
    for part, original in zip(kept.iter_parts(), arrived.iter_parts(), strict=True):
        assert part.items() == original.items()
        assert address in original.get_content()
        assert part.get_content() == original.get_content().replace(address, "[link]")
    assert copy.html.startswith("<!DOCTYPE html>")


def test_who_reads_messages_does_not_read_their_copies() -> None:
    assert "messages.body" in str(select(Message))
    assert "kept_mail" not in str(select(Message))


def test_a_mail_that_has_not_left_has_no_copy(outbox: Outbox) -> None:
    assert copy_of(outbox.fresh(outbox.write())) is None


def test_a_link_to_choose_a_password_is_in_the_mail_and_nowhere_else(outbox: Outbox) -> None:
    member = factories.member(outbox.organisation)
    message = queue_password_reset(member=member, valid_until=NOW + timedelta(hours=1), now=NOW)
    db.session.commit()
    outbox.deliver()
    found = re.search(r"/desk/reset-password/(\S+)", outbox.words())
    assert found
    kept = outbox.fresh(message)
    assert kept.state is MessageState.SENT
    assert_kept_nowhere(found[1], kept)


def test_a_link_handed_in_as_a_value_is_refused(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="never stored"):
        outbox.write(values={"link": "https://voltwerk.example/k/abc"})


def test_a_debtor_is_written_to_in_their_own_language(outbox: Outbox) -> None:
    for language, words in (("fr", "1 facture à payer"), ("nb", "1 ubetalt faktura"), ("de", "Guten Tag")):
        outbox.write(outbox.debtor(language=language))
        outbox.deliver()
        assert words in outbox.words()


def test_an_organisations_own_words_are_used(outbox: Outbox) -> None:
    own = MessageTemplate(
        organisation_id=outbox.organisation.id,
        event="reminder_1",
        channel="email",
        language="nl",
        subject="Even kijken bij ((organisation))",
        body="Kijk op ((link)), tot ((link_valid_until)).",
        updated_at=NOW,
    )
    db.session.add(own)
    message = outbox.write()
    outbox.deliver()
    assert outbox.fresh(message).subject == "Even kijken bij Voltwerk"
    assert (
        f"Kijk op {outbox.address_of(message)}, tot vrijdag 4 december 2026 om 23.59 uur." in outbox.words()
    )


def test_while_the_mail_server_is_down_nothing_is_called_sent_and_the_reason_is_there(outbox: Outbox) -> None:
    message = outbox.write()
    with mail_server_away(outbox.sink):
        assert outbox.deliver() == {"new": 1}
        kept = outbox.fresh(message)
        assert (kept.state, kept.sent_at, kept.handed_at) == (MessageState.NEW, None, None)
        assert kept.state_reason.startswith("not_handed")
        assert "refused" in kept.state_reason
        assert outbox.attempts(message) == [(1, "not_handed", "")]
    outbox.now = kept.not_before
    assert outbox.deliver() == {"sent": 1}
    assert len(outbox.sink.received) == 1


def test_it_is_tried_again_after_1_2_5_10_20_and_40_minutes_and_then_every_hour(outbox: Outbox) -> None:
    message = outbox.write()
    with mail_server_away(outbox.sink):
        for minutes in (1, 2, 5, 10, 20, 40, 60, 60):
            assert outbox.deliver() == {"new": 1}
            again = outbox.fresh(message).not_before
            assert 0.8 * minutes * MINUTE <= again - outbox.now <= 1.2 * minutes * MINUTE
            outbox.now = again - timedelta(seconds=1)
            assert outbox.deliver() == {}
            outbox.now = again
    assert outbox.deliver() == {"sent": 1}
    assert outbox.fresh(message).attempt == 9


def test_a_dead_server_is_asked_by_one_message_not_by_all(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    with mail_server_away(outbox.sink):
        assert outbox.deliver() == {"new": 1}
    states = [outbox.fresh(message) for message in messages]
    assert [state.attempt for state in states] == [1, 0, 0]
    outbox.pass_by(minutes=2)
    assert outbox.deliver() == {"sent": 3}


def test_after_72_hours_it_is_given_up_with_the_reason(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.pass_by(hours=71, minutes=59, seconds=30)
    with mail_server_away(outbox.sink):
        assert outbox.deliver() == {"failed": 1}
    assert outbox.fresh(message).state_reason.startswith("not_handed")
    outbox.pass_by(hours=5)
    assert outbox.deliver() == {}


@pytest.mark.parametrize("attempt", range(1, 12))
def test_no_try_is_planned_after_the_end(attempt: int) -> None:
    for seconds in range(0, 259_200, 997):
        now = NOW + timedelta(seconds=seconds)
        for ends in (None, NOW + timedelta(hours=5)):
            planned = retries.next_try(attempt=attempt, created_at=NOW, expires_at=ends, now=now)
            assert planned is None or now < planned < (ends or NOW + retries.LAST)


def test_the_wish_of_the_provider_is_heard() -> None:
    wish = timedelta(minutes=30)
    assert retries.next_try(attempt=1, created_at=NOW, expires_at=None, now=NOW, wait=wish) == NOW + wish


def test_451_is_tried_again_and_arrives(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_dot.append("451 4.3.0 Come back later")
    assert outbox.deliver() == {"new": 1}
    kept = outbox.fresh(message)
    assert kept.state_reason.startswith("retry 4.3.0")
    assert "Come back later" in kept.state_reason
    outbox.now = kept.not_before
    assert outbox.deliver() == {"sent": 1}
    assert outbox.attempts(message) == [(1, "retry", "4.3.0"), (2, "sent", "")]
    assert len(outbox.sink.received) == 1


def test_451_for_one_holds_nobody_else_up(outbox: Outbox) -> None:
    for _ in range(3):
        outbox.write()
    outbox.sink.faults.at_recipient.append("451 4.7.1 Greylisted")
    assert outbox.deliver() == {"new": 1, "sent": 2}


def test_550_fails_once_and_marks_the_address(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_recipient.append("550 5.1.1 No such user")
    assert outbox.deliver() == {"failed": 1}
    assert outbox.fresh(message).state_reason.startswith("contact_dead 5.1.1")
    contact = contact_of(message)
    assert (contact.state, "No such user" in contact.state_reason) == (ContactState.FAILED, True)
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    assert outbox.attempts(message) == [(1, "contact_dead", "5.1.1")]


def test_a_full_mailbox_does_not_mark_the_address(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_recipient.append("552 5.2.2 Mailbox full")
    assert outbox.deliver() == {"new": 1}
    assert contact_of(message).state is ContactState.USABLE


def test_a_wrong_password_stops_the_channel_and_burns_no_attempts(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    outbox.sink.faults.at_mail.append("530 5.7.0 Authentication required")
    assert outbox.deliver() == {"channel_stops": 1}
    for message in messages:
        kept = outbox.fresh(message)
        assert (kept.state, kept.attempt) == (MessageState.NEW, 0)
        assert kept.not_before == NOW + retries.CHANNEL_PAUSE
    assert "Authentication required" in outbox.fresh(messages[0]).state_reason
    outbox.pass_by(minutes=15)
    assert outbox.deliver() == {"sent": 3}


def test_a_failed_message_sent_again_by_a_person_leaves(outbox: Outbox) -> None:
    message = outbox.write()
    outbox.sink.faults.at_recipient.append("554 5.7.1 Refused")
    outbox.deliver()
    failed = outbox.fresh(message)
    send_again(message=failed, attempt=1, member_id=factories.member(outbox.organisation).id, now=outbox.now)
    db.session.commit()
    assert outbox.deliver() == {"sent": 1}


def test_the_same_key_twice_is_one_message(outbox: Outbox) -> None:
    to = outbox.debtor()
    first = outbox.write(to, dedupe_key="dunning:1:1")
    second = outbox.write(to, dedupe_key="dunning:1:1")
    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1
    assert outbox.deliver() == {"sent": 1}


def test_the_same_key_of_another_organisation_is_another_message(outbox: Outbox) -> None:
    elsewhere = factories.organisation(name="Elders")
    outbox.write(dedupe_key="dunning:1:1")
    queue(
        organisation_id=elsewhere.id,
        dedupe_key="dunning:1:1",
        event="action_closed",
        channel=Channel.EMAIL,
        language="nl",
        recipient="elders@mail.example",
        values={"reference": "R-4K7WQ2", "answer_text": "Klopt."},
        now=NOW,
        debtor_id=factories.debtor(elsewhere).id,
    )
    db.session.commit()
    assert outbox.deliver() == {"sent": 2}


def test_an_event_nobody_knows_is_not_queued(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="no event"):
        outbox.write(event="birthday")


def test_nothing_leaves_before_its_time(outbox: Outbox) -> None:
    later: datetime = NOW + timedelta(hours=2)
    outbox.write(not_before=later)
    outbox.now = later - timedelta(seconds=1)
    assert outbox.deliver() == {}
    outbox.now = later
    assert outbox.deliver() == {"sent": 1}
