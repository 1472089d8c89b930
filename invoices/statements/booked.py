"""Questions about what was booked from the lines of bank statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select

from core.database import db
from invoices.models import Invoice, Payment
from invoices.statements.models import BankLine


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment with its invoice; `line_public_id` is of the line it came with, None when entered by hand."""

    payment: Payment
    invoice: Invoice
    line_public_id: str | None


def booked_on(*, line: BankLine) -> Sequence[Booked]:
    """Return what of a line is booked on which invoice, the first one first."""
    rows = db.session.execute(
        select(Payment, Invoice)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.organisation_id == line.organisation_id, Payment.bank_line_id == line.id)
        .order_by(Payment.id)
    )
    return [Booked(payment, invoice, line.public_id) for payment, invoice in rows]


def payments_like(*, line: BankLine, most: int = 10) -> Sequence[Booked]:
    """Return the payments that money which went back may have come with, those of the same payer first.

    Entered by hand or booked from a line, of the same amount, not later than the money went; newest first.
    """
    said = or_(
        and_(BankLine.counterparty_iban != "", BankLine.counterparty_iban == line.counterparty_iban),
        and_(BankLine.end_to_end_id != "", BankLine.end_to_end_id == line.end_to_end_id),
    )
    rows = db.session.execute(
        select(Payment, Invoice, BankLine.public_id)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .outerjoin(BankLine, BankLine.id == Payment.bank_line_id)
        .where(
            Payment.organisation_id == line.organisation_id,
            Payment.paid_on <= line.booked_on,
            func.coalesce(BankLine.amount, Payment.amount) == -line.amount,
            Invoice.currency == line.currency,
        )
        .order_by(case((said, 0), else_=1), Payment.paid_on.desc(), Payment.id.desc())
        .limit(most)
    )
    return [Booked(*row) for row in rows]


def pages_of_lines(*, organisation_id: int, line_ids: Collection[int]) -> Mapping[int, str]:
    """Return the public ids of these lines, by id."""
    rows = db.session.execute(
        select(BankLine.id, BankLine.public_id).where(
            BankLine.organisation_id == organisation_id, BankLine.id.in_(line_ids)
        )
    )
    return {row.id: row.public_id for row in rows}
