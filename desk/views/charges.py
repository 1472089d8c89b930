"""`/desk/charges/<id>`: what a reminder added to an invoice, noted as paid or let go."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from messaging import charges
from messaging.charge_models import ChargeEnd

blueprint = Blueprint("charges", __name__, url_prefix="/charges")


@blueprint.post("/<public_id>/paid")
@allows(Role.AGENT)
def paid(public_id: str) -> ResponseReturnValue:
    """Note that an amount was paid."""
    return _ended(public_id, ChargeEnd.PAID, gettext("The amount was noted as paid."))


@blueprint.post("/<public_id>/let-go")
@allows(Role.AGENT)
def let_go(public_id: str) -> ResponseReturnValue:
    """Ask for an amount no more."""
    return _ended(public_id, ChargeEnd.LET_GO, gettext("The amount was let go."))


def _ended(public_id: str, reason: ChargeEnd, said: str) -> ResponseReturnValue:
    owner = current_organisation().id
    with transaction.writing():
        charge = charges.charge_by_public_id(organisation_id=owner, public_id=public_id)
        try:
            charges.end(charge=charge, reason=reason, member_id=current_member().id, now=clock.now())
            flash(said, "good")
        except charges.ChargeEnded as refusal:
            flash(sentence_of(refusal))
        invoice = charges.invoice_of(charge=charge).public_id
    return redirect(url_for("desk.invoices.show", public_id=invoice), 303)
