"""Changes to the outbox that others ask for: queue a message, try a failed one again."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Channel
from messaging.events import EVENTS
from messaging.models import Message, MessageInvoice, MessageState


class MessageNotRepeatable(Refusal):
    """Only a message that failed, or of which nobody knows, is sent again."""

    sentence = N_("This message cannot be sent again.")
    status = 409


class MessageNotDoubtful(Refusal):
    """Somebody was faster, or an answer came after all: what became of the message is known."""

    sentence = N_("It is known what became of this message.")
    status = 409


def queue(
    *,
    organisation_id: int,
    dedupe_key: str,
    event: str,
    channel: Channel,
    language: str,
    recipient: str,
    values: dict[str, str],
    now: datetime,
    debtor_id: int | None = None,
    contact_point_id: int | None = None,
    member_id: int | None = None,
    link_id: int | None = None,
    invoice_ids: Collection[int] = (),
    is_collection: bool = False,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Store a message with its reason, in the caller's transaction; a worker sends it after the commit.

    The same `dedupe_key` again returns the message that is there. `values` are the placeholders only the
    caller knows; greeting, organisation, link and the number of invoices are filled when it is sent, so that
    no link's key lies in the outbox.
    """
    if event not in EVENTS:
        raise ValueError(f"There is no event {event}.")
    if "link" in values:
        raise ValueError("A link is written when the message leaves, never stored.")
    message = Message(
        organisation_id=organisation_id,
        dedupe_key=dedupe_key,
        event=event,
        channel=channel,
        language=language,
        recipient=recipient,
        values=values,
        debtor_id=debtor_id,
        contact_point_id=contact_point_id,
        member_id=member_id,
        link_id=link_id,
        is_collection=is_collection,
        not_before=not_before or now,
        expires_at=expires_at,
        message_id=f"outbox-{uuid4().hex}",
        created_at=now,
    )
    return _stored(message, invoice_ids)


def _stored(message: Message, invoice_ids: Collection[int]) -> Message:
    """Store the message with its invoices, or return the one that is there under its key."""
    known = select(Message).where(
        Message.organisation_id == message.organisation_id, Message.dedupe_key == message.dedupe_key
    )
    before = db.session.scalar(known)
    if before is not None:
        return before
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        # Somebody queued it at the same moment; any other fault is not ours to hide.
        before = db.session.scalar(known)
        if before is None:
            raise
        return before
    db.session.add_all(
        MessageInvoice(organisation_id=message.organisation_id, message_id=message.id, invoice_id=invoice_id)
        for invoice_id in sorted(set(invoice_ids))
    )
    db.session.flush()
    return message


def send_again(*, message: Message, member_id: int, now: datetime) -> None:
    """Put a message that failed, or of which nobody knows, back in the queue; it keeps its Message-ID.

    Raises MessageNotRepeatable.
    """
    if message.state not in (MessageState.FAILED, MessageState.UNKNOWN):
        raise MessageNotRepeatable
    was = message.state
    message.state, message.state_reason = MessageState.NEW, ""
    message.not_before, message.handed_at = now, None
    message.leased_until, message.losses = None, 0
    db.session.flush()
    _record("message.sent_again", message, member_id=member_id, now=now, state=was)


def settle_doubtful(*, message: Message, as_sent: bool, member_id: int, now: datetime) -> None:
    """Keep what a person found out about a message of which nobody knew: it arrived, or it did not.

    One that did not arrive has failed, and may be sent again. Raises MessageNotDoubtful.
    """
    if message.state != MessageState.UNKNOWN:
        raise MessageNotDoubtful
    if as_sent:
        message.state, message.sent_at = MessageState.SENT, message.handed_at or now
    else:
        message.state = MessageState.FAILED
    message.state_reason = "settled_by_person"
    message.leased_until = message.claimed_by = None
    db.session.flush()
    _record("message.settled", message, member_id=member_id, now=now, state=message.state)


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
