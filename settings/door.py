"""The organisation's door: its pages. The desk's guard stands before them too: a member signs in once.

A new page: write `settings/views/<noun>.py` with a blueprint, mark every view with
`@allows(Role.ADMINISTRATOR)`, and add the blueprint to PAGES and its line to RAIL.
"""

from collections.abc import Sequence

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from core.members.models import Role
from core.refusals import N_
from core.web import guards, rail
from settings.views import history, members, organisation, other, sms, templates, web

PAGES: tuple[Blueprint, ...] = (
    web.blueprint,
    other.blueprint,
    templates.blueprint,
    organisation.blueprint,
    sms.blueprint,
    members.blueprint,
    history.blueprint,
)
RAIL: tuple[rail.Entry, ...] = (
    rail.Entry(
        "web", N_("Web settings"), "adjustments-horizontal", "settings.web.index", role=Role.ADMINISTRATOR
    ),
    rail.Entry(
        "templates",
        N_("Message templates"),
        "message",
        "settings.templates.index",
        role=Role.ADMINISTRATOR,
    ),
    rail.Entry(
        "organisation", N_("Organisation"), "building", "settings.organisation.show", role=Role.ADMINISTRATOR
    ),
    rail.Entry("members", N_("Members"), "users", "settings.members.index", role=Role.ADMINISTRATOR),
)


def open_on(app: Flask, csrf: CSRFProtect, *, also: Sequence[Blueprint] = ()) -> None:
    """Add the settings' pages to the app; `also` are pages made of another door's parts."""
    door = Blueprint("settings", __name__, url_prefix="/settings")
    for page in (*PAGES, *also):
        door.register_blueprint(page)
    app.register_blueprint(door)
    rail.add(app, group="settings", entries=RAIL)
    guards.require_marks(app, door="settings")
