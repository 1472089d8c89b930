"""The debtor's door: its session, its guard and its pages.

A new page: `views/<nouns>.py` with `blueprint = Blueprint("<nouns>", __name__)`, added to PAGES. It is for
visits only, unless the view is marked with `open_to_everybody`.
"""

from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from flask_wtf.csrf import CSRFProtect

from collections_portal.config import Config
from collections_portal.debtor import frame, guard, refusals
from collections_portal.debtor.limits import Limits
from collections_portal.debtor.session import VisitSessions
from collections_portal.debtor.views import about, entry, invoices, messages, payments, reactions, visits

PAGES: tuple[Blueprint, ...] = (
    entry.blueprint,
    invoices.blueprint,
    reactions.blueprint,
    payments.blueprint,
    messages.blueprint,
    visits.blueprint,
    about.blueprint,
)


def sessions(config: Config) -> SessionInterface:
    """Return the session interface of visits."""
    return VisitSessions(secure=config.is_https)


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the debtor's pages to the app, the guard before them, and what their layout needs."""
    app.extensions["visits"] = VisitSessions(secure=app.config["PORTAL"].is_https)
    app.extensions["debtor_limits"] = Limits()
    door = Blueprint("debtor", __name__)
    for page in PAGES:
        door.register_blueprint(page)
    refusals.answer_on(door)
    app.register_blueprint(door)
    # Before a visit there is no session to keep a form's secret in: that the form was sent from our own page
    # is enough, which core.web.origins looks at.
    csrf.exempt(entry.enter)
    app.before_request(guard.stand)
    app.context_processor(frame.for_templates)
