"""An invoice held for a change, its open amount after it, and the line of the trail about it."""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.database import db
from invoices import balances
from invoices.models import Invoice
from invoices.queries import InvoiceUnknown, lock_invoices, settled_on


def hold(*, organisation_id: int, invoice_id: int) -> Invoice:
    """Hold the invoice until the transaction ends, and return it as it is now. Raises InvoiceUnknown."""
    lock_invoices(organisation_id=organisation_id, invoice_ids=(invoice_id,))
    invoice = db.session.scalar(
        select(Invoice)
        .where(Invoice.organisation_id == organisation_id, Invoice.id == invoice_id)
        .execution_options(populate_existing=True)
    )
    if invoice is None:
        raise InvoiceUnknown
    return invoice


def settle(invoice: Invoice, *, now: datetime) -> None:
    """Bring the open amount of a held invoice up to date; on a withdrawn one nothing is ever open.

    Raises balances.AmountTooHigh.
    """
    db.session.flush()
    if invoice.withdrawn_at is None:
        paid, credited = settled_on(organisation_id=invoice.organisation_id, invoice_id=invoice.id)
        invoice.amount_open = balances.open_amount(
            amount=invoice.amount,
            paid=paid,
            credited=credited,
            settled_elsewhere=invoice.amount_settled_elsewhere,
            number=invoice.number,
        )
    invoice.updated_at = now
    db.session.flush()


def tell(invoice: Invoice, what: str, *, now: datetime, member_id: int | None, **details: object) -> None:
    """Write a line of the trail about the invoice."""
    audit.record(
        organisation_id=invoice.organisation_id,
        what=what,
        about="invoice",
        about_id=invoice.id,
        now=now,
        member_id=member_id,
        debtor_id=invoice.debtor_id,
        details={"invoice": invoice.number, "currency": invoice.currency, **details},
    )
