"""Changes to invoices: payments, credit notes, withdrawal, and the exemptions that hold dunning off."""

from datetime import date, datetime

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.holding import hold, settle, tell
from invoices.models import CreditNote, Exemption, Invoice, Payment


class AmountNotPositive(Refusal):
    """An amount of nothing or less."""

    sentence = N_("Enter an amount above zero.")


class PaymentInFuture(Refusal):
    """Money that is received later has not been received."""

    sentence = N_("The date of payment lies in the future.")


class CreditNoteInFuture(Refusal):
    """What is taken off later is not taken off yet."""

    sentence = N_("The date of the credit note lies in the future.")


class CreditNoteKnown(Refusal):
    """This credit note was entered before."""

    sentence = N_("Credit note %(number)s was already entered for this invoice.")
    status = 409


class InvoiceWithdrawn(Refusal):
    """Nothing is entered on an invoice that was taken back."""

    sentence = N_("This invoice was withdrawn.")
    status = 409


class OpenAmountChanged(Refusal):
    """Somebody entered something since the form was opened: perhaps the very same."""

    sentence = N_("The open amount was changed in the meantime. See if this was entered already.")
    status = 409


def record_payment(
    *,
    organisation_id: int,
    invoice_id: int,
    amount: int,
    paid_on: date,
    reference: str,
    now: datetime,
    today: date,
    member_id: int | None = None,
    open_before: int | None = None,
    bank_line_id: int | None = None,
) -> Payment:
    """Store money received (minor units) and bring the open amount up to date.

    `bank_line_id` is the line of a statement that it came with. `open_before` is what a person saw as open:
    a form that is sent twice is entered once. Raises InvoiceUnknown, AmountNotPositive, PaymentInFuture,
    InvoiceWithdrawn, OpenAmountChanged and balances.AmountTooHigh.
    """
    if amount <= 0:
        raise AmountNotPositive
    if paid_on > today:
        raise PaymentInFuture
    invoice = hold(organisation_id=organisation_id, invoice_id=invoice_id)
    _still_as_seen(invoice, open_before)
    payment = Payment(
        organisation_id=organisation_id,
        invoice_id=invoice_id,
        amount=amount,
        paid_on=paid_on,
        reference=reference,
        bank_line_id=bank_line_id,
        created_at=now,
    )
    db.session.add(payment)
    settle(invoice, now=now)
    tell(
        invoice, "payment.recorded", now=now, member_id=member_id, amount=amount, paid_on=paid_on.isoformat()
    )
    return payment


def record_credit_note(
    *,
    organisation_id: int,
    invoice_id: int,
    number: str,
    amount: int,
    credited_on: date,
    now: datetime,
    today: date,
    member_id: int | None = None,
) -> CreditNote:
    """Store an amount taken off an invoice (minor units) and bring the open amount up to date.

    Raises InvoiceUnknown, AmountNotPositive, CreditNoteInFuture, InvoiceWithdrawn, CreditNoteKnown and
    balances.AmountTooHigh.
    """
    if amount <= 0:
        raise AmountNotPositive
    if credited_on > today:
        raise CreditNoteInFuture
    invoice = hold(organisation_id=organisation_id, invoice_id=invoice_id)
    _still_as_seen(invoice, None)
    known = select(CreditNote.id).where(
        CreditNote.organisation_id == organisation_id,
        CreditNote.invoice_id == invoice_id,
        CreditNote.number == number,
    )
    if db.session.scalar(known) is not None:
        raise CreditNoteKnown(number=number)
    note = CreditNote(
        organisation_id=organisation_id,
        invoice_id=invoice_id,
        number=number,
        amount=amount,
        credited_on=credited_on,
        created_at=now,
    )
    db.session.add(note)
    settle(invoice, now=now)
    tell(invoice, "credit_note.recorded", now=now, member_id=member_id, amount=amount, number=number)
    return note


def withdraw(*, organisation_id: int, invoice_id: int, now: datetime, member_id: int | None = None) -> None:
    """Take an invoice back: nothing is open on it any more. Raises InvoiceUnknown, InvoiceWithdrawn."""
    invoice = hold(organisation_id=organisation_id, invoice_id=invoice_id)
    _still_as_seen(invoice, None)
    invoice.amount_open = 0
    invoice.withdrawn_at = invoice.updated_at = now
    db.session.flush()
    tell(invoice, "invoice.withdrawn", now=now, member_id=member_id)


def exempt(
    *,
    organisation_id: int,
    invoice_id: int,
    asked_by: str,
    reason: str,
    now: datetime,
    amount: int | None = None,
    review_on: date | None = None,
) -> Exemption:
    """Hold dunning off an invoice, or off `amount` of it, until this asker's exemption is ended.

    The same asker again changes amount, reason and review of the exemption in force. Raises InvoiceUnknown
    and AmountNotPositive.
    """
    if amount is not None and amount <= 0:
        raise AmountNotPositive
    hold(organisation_id=organisation_id, invoice_id=invoice_id)
    exemption = db.session.scalar(
        select(Exemption).where(
            Exemption.organisation_id == organisation_id,
            Exemption.invoice_id == invoice_id,
            Exemption.asked_by == asked_by,
            Exemption.ended_at.is_(None),
        )
    )
    if exemption is None:
        exemption = Exemption(
            organisation_id=organisation_id, invoice_id=invoice_id, asked_by=asked_by, started_at=now
        )
        db.session.add(exemption)
    exemption.reason, exemption.amount, exemption.review_on = reason, amount, review_on
    db.session.flush()
    return exemption


def end_exemptions(*, organisation_id: int, asked_by: str, end_reason: str, now: datetime) -> int:
    """End every exemption in force of this asker and return how many there were."""
    held = db.session.scalars(
        select(Exemption).where(
            Exemption.organisation_id == organisation_id,
            Exemption.asked_by == asked_by,
            Exemption.ended_at.is_(None),
        )
    ).all()
    for exemption in held:
        exemption.ended_at, exemption.end_reason = now, end_reason
    db.session.flush()
    return len(held)


def _still_as_seen(invoice: Invoice, open_before: int | None) -> None:
    if invoice.withdrawn_at is not None:
        raise InvoiceWithdrawn
    if open_before is not None and invoice.amount_open != open_before:
        raise OpenAmountChanged
