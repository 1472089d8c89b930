"""What a debtor keeps of a reaction: the receipt."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Exemption, Invoice
from invoices.queries import is_covered
from messaging.models import Message, MessageState
from reactions.models import Action, ActionState, Reaction, ReactionInvoice

# A message in another state did not reach anybody, or nobody knows.
ARRIVES = (
    MessageState.NEW,
    MessageState.CLAIMED,
    MessageState.HANDING,
    MessageState.SENT,
    MessageState.DELIVERED,
)


class ReactionUnknown(Refusal):
    """There is no such reaction of this debtor."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class ReceiptInvoice:
    """An invoice on a receipt, with what was open on it when the debtor reacted.

    `is_exempt` says whether this reaction still holds dunning off, and all that is open on it is held off:
    by this reaction, or by several of which each covers a part.
    """

    public_id: str
    number: str
    invoiced_on: date
    currency: str
    amount_open: int
    is_exempt: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a debtor keeps of a reaction. `answers` is as stored: {key, kind, label, value, shown}.

    `message_sent` says that this went or goes out as a message as well, as far as anybody knows.
    """

    public_id: str
    reference: str
    type_label: str
    language: str
    reacted_at: datetime
    answer_by: date | None
    promised_on: date | None
    answers: list[dict[str, Any]]
    invoices: tuple[ReceiptInvoice, ...]
    state: ActionState
    answer: str
    message_sent: bool


def asked_by(action_id: int) -> str:
    """Return how an action names itself when it asks for an exemption."""
    return f"action:{action_id}"


def receipt_key(reaction_public_id: str) -> str:
    """Return the dedupe key of the message that says a reaction was received."""
    return f"reaction_received:{reaction_public_id}"


def reaction_for_receipt(*, organisation_id: int, debtor_id: int, public_id: str) -> Receipt:
    """Return one reaction of this debtor. Raises ReactionUnknown."""
    found = db.session.execute(
        select(Reaction, Action)
        .join(Action, Action.reaction_id == Reaction.id)
        .where(
            Reaction.organisation_id == organisation_id,
            Reaction.debtor_id == debtor_id,
            Reaction.public_id == public_id,
        )
    ).one_or_none()
    if found is None:
        raise ReactionUnknown
    reaction, action = found
    message = select(Message.id).where(
        Message.organisation_id == organisation_id,
        Message.dedupe_key == receipt_key(public_id),
        Message.state.in_(ARRIVES),
    )
    return Receipt(
        public_id=reaction.public_id,
        reference=reaction.reference,
        type_label=reaction.type_label,
        language=reaction.language,
        reacted_at=reaction.reacted_at,
        answer_by=reaction.answer_by,
        promised_on=action.promised_on,
        answers=reaction.answers,
        invoices=_invoices_of(reaction, action),
        state=action.state,
        answer=action.answer,
        message_sent=db.session.scalar(message) is not None,
    )


def _invoices_of(reaction: Reaction, action: Action) -> tuple[ReceiptInvoice, ...]:
    rows = db.session.execute(
        select(
            Invoice.public_id,
            Invoice.number,
            Invoice.invoiced_on,
            Invoice.currency,
            ReactionInvoice.amount_open,
            Exemption.id.is_not(None) & is_covered(),
        )
        .join(Invoice, Invoice.id == ReactionInvoice.invoice_id)
        .outerjoin(
            Exemption,
            (Exemption.invoice_id == Invoice.id)
            & (Exemption.asked_by == asked_by(action.id))
            & Exemption.ended_at.is_(None),
        )
        .where(
            ReactionInvoice.organisation_id == reaction.organisation_id,
            ReactionInvoice.reaction_id == reaction.id,
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    return tuple(ReceiptInvoice(*row) for row in rows)
