"""`/desk/invoices`: what is owed, what was paid on it, and invoices entered by hand."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.clock import day_in
from core.members.models import Role
from core.money import CURRENCIES
from core.organisations.queries import creditors_of
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.typed import asks
from desk import invoice_page
from desk.forms.fields import choices
from desk.forms.invoices import CreditNoteForm, NewInvoiceForm, PaymentForm
from desk.refusing import at_field
from invoices import operations
from invoices.balances import AmountTooHigh
from invoices.entering import InvoiceDetails, add_invoice
from invoices.models import Debtor, Invoice
from invoices.queries import debtor_by_public_id, invoice_by_public_id
from reactions.operations.endings import close_settled

blueprint = Blueprint("invoices", __name__)
FIELDS: dict[type[Refusal], str] = {
    operations.AmountNotPositive: "amount",
    operations.PaymentInFuture: "paid_on",
    operations.CreditNoteInFuture: "credited_on",
    operations.CreditNoteKnown: "number",
    AmountTooHigh: "amount",
}


@blueprint.get("/invoices")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the invoices."""
    return render_template("desk/invoices/list.html", **invoice_page.list_context())


@blueprint.get("/invoices/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one invoice."""
    return render_template("desk/invoices/show.html", **invoice_page.context(_invoice(public_id)))


@blueprint.post("/invoices/<public_id>/payments")
@allows(Role.AGENT)
@asks(PaymentForm)
def pay(public_id: str) -> ResponseReturnValue:
    """Record a payment; actions that end with it are closed in the same transaction."""
    invoice = _invoice(public_id)
    form = invoice_page.payment_form(invoice, sent=True)
    if not form.validate_on_submit():
        return _again(public_id, payment=form), 422
    today = _today()
    work = partial(
        operations.record_payment,
        amount=form.amount.data,
        paid_on=form.paid_on.data or today,
        reference=form.reference.data or "",
        today=today,
        open_before=form.open_before.data,
    )
    try:
        _settle(invoice, work)
    except Refusal as refusal:
        status = at_field(form, refusal, FIELDS)
        form.open_before.process(None, _invoice(public_id).amount_open)
        return _again(public_id, payment=form), status
    return _settled(public_id, gettext("The payment was recorded."))


@blueprint.post("/invoices/<public_id>/credit-notes")
@allows(Role.AGENT)
@asks(CreditNoteForm)
def credit(public_id: str) -> ResponseReturnValue:
    """Record a credit note."""
    invoice = _invoice(public_id)
    form = invoice_page.credit_note_form(invoice, sent=True)
    if not form.validate_on_submit():
        return _again(public_id, credit_note=form), 422
    today = _today()
    work = partial(
        operations.record_credit_note,
        number=form.number.data or "",
        amount=form.amount.data,
        credited_on=form.credited_on.data or today,
        today=today,
    )
    try:
        _settle(invoice, work)
    except Refusal as refusal:
        status = at_field(form, refusal, FIELDS)
        return _again(public_id, credit_note=form), status
    return _settled(public_id, gettext("The credit note was recorded."))


@blueprint.post("/invoices/<public_id>/withdraw")
@allows(Role.AGENT)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take an invoice back: nothing is open on it any more."""
    try:
        _settle(_invoice(public_id), operations.withdraw)
    except operations.InvoiceWithdrawn:
        return _settled(public_id, gettext("The invoice was withdrawn before."))
    return _settled(public_id, gettext("The invoice was withdrawn."))


@blueprint.get("/debtors/<debtor_public_id>/invoices/new")
@allows(Role.AGENT)
def new(debtor_public_id: str) -> ResponseReturnValue:
    """Show the form for an invoice by hand."""
    return _new(
        _debtor(debtor_public_id), NewInvoiceForm(formdata=None, currency=current_organisation().currency)
    )


@blueprint.post("/debtors/<debtor_public_id>/invoices/new")
@allows(Role.AGENT)
@asks(NewInvoiceForm)
def add(debtor_public_id: str) -> ResponseReturnValue:
    """Store an invoice."""
    debtor, form = _debtor(debtor_public_id), _with_creditors(NewInvoiceForm())
    if form.currency.data in CURRENCIES:
        form.amount.currency = form.currency.data
    if not form.validate_on_submit():
        return _new(debtor, form), 422
    try:
        with transaction.writing():
            invoice = _add(debtor, form)
    except Refusal as refusal:
        status = at_field(form, refusal)
        return _new(_debtor(debtor_public_id), form), status
    return _settled(invoice.public_id, gettext("The invoice was added."))


def _today() -> date:
    return day_in(clock.now(), current_organisation().zone)


def _invoice(public_id: str) -> Invoice:
    return invoice_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _debtor(public_id: str) -> Debtor:
    return debtor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _settle(invoice: Invoice, work: Callable[..., object]) -> None:
    """Do the work on the invoice, and close the actions that end when their invoices are settled."""
    now, of_it = clock.now(), (invoice.organisation_id, invoice.id)
    with transaction.writing():
        work(organisation_id=of_it[0], invoice_id=of_it[1], now=now, member_id=current_member().id)
        close_settled(organisation_id=of_it[0], invoice_ids=(of_it[1],), now=now)


def _settled(public_id: str, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for("desk.invoices.show", public_id=public_id), 303)


def _again(public_id: str, **refused: Any) -> str:
    return render_template(
        "desk/invoices/show.html", **invoice_page.context(_invoice(public_id), forms=refused)
    )


def _add(debtor: Debtor, form: Any) -> Invoice:
    organisation_id = current_organisation().id
    creditors = {one.public_id: one.id for one in creditors_of(organisation_id=organisation_id)}
    return add_invoice(
        organisation_id=organisation_id,
        creditor_id=creditors[form.creditor.data],
        debtor_id=debtor.id,
        details=InvoiceDetails(
            number=form.number.data,
            invoiced_on=form.invoiced_on.data,
            due_on=form.due_on.data,
            currency=form.currency.data,
            amount=form.amount.data,
            description=form.description.data or "",
            payment_reference=form.payment_reference.data or "",
        ),
        now=clock.now(),
        member_id=current_member().id,
    )


def _with_creditors(form: Any) -> Any:
    found = creditors_of(organisation_id=current_organisation().id)
    form.creditor.choices = choices([(one.public_id, one.name) for one in found])
    return form


def _new(debtor: Debtor, form: Any) -> str:
    return render_template(
        "desk/invoices/form.html",
        here="invoices",
        form=_with_creditors(form),
        form_url=url_for("desk.invoices.add", debtor_public_id=debtor.public_id),
        debtor_name=debtor.name,
        back_href=url_for("desk.debtors.show", public_id=debtor.public_id),
    )
