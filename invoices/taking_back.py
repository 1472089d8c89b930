"""Payments and credit notes taken off their invoices again: entered by mistake, or charged back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from core.texts import one_line
from invoices.holding import hold, settle, tell
from invoices.models import Payment
from invoices.settlements import Settlement, settlement_by_hand

LONGEST_REASON = 200


class ReasonMissing(Refusal):
    """Whoever looks at the invoice later has to see why it changed."""

    sentence = N_("Say why. Colleagues read it in the history.")


class ReasonAboveLimit(Refusal):
    """More than a line of the history takes."""

    sentence = N_("This is too long.")


def take_back(
    *,
    organisation_id: int,
    invoice_id: int,
    settlement_public_id: str,
    reason: str,
    member_id: int,
    now: datetime,
) -> Settlement:
    """Take a payment or credit note off its invoice, which is open again, and return what it was.

    An invoice that was withdrawn stays settled. Actions that were closed by it stay closed. Raises
    InvoiceUnknown, SettlementGone, CameWithStatement, ReasonMissing and ReasonAboveLimit.
    """
    why = one_line(reason)
    if not why:
        raise ReasonMissing
    if len(why) > LONGEST_REASON:
        raise ReasonAboveLimit
    invoice = hold(organisation_id=organisation_id, invoice_id=invoice_id)
    found = settlement_by_hand(
        organisation_id=organisation_id, invoice_id=invoice_id, public_id=settlement_public_id
    )
    db.session.delete(found)
    settle(invoice, now=now)
    what = "payment.taken_back" if isinstance(found, Payment) else "credit_note.taken_back"
    tell(invoice, what, now=now, member_id=member_id, why=why, **_kept_of(found))
    return found


def take_back_payments(
    *, organisation_id: int, bank_line_id: int, now: datetime, member_id: int | None = None
) -> int:
    """Take the payments of a bank line off their invoices, which are open again; return how many there were.

    An invoice that was withdrawn since stays settled.
    """
    wanted = select(Payment).where(
        Payment.organisation_id == organisation_id, Payment.bank_line_id == bank_line_id
    )
    payments = db.session.scalars(wanted.order_by(Payment.invoice_id, Payment.id)).all()
    for payment in payments:
        invoice = hold(organisation_id=organisation_id, invoice_id=payment.invoice_id)
        db.session.delete(payment)
        settle(invoice, now=now)
        tell(invoice, "payment.taken_back", now=now, member_id=member_id, amount=payment.amount)
    return len(payments)


def _kept_of(found: Settlement) -> Mapping[str, object]:
    """Return what the row said: the trail is all that is left of it."""
    if isinstance(found, Payment):
        return {"amount": found.amount, "paid_on": found.paid_on.isoformat(), "reference": found.reference}
    return {"amount": found.amount, "credited_on": found.credited_on.isoformat(), "number": found.number}
