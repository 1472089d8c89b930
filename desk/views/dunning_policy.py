"""`/desk/dunning/policy`: the plans that runs follow, changed by administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from desk.forms.dunning import PolicyForm, form_of
from dunning import policies, queries
from dunning.models import DunningPolicy
from dunning.policy_refusals import PolicyRefused

blueprint = Blueprint("dunning_policy", __name__, url_prefix="/dunning/policy")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show the plan for everybody, to be changed."""
    policy = _default()
    return _page(policy, _form(policy))


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
@asks(PolicyForm)
def change() -> ResponseReturnValue:
    """Store the plan for everybody, or say what cannot be so; nothing typed is lost."""
    return _changed(_default())


@blueprint.get("/new")
@allows(Role.ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Show the form for another plan; it begins like the one for everybody."""
    return _page(None, _form(_default(), name="", is_automatic=False))


@blueprint.post("/new")
@allows(Role.ADMINISTRATOR)
@asks(PolicyForm)
def add() -> ResponseReturnValue:
    """Add a plan for some debtors."""
    form = _form(_default())
    if not form.validate_on_submit():
        return _page(None, form), 422
    try:
        with transaction.writing():
            policies.add_policy(
                organisation_id=current_organisation().id,
                wish=form.wish(),
                member_id=current_member().id,
                now=clock.now(),
            )
    except PolicyRefused as refusal:
        form.form_errors.append(sentence_of(refusal))
        return _page(None, form), 422
    flash(gettext("The plan was added. It applies to runs from now on."), "good")
    return redirect(url_for("desk.dunning.index"), 303)


@blueprint.get("/<public_id>")
@allows(Role.ADMINISTRATOR)
def show_one(public_id: str) -> ResponseReturnValue:
    """Show a plan, to be changed."""
    policy = _one(public_id)
    return _page(policy, _form(policy))


@blueprint.post("/<public_id>")
@allows(Role.ADMINISTRATOR)
@asks(PolicyForm)
def change_one(public_id: str) -> ResponseReturnValue:
    """Store a plan, or say what cannot be so."""
    return _changed(_one(public_id))


@blueprint.post("/<public_id>/end")
@allows(Role.ADMINISTRATOR)
def end(public_id: str) -> ResponseReturnValue:
    """Use a plan no more."""
    with transaction.writing():
        policies.end_policy(policy=_one(public_id), member_id=current_member().id, now=clock.now())
    flash(gettext("The plan was ended. Its debtors go on with the plan that fits them."))
    return redirect(url_for("desk.dunning.index"), 303)


def _changed(policy: DunningPolicy) -> ResponseReturnValue:
    form = _form(policy)
    if not form.validate_on_submit():
        return _page(policy, form), 422
    try:
        with transaction.writing():
            policies.change_policy(
                policy=policy, wish=form.wish(), member_id=current_member().id, now=clock.now()
            )
    except PolicyRefused as refusal:
        form.form_errors.append(sentence_of(refusal))
        return _page(policy, form), 422
    flash(gettext("The plan was saved. It applies to runs from now on."), "good")
    return redirect(url_for("desk.dunning.index"), 303)


def _default() -> DunningPolicy:
    return queries.default_policy(organisation_id=current_organisation().id)


def _one(public_id: str) -> DunningPolicy:
    return queries.policy_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _form(policy: DunningPolicy, **other: Any) -> PolicyForm:
    organisation = current_organisation()
    stages = queries.stages_of(organisation_id=organisation.id, policy_id=policy.id)
    return form_of(policy, stages, organisation.currency, **other)


def _page(policy: DunningPolicy | None, form: PolicyForm) -> str:
    return render_template(
        "desk/dunning/policy.html",
        here="dunning",
        form=form,
        policy=policy,
        form_url=request.path,
        currency=current_organisation().currency,
    )
