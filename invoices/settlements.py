"""How an invoice came to its open amount, and what held dunning off it."""

from collections.abc import Sequence

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import CreditNote, Exemption, Payment

# What takes something off an invoice.
Settlement = Payment | CreditNote


class SettlementGone(Refusal):
    """The invoice has no such payment or credit note, or no longer."""

    sentence = N_("This is no longer on the invoice. Perhaps it was taken back already.")
    status = 409


class CameWithStatement(Refusal):
    """The bank's line would go on saying that it is booked."""

    sentence = N_("This payment came with a bank statement. Take it back on the page of that payment.")
    status = 409


def payments_of(*, organisation_id: int, invoice_id: int) -> Sequence[Payment]:
    """Return the payments on an invoice, the first one first."""
    return db.session.scalars(
        select(Payment)
        .where(Payment.organisation_id == organisation_id, Payment.invoice_id == invoice_id)
        .order_by(Payment.paid_on, Payment.id)
    ).all()


def credit_notes_of(*, organisation_id: int, invoice_id: int) -> Sequence[CreditNote]:
    """Return the credit notes on an invoice, the first one first."""
    return db.session.scalars(
        select(CreditNote)
        .where(CreditNote.organisation_id == organisation_id, CreditNote.invoice_id == invoice_id)
        .order_by(CreditNote.credited_on, CreditNote.id)
    ).all()


def settlement_by_hand(*, organisation_id: int, invoice_id: int, public_id: str) -> Settlement:
    """Return the payment or credit note of an invoice, as it is now.

    Raises SettlementGone and CameWithStatement.
    """
    payment = db.session.scalar(
        select(Payment)
        .where(
            Payment.organisation_id == organisation_id,
            Payment.invoice_id == invoice_id,
            Payment.public_id == public_id,
        )
        .execution_options(populate_existing=True)
    )
    if payment is not None and payment.bank_line_id is not None:
        raise CameWithStatement
    note = db.session.scalar(
        select(CreditNote)
        .where(
            CreditNote.organisation_id == organisation_id,
            CreditNote.invoice_id == invoice_id,
            CreditNote.public_id == public_id,
        )
        .execution_options(populate_existing=True)
    )
    found = payment or note
    if found is None:
        raise SettlementGone
    return found


def exemptions_of(*, organisation_id: int, invoice_id: int) -> Sequence[Exemption]:
    """Return the exemptions of an invoice: those in force first, then the last one first."""
    return db.session.scalars(
        select(Exemption)
        .where(Exemption.organisation_id == organisation_id, Exemption.invoice_id == invoice_id)
        .order_by(Exemption.ended_at.is_not(None), Exemption.started_at.desc(), Exemption.id.desc())
    ).all()
