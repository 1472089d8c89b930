"""How to pay the chosen invoices."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from collections_portal.debtor import choosing, guard
from collections_portal.debtor.rows import rows_of, totals_of
from collections_portal.debtor.transfers import transfers_for
from core import clock
from core.organisations.queries import creditors_of
from core.web import languages

blueprint = Blueprint("payments", __name__)
PAID = "paid"


@blueprint.get("/pay")
def show() -> ResponseReturnValue:
    """Show what to transfer to whom."""
    chosen = choosing.among(choosing.open_invoices(languages.language()), choosing.chosen_before())
    if not chosen:
        return redirect(url_for("debtor.invoices.index"), 303)
    creditors = creditors_of(organisation_id=guard.visit().organisation_id)
    offered = {type_.key for type_ in choosing.types_offered(languages.language())}
    today = clock.day_in(clock.now(), languages.zone())
    return render_template(
        "debtor/pay.html",
        invoices=rows_of(chosen, chosen=(), today=today),
        totals=totals_of(chosen),
        payments=transfers_for(chosen, {creditor.id: creditor for creditor in creditors}),
        paid=PAID if PAID in offered else None,
        carry=[("invoice", invoice.public_id) for invoice in chosen],
    )
