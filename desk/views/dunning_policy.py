"""`/desk/dunning/policy`: the plan that runs follow, changed by administrators."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from desk.forms.dunning import PolicyForm, form_of
from dunning import policies, queries

blueprint = Blueprint("dunning_policy", __name__, url_prefix="/dunning/policy")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show the policy to be changed."""
    return _page(_form())


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
def change() -> ResponseReturnValue:
    """Store the policy, or say what cannot be so; nothing typed is lost."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    organisation = current_organisation()
    try:
        with transaction.writing():
            policies.change_policy(
                policy=queries.default_policy(organisation_id=organisation.id),
                stages=form.wishes(),
                minimum_gap_days=form.minimum_gap_days.data or 0,
                amount_minimum=form.minimum(organisation.currency),
                is_automatic=form.is_automatic.data,
                runs_from_hour=form.runs_from_hour.data or 0,
                member_id=current_member().id,
                now=clock.now(),
            )
    except policies.PolicyRefused as refusal:
        form.form_errors.append(sentence_of(refusal))
        return _page(form), 422
    flash(gettext("The plan was saved. It applies to runs from now on."), "good")
    return redirect(url_for("desk.dunning.index"), 303)


def _form() -> PolicyForm:
    organisation = current_organisation()
    policy = queries.default_policy(organisation_id=organisation.id)
    stages = queries.stages_of(organisation_id=organisation.id, policy_id=policy.id)
    return form_of(policy, list(stages), organisation.currency)


def _page(form: PolicyForm) -> str:
    return render_template(
        "desk/dunning/policy.html", here="dunning", form=form, currency=current_organisation().currency
    )
