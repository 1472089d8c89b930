"""Invoices entered by hand."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from core.texts import one_line
from invoices.models import Invoice


class InvoiceRefused(Refusal):
    """Something about an invoice that cannot be stored; `field` names what to look at."""

    field = ""


class InvoiceNumberMissing(InvoiceRefused):
    """An invoice without a number."""

    sentence = N_("Fill in the number of the invoice.")
    field = "number"


class InvoiceNumberKnown(InvoiceRefused):
    """The creditor has an invoice with this number."""

    sentence = N_("Invoice %(number)s of this creditor is already there.")
    field = "number"


class InvoiceAmountNotPositive(InvoiceRefused):
    """An invoice of nothing or less."""

    sentence = N_("Enter an amount above zero.")
    field = "amount"


class DueBeforeInvoiced(InvoiceRefused):
    """The last day to pay lies before the day of the invoice."""

    sentence = N_("The due date is before the invoice date.")
    field = "due_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDetails:
    """What an invoice says; the amount in minor units of its currency."""

    number: str
    invoiced_on: date
    due_on: date
    currency: str
    amount: int
    description: str = ""
    payment_reference: str = ""


def add_invoice(
    *,
    organisation_id: int,
    creditor_id: int,
    debtor_id: int,
    details: InvoiceDetails,
    now: datetime,
    member_id: int | None = None,
) -> Invoice:
    """Store an open invoice. Raises the kinds of InvoiceRefused."""
    number = one_line(details.number)
    _check(organisation_id, creditor_id, number, details)
    invoice = Invoice(
        organisation_id=organisation_id,
        creditor_id=creditor_id,
        debtor_id=debtor_id,
        number=number,
        invoiced_on=details.invoiced_on,
        due_on=details.due_on,
        currency=details.currency,
        amount=details.amount,
        amount_open=details.amount,
        description=one_line(details.description),
        payment_reference=one_line(details.payment_reference),
        created_at=now,
        updated_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(invoice)
    except IntegrityError as error:
        raise InvoiceNumberKnown(number=number) from error
    audit.record(
        organisation_id=organisation_id,
        what="invoice.added",
        about="invoice",
        about_id=invoice.id,
        now=now,
        member_id=member_id,
        debtor_id=debtor_id,
        details={"invoice": number, "currency": invoice.currency, "amount": invoice.amount},
    )
    return invoice


def _check(organisation_id: int, creditor_id: int, number: str, details: InvoiceDetails) -> None:
    if not number:
        raise InvoiceNumberMissing
    if details.amount <= 0:
        raise InvoiceAmountNotPositive
    if details.due_on < details.invoiced_on:
        raise DueBeforeInvoiced
    known = select(Invoice.id).where(
        Invoice.organisation_id == organisation_id,
        Invoice.creditor_id == creditor_id,
        Invoice.number == number,
    )
    if db.session.scalar(known) is not None:
        raise InvoiceNumberKnown(number=number)
