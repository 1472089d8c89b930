"""`/desk/invoices/<id>/settlements/<id>`: a payment or credit note entered by hand is taken back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from desk.forms.invoices import TakeBackForm
from desk.settlements_page import take_back_context
from invoices.models import Invoice, Payment
from invoices.queries import invoice_by_public_id
from invoices.settlements import CameWithStatement, SettlementGone
from invoices.taking_back import take_back

blueprint = Blueprint("settlements", __name__)


@blueprint.get("/invoices/<public_id>/settlements/<settlement_public_id>/take-back")
@allows(Role.AGENT)
def ask(public_id: str, settlement_public_id: str) -> ResponseReturnValue:
    """Say what follows when it is taken back, and ask why."""
    try:
        return _page(_invoice(public_id), settlement_public_id, TakeBackForm(formdata=None))
    except (CameWithStatement, SettlementGone) as refusal:
        return _back(public_id, sentence_of(refusal))


@blueprint.post("/invoices/<public_id>/settlements/<settlement_public_id>/take-back")
@allows(Role.AGENT)
@asks(TakeBackForm)
def remove(public_id: str, settlement_public_id: str) -> ResponseReturnValue:
    """Take it back; who sends the form a second time is told that it is gone."""
    invoice, form = _invoice(public_id), TakeBackForm()
    try:
        if not form.validate_on_submit():
            return _page(invoice, settlement_public_id, form), 422
        said = _take_back(invoice, settlement_public_id, form.reason.data or "")
    except (CameWithStatement, SettlementGone) as refusal:
        return _back(public_id, sentence_of(refusal))
    return _back(public_id, said, "good")


def _take_back(invoice: Invoice, settlement_public_id: str, reason: str) -> str:
    """Take it back and return what to say about it."""
    with transaction.writing():
        taken = take_back(
            organisation_id=invoice.organisation_id,
            invoice_id=invoice.id,
            settlement_public_id=settlement_public_id,
            reason=reason,
            member_id=current_member().id,
            now=clock.now(),
        )
    if isinstance(taken, Payment):
        return str(gettext("The payment was taken back."))
    return str(gettext("The credit note was taken back."))


def _invoice(public_id: str) -> Invoice:
    return invoice_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _page(invoice: Invoice, settlement_public_id: str, form: TakeBackForm) -> str:
    return render_template(
        "desk/settlements/take_back.html", **take_back_context(invoice, settlement_public_id, form)
    )


def _back(public_id: str, said: str, tone: str = "message") -> ResponseReturnValue:
    flash(said, tone)
    return redirect(url_for("desk.invoices.show", public_id=public_id), 303)
