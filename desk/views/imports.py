"""`/desk/imports`: files uploaded, their columns matched, their rows checked and stored."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.members.models import Role
from core.web.guards import allows
from desk.import_page import imports_context
from desk.lists import page_number

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the files that were uploaded, and how it went."""
    return render_template("desk/imports/list.html", **imports_context(page=page_number()))
