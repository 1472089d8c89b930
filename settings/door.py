"""The organisation's door: its pages. The desk's guard stands before them too: a member signs in once.

A new page: write `settings/views/<noun>.py` with a blueprint, mark every view with
`@allows(Role.ADMINISTRATOR)`, and add the blueprint to PAGES and its line to RAIL.
"""

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from core.web import guards, rail

PAGES: tuple[Blueprint, ...] = ()
RAIL: tuple[rail.Entry, ...] = ()


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the settings' pages to the app."""
    door = Blueprint("settings", __name__, url_prefix="/settings")
    for page in PAGES:
        door.register_blueprint(page)
    app.register_blueprint(door)
    rail.add(app, group="settings", entries=RAIL)
    guards.require_marks(app, door="settings")
