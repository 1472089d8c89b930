"""The page a link opens, and the button that enters."""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from collections_portal.config import Config
from collections_portal.debtor import guard
from collections_portal.debtor.limits import limits_here
from core import clock, tenancy, transaction
from core.organisations.faces import read_face
from core.web import languages
from links import operations as links
from links.models import AccessLink
from links.queries import LinkUnknown, link_behind
from links.tokens import TokenMalformed, without_punctuation

blueprint = Blueprint("entry", __name__)


@blueprint.get("/k/<path:token>")
@guard.without_visit
def show(token: str) -> ResponseReturnValue:
    """Show whose invoices the link opens. Whatever reads this page, nothing is changed or told by it."""
    link = _link_behind(token)
    g.face = read_face(organisation_id=link.organisation_id)
    g.zone, g.link_ends_at = g.face.zone, link.expires_at
    chosen = languages.language() if "lang" in request.args else None
    enter_url = url_for("debtor.entry.enter", token=without_punctuation(token), lang=chosen)
    return render_template("debtor/entry.html", enter_url=enter_url)


@blueprint.post("/k/<path:token>")
@guard.without_visit
def enter(token: str) -> ResponseReturnValue:
    """Begin a visit, give the browser its cookie, and show the invoices."""
    limits_here().entering.spend()
    tenancy.enter(tenancy.EVERYWHERE)
    chosen = languages.language() if request.args.get("lang") in languages.LOCALES else None
    with transaction.writing():
        _, secret = links.enter(
            token=token,
            keys=_config().link_keys,
            old_secret=guard.secret_here(),
            language=chosen,
            now=clock.now(),
        )
    response = redirect(url_for("debtor.invoices.index"), 303)
    guard.sessions().hand_out(response, secret=secret)
    return response


def _link_behind(token: str) -> AccessLink:
    """Return the link; count a token that is none: nobody types so many in a minute. Raises TooOften."""
    tenancy.enter(tenancy.EVERYWHERE)
    try:
        return link_behind(token=token, keys=_config().link_keys, now=clock.now())
    except (LinkUnknown, TokenMalformed):
        limits_here().guessing.spend()
        raise


def _config() -> Config:
    config: Config = current_app.config["PORTAL"]
    return config
