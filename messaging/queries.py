"""Questions about the outbox: what was written to whom, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from invoices.finding import name_says
from invoices.models import Debtor
from invoices.queries import like
from messaging.models import Message, MessageAttempt, MessageInvoice, MessageState
from messaging.sms_models import ProviderEvent

SIZE = 50
MOST = 50
# What a person should look at until it was cleared: it did not arrive, or nobody knows.
TROUBLED = (MessageState.UNKNOWN, MessageState.FAILED, MessageState.BOUNCED)


class MessageUnknown(Refusal):
    """There is no such message in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message and to whom it went: a debtor or a member."""

    message: Message
    debtor: Debtor | None
    member_name: str | None

    @property
    def name(self) -> str:
        """The name of who it is for."""
        return self.debtor.name if self.debtor else self.member_name or ""


def messages_found(
    *,
    organisation_id: int,
    states: Collection[MessageState] = (),
    in_trouble: bool = False,
    text: str = "",
    page: int = 1,
    size: int = SIZE,
) -> tuple[Sequence[MessageRow], int]:
    """Return a page of messages, newest first, and how many there are; found by name, number or address.

    Those `in_trouble` wait for a person.
    """
    which = [Message.organisation_id == organisation_id]
    if in_trouble:
        which.append(_in_trouble())
    if states:
        which.append(Message.state.in_(states))
    if text:
        which.append(_says(text))
    total = (
        db.session.scalar(
            select(func.count()).select_from(Message).outerjoin(Debtor, _for_debtor()).where(*which)
        )
        or 0
    )
    return rows_where(which, limit=size, offset=(page - 1) * size), total


def counts_by_state(*, organisation_id: int) -> dict[MessageState, int]:
    """Return how many messages there are of each state that has any."""
    rows = db.session.execute(
        select(Message.state, func.count())
        .where(Message.organisation_id == organisation_id)
        .group_by(Message.state)
    )
    return {row[0]: row[1] for row in rows}


def troubled() -> Select[*tuple[Any, ...]]:
    """Return what counts the messages a person should look at by state: doubtful, failed, came back.

    Each column has the state's name; `core.prepared` asks it.
    """
    return select(
        *(func.count().filter(Message.state == state).label(state.value) for state in TROUBLED)
    ).where(Message.organisation_id == bindparam("of_organisation"), _in_trouble())


def message_by_public_id(*, organisation_id: int, public_id: str, lock: bool = False) -> Message:
    """Return the message, with `lock` for the rest of the transaction. Raises MessageUnknown."""
    statement = select(Message).where(
        Message.organisation_id == organisation_id, Message.public_id == public_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise MessageUnknown
    return found


def has_copy(*, message: Message) -> bool:
    """Return whether a copy of the e-mail is kept (`messaging.copies`), without reading it."""
    kept = select(Message.kept_mail.is_not(None)).where(
        Message.organisation_id == message.organisation_id, Message.id == message.id
    )
    return bool(db.session.scalar(kept))


def row_of(*, message: Message) -> MessageRow:
    """Return the message with whom it is for."""
    return rows_where([Message.organisation_id == message.organisation_id, Message.id == message.id])[0]


def messages_of(*, organisation_id: int, debtor_id: int, most: int = MOST) -> Sequence[Message]:
    """Return the last messages to a debtor, newest first."""
    return db.session.scalars(
        select(Message)
        .where(Message.organisation_id == organisation_id, Message.debtor_id == debtor_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(most)
    ).all()


def messages_about(*, organisation_id: int, invoice_id: int, most: int = MOST) -> Sequence[Message]:
    """Return the last messages about an invoice, newest first."""
    return db.session.scalars(
        select(Message)
        .join(
            MessageInvoice,
            and_(
                MessageInvoice.organisation_id == Message.organisation_id,
                MessageInvoice.message_id == Message.id,
            ),
        )
        .where(Message.organisation_id == organisation_id, MessageInvoice.invoice_id == invoice_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(most)
    ).all()


def invoice_ids_of(*, organisation_id: int, message_id: int) -> Sequence[int]:
    """Return the ids of the invoices a message is about."""
    return db.session.scalars(
        select(MessageInvoice.invoice_id).where(
            MessageInvoice.organisation_id == organisation_id, MessageInvoice.message_id == message_id
        )
    ).all()


def behind_ids_of(*, organisation_id: int, message_id: int) -> Sequence[int]:
    """Return the ids of those of them that have not come as far as the message's text."""
    return db.session.scalars(
        select(MessageInvoice.invoice_id).where(
            MessageInvoice.organisation_id == organisation_id,
            MessageInvoice.message_id == message_id,
            MessageInvoice.is_behind,
        )
    ).all()


def attempts_of(*, organisation_id: int, message_id: int) -> Sequence[MessageAttempt]:
    """Return the tries to hand a message over, the last one first."""
    return db.session.scalars(
        select(MessageAttempt)
        .where(MessageAttempt.organisation_id == organisation_id, MessageAttempt.message_id == message_id)
        .order_by(MessageAttempt.attempt.desc())
    ).all()


def key_of_replacement(message: Message) -> str:
    """Return the dedupe key of the one message that takes the place of this one."""
    return f"elsewhere:{message.public_id}"


def replacement_of(*, message: Message) -> Message | None:
    """Return the message that took the place of this one."""
    return db.session.scalar(
        select(Message).where(
            Message.organisation_id == message.organisation_id,
            Message.dedupe_key == key_of_replacement(message),
        )
    )


def reports_of(*, organisation_id: int, message_id: int) -> Sequence[ProviderEvent]:
    """Return what the provider reported of a message, the first report first."""
    return db.session.scalars(
        select(ProviderEvent)
        .where(ProviderEvent.organisation_id == organisation_id, ProviderEvent.message_id == message_id)
        .order_by(ProviderEvent.received_at, ProviderEvent.id)
    ).all()


def _in_trouble() -> ColumnElement[bool]:
    """Return the condition of the index of the few that are in trouble, in its very words."""
    states = bindparam("troubled", TROUBLED, expanding=True, literal_execute=True, type_=Message.state.type)
    return and_(Message.state.in_(states), Message.cleared_at.is_(None))


def rows_where(
    which: Sequence[ColumnElement[bool]], *, limit: int | None = None, offset: int = 0
) -> list[MessageRow]:
    """Return the messages that meet these conditions, of one organisation, newest first."""
    rows = db.session.execute(
        select(Message, Debtor, Member.name)
        .outerjoin(Debtor, _for_debtor())
        .outerjoin(
            Member, and_(Member.organisation_id == Message.organisation_id, Member.id == Message.member_id)
        )
        .where(*which)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [MessageRow(*row) for row in rows]


def _for_debtor() -> ColumnElement[bool]:
    return and_(Debtor.organisation_id == Message.organisation_id, Debtor.id == Message.debtor_id)


def _says(text: str) -> ColumnElement[bool]:
    pattern = like(text)
    return or_(
        Message.recipient.ilike(pattern, escape="\\"),
        Debtor.customer_number.ilike(pattern, escape="\\"),
        name_says(text),
    )
