"""The invoices of a collection message, looked at a last time as it leaves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select

from core.database import db
from invoices.queries import Standing, why_not_dun
from messaging.models import MessageInvoice

TEXT_TOO_FAR = "text_too_far"


@dataclass(frozen=True, slots=True)
class LastLook:
    """Which invoices may not be dunned any more, and why the message may not leave without them, if so."""

    blocked: frozenset[int]
    why_not: str


def last_look(
    *,
    organisation_id: int,
    message_id: int,
    invoice_ids: Collection[int],
    invoices: Sequence[Standing],
    has_exemptions: bool,
) -> LastLook:
    """Ask about the invoices of a message, which are held until the transaction ends.

    Without `has_exemptions` none of them has one. The message does not leave when none is left, nor when its
    text is harsher than what each of the others has reached: what there is to say about those the next run
    says anew.
    """
    answers = why_not_dun(
        organisation_id=organisation_id,
        invoice_ids=invoice_ids,
        invoices=invoices,
        held=None if has_exemptions else {},
    )
    reasons = {invoice_id: why.reason for invoice_id, why in answers.items() if why is not None}
    blocked = frozenset(reasons)
    if len(blocked) == len(invoice_ids):
        return LastLook(blocked, ", ".join(sorted(set(reasons.values()))) or "no_invoice")
    if blocked and _all_are_behind(organisation_id, message_id, blocked):
        return LastLook(blocked, TEXT_TOO_FAR)
    return LastLook(blocked, "")


def take_out(*, organisation_id: int, message_id: int, invoice_ids: Collection[int]) -> None:
    """Let a message be about these invoices no more."""
    db.session.execute(
        delete(MessageInvoice).where(
            *_of(organisation_id, message_id), MessageInvoice.invoice_id.in_(invoice_ids)
        )
    )


def _all_are_behind(organisation_id: int, message_id: int, blocked: frozenset[int]) -> bool:
    as_far = select(MessageInvoice.id).where(
        *_of(organisation_id, message_id),
        MessageInvoice.invoice_id.not_in(blocked),
        MessageInvoice.is_behind.is_(False),
    )
    return db.session.scalar(as_far.limit(1)) is None


def _of(organisation_id: int, message_id: int) -> tuple[ColumnElement[bool], ...]:
    return MessageInvoice.organisation_id == organisation_id, MessageInvoice.message_id == message_id
