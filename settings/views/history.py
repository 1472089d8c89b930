"""`/settings/history`: who changed what, and what it was before."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import trail
from core.members.models import Role
from core.members.queries import members_of
from core.web.guards import allows, current_organisation
from core.web.languages import language
from reactions.queries.reaction_types import field_names, types_of
from settings.answers import ABOUTS, NO_SETTINGS
from settings.history_words import Names, told

blueprint = Blueprint("history", __name__, url_prefix="/history")
ON_A_PAGE = 50
# No table counts further.
ENDLESS = 2**63


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show the changes, newest first; `?before=` goes on from a line."""
    organisation, before = current_organisation(), request.args.get("before", type=_line)
    lines = trail.lines_of_kinds(
        organisation_id=organisation.id,
        abouts=(*ABOUTS, "restore"),
        without=NO_SETTINGS,
        before_id=before,
        most=ON_A_PAGE + 1,
    )
    shown, names = lines[:ON_A_PAGE], _names(organisation.id)
    return render_template(
        "settings/history.html",
        here="web",
        events=[told(line, names) for line in shown],
        is_older=before is not None,
        older=url_for("settings.history.index", before=shown[-1].id) if len(lines) > ON_A_PAGE else None,
    )


def _line(text: str) -> int:
    """Return the number of a line; a ValueError is what the query takes for nothing said."""
    number = int(text)
    if not 0 < number < ENDLESS:
        raise ValueError(text)
    return number


def _names(organisation_id: int) -> Names:
    members = members_of(organisation_id=organisation_id)
    types = types_of(organisation_id=organisation_id, language=language())
    return Names(
        members={one.id: one.name for one in members},
        types={line.key: line.name for line in types},
        fields=field_names(organisation_id=organisation_id, language=language()),
    )
