"""How to find out whether a message is real."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from collections_portal.debtor import guard

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@guard.perhaps_in_a_visit
def show() -> ResponseReturnValue:
    """Show how to check a message without trusting it."""
    parts = urlsplit(current_app.config["PORTAL"].public_url)
    return render_template("debtor/about.html", host=f"{parts.scheme}://{parts.netloc}")
