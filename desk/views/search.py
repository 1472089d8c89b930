"""`/desk/search`: actions by reference, debtors and invoices by name or number, from one box."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.web.guards import allows, current_organisation
from core.web.languages import language
from desk import lists, rows
from desk.debtor_page import found_row
from invoices.lists import debtors_found, invoices_found
from reactions.queries.beside import actions_by_reference

blueprint = Blueprint("search", __name__, url_prefix="/search")
MOST = 10


@blueprint.get("")
@allows(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Show the first few of each kind that fit what was typed."""
    organisation, text = current_organisation(), lists.searched()
    today = day_in(clock.now(), organisation.zone)
    if not text:
        return render_template("desk/search.html", here="search", q="", debtors=[], invoices=[], actions=[])
    debtors, number = debtors_found(organisation_id=organisation.id, today=today, text=text, size=MOST)
    invoices, totals = invoices_found(organisation_id=organisation.id, today=today, text=text, size=MOST)
    actions = actions_by_reference(organisation_id=organisation.id, text=text, language=language(), most=MOST)
    return render_template(
        "desk/search.html",
        here="search",
        q=text,
        debtors=[found_row(debtor) for debtor in debtors],
        debtors_total=number,
        invoices=rows.invoices(organisation, invoices, today=today),
        invoices_total=sum(one.invoices for one in totals),
        actions=[rows.action(action) for action in actions],
    )
