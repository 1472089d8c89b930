"""The guard before the debtor's pages: whose visit is this, in which language, and is it still going on?"""

from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from flask import current_app, g, request

from collections_portal.debtor.session import VisitSessions
from core import clock, tenancy, transaction
from core.organisations.faces import Face, face_of
from core.web import languages
from links.operations import keep
from links.queries import VisitContext, VisitEnded, visit_behind

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
SEEN_EVERY = timedelta(minutes=1)
NO_VISIT, PERHAPS_A_VISIT = "no", "perhaps"


def without_visit(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Mark a view: nobody's visit is looked up for it."""
    view.__dict__["visit"] = NO_VISIT
    return view


def perhaps_in_a_visit(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Mark a view: open to everybody, but whoever has a visit sees it in their visit."""
    view.__dict__["visit"] = PERHAPS_A_VISIT
    return view


def stand() -> None:
    """Let a request for a debtor's page pass when it belongs to a visit, or its view needs none."""
    if g.door != "debtor":
        return
    if b"lang=" in request.query_string and request.args.get("lang", "") in languages.LOCALES:
        languages.speak(request.args["lang"])
    if request.endpoint is None or not request.endpoint.startswith("debtor."):
        return
    # A form is read and checked before anything is written: `writing` begins the transaction that writes.
    transaction.expect_reading(True)
    need = current_app.view_functions[request.endpoint].__dict__.get("visit")
    if need == NO_VISIT:
        return
    try:
        _enter(_whose())
    except VisitEnded:
        tenancy.leave()
        if need != PERHAPS_A_VISIT:
            raise


def visit() -> VisitContext:
    """Return the visit this request belongs to."""
    found: VisitContext = g.visit
    return found


def settings_here() -> tuple[str, int, str]:
    """Return public id, settings version and language of the visit's organisation."""
    face: Face = g.face
    return face.public_id, face.settings_version, face.language


def sessions() -> VisitSessions:
    """Return what reads, hands out and takes back the visit's cookie."""
    found: VisitSessions = current_app.extensions["visits"]
    return found


def secret_here() -> str:
    """Return the secret of this browser's cookie, or an empty text."""
    return request.cookies.get(sessions().cookie, "")


def _whose() -> VisitContext:
    secret = secret_here()
    if not secret:
        raise VisitEnded
    tenancy.enter(tenancy.EVERYWHERE)
    return visit_behind(secret=secret, now=clock.now())


def _enter(found: VisitContext) -> None:
    """Work for this visitor's organisation from here on; note at most once a minute that they were seen."""
    tenancy.enter(found.organisation_id, is_told=True)
    g.visit = found
    g.face = face_of(
        organisation_id=found.organisation_id,
        public_id=found.organisation_public_id,
        settings_version=found.settings_version,
    )
    g.zone = g.face.zone
    languages.speak(found.language)
    now = clock.now()
    if now - found.seen_at >= SEEN_EVERY:
        with transaction.writing():
            keep(organisation_id=found.organisation_id, visit_id=found.id, now=now)
