"""The visit itself: its language, and its end."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from collections_portal.debtor import guard
from core import clock, transaction
from core.web import languages
from links import operations as links

blueprint = Blueprint("visits", __name__)
OWN_PAGE = re.compile(r"/(invoices|react|pay|messages|about|reactions/[0-9A-Za-z]{12})")


@blueprint.get("/")
@guard.without_visit
def begin() -> ResponseReturnValue:
    """Lead who typed the portal's address to their invoices, or to how one gets there."""
    return redirect(url_for("debtor.invoices.index"), 303)


@blueprint.post("/language")
def speak() -> ResponseReturnValue:
    """Speak another language from now on, and go back to the page."""
    wanted, back = request.form.get("language", ""), request.form.get("back", "")
    if wanted in languages.LOCALES:
        here = guard.visit()
        with transaction.writing():
            links.keep(
                organisation_id=here.organisation_id, visit_id=here.id, now=clock.now(), language=wanted
            )
    return redirect(back if OWN_PAGE.fullmatch(back) else url_for("debtor.invoices.index"), 303)


@blueprint.post("/stay")
def stay() -> ResponseReturnValue:
    """Say nothing: the guard has noted that the visitor is here, who types for long on one page."""
    return "", 204


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """End the visit on the server, and let the browser forget what it saw."""
    with transaction.writing():
        links.leave(secret=guard.secret_here(), now=clock.now())
    response = redirect(url_for("debtor.visits.left", lang=languages.language()), 303)
    guard.sessions().take_back(response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blueprint.get("/left")
@guard.without_visit
def left() -> ResponseReturnValue:
    """Say that the visit has ended."""
    return render_template("debtor/signed_out.html", ended_by_time=False)
