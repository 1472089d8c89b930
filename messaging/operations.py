"""What people decide about messages in trouble: send again, settle, clear, replace."""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.models import ContactPoint, ContactState
from messaging.models import Message, MessageState
from messaging.queries import TROUBLED


class MessageNotRepeatable(Refusal):
    """Only a message that failed, or of which nobody knows, is sent again."""

    sentence = N_("This message cannot be sent again.")
    status = 409


class MessageTooLate(Refusal):
    """What would be sent again is past its own end: its link opens nothing, or its reminder comes anew."""

    sentence = N_(
        "This message has ended and is not sent again. Send a new link, or wait for the next reminder."
    )
    status = 409


class ContactOutOfUse(Refusal):
    """It would go to an address or number that does not work, or whose owner wants nothing there."""

    sentence = N_("The address or number cannot be used. Correct the contact first.")
    status = 409


class MessageNotDoubtful(Refusal):
    """Somebody was faster, or an answer came after all: what became of the message is known."""

    sentence = N_("It is known what became of this message.")
    status = 409


class MessageNotInTrouble(Refusal):
    """Somebody was faster: nothing is to be done about the message any more."""

    sentence = N_("Nothing is to be done about this message any more.")
    status = 409


class MessageOvertaken(Refusal):
    """The message was tried again since the person who decides looked at it."""

    sentence = N_("This message was tried again in the meantime. Look at what came of it.")
    status = 409


def send_again(*, message: Message, attempt: int, member_id: int, now: datetime) -> None:
    """Put a message that failed, or of which nobody knows, back in the queue; it keeps its Message-ID.

    `attempt` is the last one that the person saw. It goes to its contact point as that is now, so also after
    a correction. Raises MessageNotRepeatable, MessageOvertaken, MessageTooLate and ContactOutOfUse.
    """
    if message.state not in (MessageState.FAILED, MessageState.UNKNOWN) or message.cleared_at is not None:
        raise MessageNotRepeatable
    _demand_newest(message, attempt)
    if message.expires_at is not None and message.expires_at <= now:
        raise MessageTooLate
    was, message.recipient = message.state, _address_now(message)
    message.state, message.state_reason = MessageState.NEW, ""
    message.not_before, message.handed_at = now, None
    message.leased_until, message.losses = None, 0
    message.ask_at = None
    db.session.flush()
    _record("message.sent_again", message, member_id=member_id, now=now, state=was)


def settle_doubtful(*, message: Message, as_sent: bool, attempt: int, member_id: int, now: datetime) -> None:
    """Keep what a person found out about a message of which nobody knew: it arrived, or it did not.

    One that did not arrive has failed, and may be sent again. `attempt` is the last one that the person saw.
    Raises MessageNotDoubtful and MessageOvertaken.
    """
    if message.state != MessageState.UNKNOWN:
        raise MessageNotDoubtful
    _demand_newest(message, attempt)
    if as_sent:
        message.state, message.sent_at = MessageState.SENT, message.handed_at or now
    else:
        message.state = MessageState.FAILED
    message.state_reason = "settled_by_person"
    message.leased_until = message.claimed_by = message.ask_at = None
    db.session.flush()
    _record("message.settled", message, member_id=member_id, now=now, state=message.state)


def clear(*, message: Message, attempt: int, member_id: int, now: datetime) -> None:
    """Keep that nothing more is to be done about a message that failed or came back.

    Raises MessageNotInTrouble and MessageOvertaken.
    """
    if message.state not in (MessageState.FAILED, MessageState.BOUNCED) or message.cleared_at is not None:
        raise MessageNotInTrouble
    _demand_newest(message, attempt)
    message.cleared_at = now
    db.session.flush()
    _record("message.cleared", message, member_id=member_id, now=now, state=message.state)


def replace(*, message: Message, attempt: int, member_id: int, now: datetime) -> None:
    """Give up a message in trouble because another one takes its place; it is not sent again by itself.

    Raises MessageNotInTrouble and MessageOvertaken.
    """
    if message.state not in TROUBLED or message.cleared_at is not None:
        raise MessageNotInTrouble
    _demand_newest(message, attempt)
    was = message.state
    if was == MessageState.UNKNOWN:
        message.state, message.state_reason = MessageState.FAILED, "replaced"
        message.leased_until = message.claimed_by = message.ask_at = None
    message.cleared_at = now
    db.session.flush()
    _record("message.replaced", message, member_id=member_id, now=now, state=was)


def _demand_newest(message: Message, attempt: int) -> None:
    if attempt != message.attempt:
        raise MessageOvertaken


def _address_now(message: Message) -> str:
    """Return where the message goes now. Raises ContactOutOfUse."""
    if message.contact_point_id is None:
        return message.recipient
    contact = db.session.scalar(
        select(ContactPoint).where(
            ContactPoint.organisation_id == message.organisation_id,
            ContactPoint.id == message.contact_point_id,
        )
    )
    if contact is None or contact.state != ContactState.USABLE:
        raise ContactOutOfUse
    return contact.value


def _record(what: str, message: Message, *, member_id: int, now: datetime, state: MessageState) -> None:
    audit.record(
        organisation_id=message.organisation_id,
        what=what,
        about="message",
        about_id=message.id,
        now=now,
        member_id=member_id,
        debtor_id=message.debtor_id,
        details={"event": message.event, "channel": message.channel.value, "state": state.value},
    )
