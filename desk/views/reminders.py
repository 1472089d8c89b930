"""`/desk/invoices/<id>/reminder`: would a reminder about an invoice go out on a day, and why not."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.members.models import Role
from core.web.guards import allows, current_organisation
from desk.reminders_page import invoice_context
from invoices.queries import invoice_by_public_id

blueprint = Blueprint("reminders", __name__, url_prefix="/invoices/<public_id>/reminder")


@blueprint.get("")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Say whether a reminder goes out on the day in the address, or today."""
    invoice = invoice_by_public_id(organisation_id=current_organisation().id, public_id=public_id)
    context, status = invoice_context(invoice)
    return render_template("desk/invoices/reminder.html", **context), status
