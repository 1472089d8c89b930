"""`/desk/invoices/<id>/charges`: what reminders added to an invoice, noted as paid or let go."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from invoices.queries import invoice_by_public_id
from messaging import charges
from messaging.charge_models import ChargeEnd

blueprint = Blueprint("charges", __name__, url_prefix="/invoices/<public_id>/charges/<charge_public_id>")


@blueprint.post("/paid")
@allows(Role.AGENT)
def paid(public_id: str, charge_public_id: str) -> ResponseReturnValue:
    """Note that an amount was paid."""
    return _ended(public_id, charge_public_id, ChargeEnd.PAID, gettext("The amount was noted as paid."))


@blueprint.post("/let-go")
@allows(Role.AGENT)
def let_go(public_id: str, charge_public_id: str) -> ResponseReturnValue:
    """Ask for an amount no more."""
    return _ended(public_id, charge_public_id, ChargeEnd.LET_GO, gettext("The amount was let go."))


def _ended(public_id: str, charge_public_id: str, reason: ChargeEnd, said: str) -> ResponseReturnValue:
    invoice = invoice_by_public_id(organisation_id=current_organisation().id, public_id=public_id)
    back = redirect(url_for("desk.invoices.show", public_id=public_id), 303)
    try:
        with transaction.writing():
            charges.end(
                invoice=invoice,
                public_id=charge_public_id,
                reason=reason,
                member_id=current_member().id,
                now=clock.now(),
            )
    except charges.ChargeEnded as refusal:
        flash(sentence_of(refusal))
        return back
    flash(said, "good")
    return back
