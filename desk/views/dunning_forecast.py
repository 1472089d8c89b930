"""`/desk/dunning/policy/<id>/forecast`: what a plan would send in the days to come; nothing is sent."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.members.models import Role
from core.web.guards import allows, current_organisation
from desk import forecast_page
from dunning.queries import policy_by_public_id

blueprint = Blueprint("dunning_forecast", __name__, url_prefix="/dunning/policy/<public_id>/forecast")


@blueprint.get("")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show the dry run of a plan."""
    policy = policy_by_public_id(organisation_id=current_organisation().id, public_id=public_id)
    return render_template("desk/dunning/forecast.html", **forecast_page.context(policy))
