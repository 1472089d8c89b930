"""`/desk/debtors/<id>/pause` and `/plan`: whether and by which plan a debtor is reminded."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from desk import debtor_page
from desk.forms.reminders import PauseForm, PlanForm
from desk.refusing import at_field
from desk.reminders_page import plan_choices
from dunning import queries
from dunning.policies import put_on
from invoices import pauses
from invoices.models import Debtor
from invoices.queries import debtor_by_public_id

blueprint = Blueprint("pauses", __name__, url_prefix="/debtors/<debtor_public_id>")
FIELDS: dict[type[Refusal], str] = {
    pauses.PauseWithoutReason: "reason",
    pauses.PauseReasonTooLong: "reason",
    pauses.PauseEndOutOfRange: "ends_on",
}


@blueprint.post("/pause")
@allows(Role.AGENT)
@asks(PauseForm)
def begin(debtor_public_id: str) -> ResponseReturnValue:
    """Let reminders to the debtor wait until a day."""
    debtor, form = _debtor(debtor_public_id), PauseForm()
    if not form.validate_on_submit():
        return _page(debtor, form), 422
    try:
        with transaction.writing():
            pauses.pause(
                organisation=current_organisation(),
                debtor_id=debtor.id,
                reason=form.reason.data or "",
                ends_on=form.ends_on.data or date.min,
                member_id=current_member().id,
                now=clock.now(),
            )
    except Refusal as refusal:
        status = at_field(form, refusal, FIELDS)
        return _page(_debtor(debtor_public_id), form), status
    flash(gettext("Reminders to this debtor wait."), "good")
    return _back(debtor)


@blueprint.post("/pause/end")
@allows(Role.AGENT)
def end(debtor_public_id: str) -> ResponseReturnValue:
    """Let reminders go out again."""
    debtor = _debtor(debtor_public_id)
    try:
        with transaction.writing():
            pauses.end_pause(
                organisation=current_organisation(),
                debtor_id=debtor.id,
                member_id=current_member().id,
                now=clock.now(),
            )
    except pauses.NoPause as refusal:
        flash(sentence_of(refusal))
        return _back(debtor)
    flash(gettext("Reminders to this debtor go out again."), "good")
    return _back(debtor)


@blueprint.post("/plan")
@allows(Role.AGENT)
def choose_plan(debtor_public_id: str) -> ResponseReturnValue:
    """Put the debtor on a plan, or let the plans' own rules decide again."""
    debtor, form = _debtor(debtor_public_id), PlanForm()
    form.plan.choices = plan_choices()
    if not form.validate_on_submit():
        return _page(debtor, form), 422
    owner = current_organisation().id
    with transaction.writing():
        named = form.plan.data
        put_on(
            organisation_id=owner,
            debtor=debtor,
            policy=queries.policy_by_public_id(organisation_id=owner, public_id=named) if named else None,
            member_id=current_member().id,
            now=clock.now(),
        )
    flash(gettext("The plan of this debtor was saved."), "good")
    return _back(debtor)


def _debtor(public_id: str) -> Debtor:
    return debtor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _page(debtor: Debtor, form: PauseForm | PlanForm) -> str:
    return render_template("desk/debtors/show.html", **debtor_page.context(debtor, reminding=form))


def _back(debtor: Debtor) -> ResponseReturnValue:
    return redirect(url_for("desk.debtors.show", public_id=debtor.public_id), 303)
