"""The one guard before every page of desk and settings: who is this, and does the view's mark let them in?"""

from datetime import timedelta

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, tenancy, transaction
from core.members import sessions
from core.members.queries import SessionEnded, SignedIn, session_behind
from core.web import languages
from core.web.guards import EVERYBODY, RANKS, rank_of
from desk.session import secret_here

DOORS = ("desk", "settings")
SEEN_EVERY = timedelta(minutes=1)


def stand_before(app: Flask) -> None:
    """Ask every request for a view of desk and settings who it comes from."""
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint.split(".")[0] not in DOORS:
        return None
    g.signed_in = _whoever_holds(secret_here())
    rank = rank_of(current_app.view_functions[request.endpoint])
    if g.signed_in is None:
        return None if rank == EVERYBODY else _not_signed_in()
    _enter(g.signed_in)
    if rank is None or RANKS[g.member.role] < rank:
        abort(403)
    return None


def _whoever_holds(secret: str) -> SignedIn | None:
    """Return who it is. A page that only reads goes on in this transaction; `_enter` says for whom."""
    if not secret:
        return None
    found = None
    tenancy.enter(tenancy.EVERYWHERE)
    try:
        with transaction.reading_on() if _only_reads() else transaction.reading():
            found = session_behind(secret=secret, now=clock.now())
    except SessionEnded:
        pass
    finally:
        if found is None:
            tenancy.leave()
    return found


def _only_reads() -> bool:
    """Return whether nothing is written by this request: another one may wait long for its turn to write."""
    return request.method in ("GET", "HEAD")


def _not_signed_in() -> ResponseReturnValue:
    if not _only_reads():
        raise SessionEnded
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("desk.sign_in.show", next=wanted), 303)


def _enter(found: SignedIn) -> None:
    """Work for this member from here on; note at most once a minute that they were seen."""
    g.member, g.organisation = found.member, found.organisation
    g.zone = found.organisation.zone
    languages.speak(found.member.language)
    tenancy.enter(found.organisation.id, is_told=_only_reads())
    now = clock.now()
    if now - found.session.seen_at >= SEEN_EVERY:
        with transaction.writing():
            sessions.note_seen(organisation_id=found.organisation.id, session_id=found.session.id, now=now)
