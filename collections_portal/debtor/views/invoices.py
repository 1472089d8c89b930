"""The open invoices, and choosing among them."""

from collections.abc import Collection, Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from collections_portal.debtor import choosing
from collections_portal.debtor.questions import later_of
from collections_portal.debtor.rows import rows_of, totals_of
from core import clock, transaction
from core.web import languages
from reactions.queries.listed import ListedInvoice

blueprint = Blueprint("invoices", __name__)
LONGEST_TYPE = 24


@blueprint.get("/invoices")
def index() -> ResponseReturnValue:
    """Show the open invoices with what became of them."""
    return page(choosing.open_invoices(languages.language()), chosen=choosing.chosen_before())


@blueprint.post("/invoices")
def choose() -> ResponseReturnValue:
    """Keep the chosen invoices and go on to paying or responding."""
    listed = choosing.open_invoices(languages.language())
    wanted = set(request.form.getlist("invoice"))
    kept = [invoice.public_id for invoice in choosing.among(listed, wanted)]
    answer, _, type_key = request.form.get("answer", "").partition(":")
    with transaction.writing():
        choosing.keep_choice(invoices=kept, type_key=type_key[:LONGEST_TYPE], now=clock.now(), **_language())
    if "language" in request.form:
        return redirect(url_for("debtor.invoices.index"), 303)
    if not kept or len(kept) < len(wanted):
        return page(listed, chosen=kept, nothing_chosen=not wanted, gone=bool(wanted)), 422
    return redirect(url_for("debtor.payments.show" if answer == "pay" else "debtor.reactions.new"), 303)


def page(
    listed: Sequence[ListedInvoice],
    *,
    chosen: Collection[str],
    nothing_chosen: bool = False,
    gone: bool = False,
) -> str:
    """Return the list; `gone` says that something chosen is not open any more."""
    now = clock.now()
    return render_template(
        "debtor/invoices.html",
        invoices=rows_of(listed, chosen=chosen, today=clock.day_in(now, g.zone)),
        totals=totals_of(listed),
        creditors=len({invoice.creditor_id for invoice in listed}) > 1,
        nothing_chosen=nothing_chosen,
        gone=gone,
        saved=choosing.news(now),
        later=later_of(choosing.types_offered(languages.language())),
    )


def _language() -> dict[str, str]:
    wanted = request.form.get("language", "")
    return {"language": wanted} if wanted in languages.LOCALES else {}
