"""How an invoice came to its open amount, and what held dunning off it."""

from collections.abc import Sequence

from sqlalchemy import select

from core.database import db
from invoices.models import CreditNote, Exemption, Payment


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


def exemptions_of(*, organisation_id: int, invoice_id: int) -> Sequence[Exemption]:
    """Return the exemptions of an invoice: those in force first, then the last one first."""
    return db.session.scalars(
        select(Exemption)
        .where(Exemption.organisation_id == organisation_id, Exemption.invoice_id == invoice_id)
        .order_by(Exemption.ended_at.is_not(None), Exemption.started_at.desc(), Exemption.id.desc())
    ).all()
