"""Questions about the outbox: what was written to whom, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from invoices.models import Debtor
from invoices.names import plain
from invoices.queries import like
from messaging.models import Message, MessageAttempt, MessageInvoice, MessageState

SIZE = 50
MOST = 50
# What a person should look at: it did not arrive, or nobody knows.
TROUBLED = frozenset({MessageState.FAILED, MessageState.BOUNCED, MessageState.UNKNOWN})


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
    text: str = "",
    page: int = 1,
    size: int = SIZE,
) -> tuple[Sequence[MessageRow], int]:
    """Return a page of messages, newest first, and how many there are; found by name, number or address."""
    which = [Message.organisation_id == organisation_id]
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
    return _rows(which, limit=size, offset=(page - 1) * size), total


def counts_by_state(*, organisation_id: int) -> dict[MessageState, int]:
    """Return how many messages there are of each state that has any."""
    rows = db.session.execute(
        select(Message.state, func.count())
        .where(Message.organisation_id == organisation_id)
        .group_by(Message.state)
    )
    return {row[0]: row[1] for row in rows}


def troubled(*, organisation_id: int) -> int:
    """Return how many messages a person should look at."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Message.organisation_id == organisation_id, Message.state.in_(TROUBLED)
            )
        )
        or 0
    )


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


def row_of(*, message: Message) -> MessageRow:
    """Return the message with whom it is for."""
    return _rows([Message.organisation_id == message.organisation_id, Message.id == message.id])[0]


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


def attempts_of(*, organisation_id: int, message_id: int) -> Sequence[MessageAttempt]:
    """Return the tries to hand a message over, the last one first."""
    return db.session.scalars(
        select(MessageAttempt)
        .where(MessageAttempt.organisation_id == organisation_id, MessageAttempt.message_id == message_id)
        .order_by(MessageAttempt.attempt.desc())
    ).all()


def _rows(
    which: Sequence[ColumnElement[bool]], *, limit: int | None = None, offset: int = 0
) -> list[MessageRow]:
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
    words = [Debtor.sort_name.like(like(word), escape="\\") for word in plain(text).split()]
    return or_(
        Message.recipient.ilike(pattern, escape="\\"),
        Debtor.customer_number.ilike(pattern, escape="\\"),
        *([and_(*words)] if words else []),
    )
