"""`/desk/`: the way to the first page a member may open."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from core.members.models import Role
from core.web.guards import allows, current_member
from core.web.rail import lines_of

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@allows(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Go to the first line of the rail, or to the account when there is none."""
    lines = lines_of(current_member(), group="desk")
    return redirect(lines[0].href if lines else url_for("desk.account.show"), 303)
