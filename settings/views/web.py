"""`/settings/web`: what reactions debtors can choose, what each sets off, and which fields it shows."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.clock import day_in
from core.members.models import Role
from core.members.queries import members_of
from core.refusals import Refusal
from core.web.formats import weekday_day
from core.web.guards import allows, current_member, current_organisation
from core.web.typed import asks
from reactions import working_days
from reactions.models import Audience
from reactions.operations.reaction_types import (
    FieldNeeded,
    LabelMissing,
    TypeChangedMeanwhile,
    change_fields,
    change_type,
    move_type,
)
from reactions.operations.type_checks import (
    AssigneeUnknown,
    CodeAlreadyUsed,
    CodeMissing,
    NoTypeLeft,
    WordsTooLong,
)
from reactions.queries.reaction_types import TypePage
from settings import web_page
from settings.answers import overtaken, point_out
from settings.forms.reaction_types import FieldsForm, ParametersForm, fields_form, parameters_form
from settings.words import kind_of, language_name

blueprint = Blueprint("web", __name__, url_prefix="/web")
PLACES: dict[type[Refusal], str] = {
    CodeMissing: "code",
    CodeAlreadyUsed: "code",
    AssigneeUnknown: "assignee",
    NoTypeLeft: "is_offered",
    LabelMissing: "code",
    WordsTooLong: "code",
}


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Begin with the first reaction type."""
    return redirect(url_for("settings.web.parameters", public_id=web_page.first_type()), 303)


@blueprint.get("/<public_id>/parameters")
@allows(Role.ADMINISTRATOR)
def parameters(public_id: str) -> ResponseReturnValue:
    """Show what the type does."""
    page = web_page.chosen(public_id)
    members = members_of(organisation_id=current_organisation().id)
    return _parameters(page, parameters_form(page, members, stored=True))


@blueprint.post("/<public_id>/parameters")
@allows(Role.ADMINISTRATOR)
@asks(ParametersForm)
def save_parameters(public_id: str) -> ResponseReturnValue:
    """Store what the type does, or say at the fields what cannot be so."""
    page = web_page.chosen(public_id)
    members = members_of(organisation_id=current_organisation().id)
    form = parameters_form(page, members, stored=False)
    if not form.validate_on_submit():
        return _parameters(page, form), 422
    assignees = {one.public_id: one.id for one in members}
    try:
        _change(public_id, form, assignees.get(form.assignee.data))
    except TypeChangedMeanwhile:
        return _overtaken(public_id, form, parameters_form(web_page.chosen(public_id), members, stored=True))
    except tuple(PLACES) as refusal:
        point_out(form, {PLACES[type(refusal)]: refusal})
        return _parameters(page, form), 422
    flash(gettext("Saved. This counts for reactions from now on."), "good")
    return redirect(url_for("settings.web.parameters", public_id=public_id), 303)


@blueprint.get("/<public_id>/fields")
@allows(Role.ADMINISTRATOR)
def fields(public_id: str) -> ResponseReturnValue:
    """Show the type's fields, and the form as debtors see it."""
    page = web_page.chosen(public_id)
    return _fields(page, fields_form(page, stored=True))


@blueprint.post("/<public_id>/fields")
@allows(Role.ADMINISTRATOR)
def save_fields(public_id: str) -> ResponseReturnValue:
    """Store which fields are asked, or show first what that would look like."""
    page = web_page.chosen(public_id)
    form = fields_form(page, stored=False)
    if not form.validate_on_submit():
        return _fields(page, form), 422
    if request.form.get("step") == "preview":
        return _fields(page, form)
    try:
        with transaction.writing():
            change_fields(
                organisation_id=current_organisation().id,
                type_public_id=public_id,
                version=_version(form),
                fields=form.flags(page.fields),
                member_id=current_member().id,
                now=clock.now(),
            )
    except TypeChangedMeanwhile:
        return _overtaken(public_id, form, fields_form(web_page.chosen(public_id), stored=True))
    except FieldNeeded as refusal:
        point_out(form, {"visible": refusal})
        return _fields(page, form), 422
    flash(gettext("Saved. Debtors see the form like this from now on."), "good")
    return redirect(url_for("settings.web.fields", public_id=public_id), 303)


@blueprint.post("/<public_id>/move")
@allows(Role.ADMINISTRATOR)
def move(public_id: str) -> ResponseReturnValue:
    """Put the type on another place of the list."""
    place = request.form.get("place", default=1, type=int)
    with transaction.writing():
        move_type(
            organisation_id=current_organisation().id,
            type_public_id=public_id,
            place=place,
            member_id=current_member().id,
            now=clock.now(),
        )
    return redirect(url_for("settings.web.parameters", public_id=public_id), 303)


def _change(public_id: str, form: ParametersForm, assignee_id: int | None) -> None:
    with transaction.writing():
        change_type(
            organisation_id=current_organisation().id,
            type_public_id=public_id,
            version=_version(form),
            code=form.code.data or "",
            is_offered=form.is_offered.data,
            exempts=form.exempts.data,
            closes_when_paid=form.closes_when_paid.data,
            review_days=form.review_days.data or 0,
            promise_days=form.promise_days.data or 0,
            audience=Audience(form.audience.data),
            assignee_id=assignee_id,
            texts=form.words(),
            member_id=current_member().id,
            now=clock.now(),
        )


def _version(form: ParametersForm | FieldsForm) -> int:
    """Return the version the form was made from; one that was tampered with fits nothing."""
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _parameters(page: TypePage, form: ParametersForm) -> str:
    organisation = current_organisation()
    today = day_in(clock.now(), organisation.zone)
    days = page.type.review_days
    return web_page.show(
        "parameters",
        page,
        form=form,
        languages=[(code, language_name(code)) for code in _own_language_first(organisation.language)],
        gone_assignee=_gone_assignee(page),
        answer_by=weekday_day(working_days.after(today, days), organisation.language) if days else "",
    )


def _gone_assignee(page: TypePage) -> str:
    """Return the name of whom new actions are given to, when they can no longer sign in."""
    members = members_of(organisation_id=page.type.organisation_id)
    return next((one.name for one in members if one.id == page.type.assignee_id and not one.active), "")


def _own_language_first(own: str) -> list[str]:
    return sorted(("nl", "fr", "de", "en", "nb"), key=lambda code: code != own)


def _fields(page: TypePage, form: FieldsForm) -> str:
    shown = web_page.as_debtors_read(page)
    flags = form.flags(page.fields)
    rows = [
        {
            "key": mine.field.key,
            "name": mine.name,
            "label": theirs.label,
            "kind": kind_of(mine.field),
            "control": mine.field.kind,
            "choices": theirs.choices,
            "is_fixed": mine.is_fixed,
            "is_visible": flags.get(mine.field.key, (True, False))[0],
            "is_optional": flags.get(mine.field.key, (True, False))[1],
        }
        for mine, theirs in zip(page.fields, shown.fields, strict=True)
    ]
    return web_page.show("fields", page, form=form, rows=rows)


def _overtaken(
    public_id: str, yours: ParametersForm | FieldsForm, theirs: ParametersForm | FieldsForm
) -> ResponseReturnValue:
    is_fields = isinstance(yours, FieldsForm)
    return overtaken(
        title=gettext("Action fields") if is_fields else gettext("Action parameters"),
        theirs=theirs,
        yours=yours,
        action=url_for(f"settings.web.save_{'fields' if is_fields else 'parameters'}", public_id=public_id),
        back=url_for(f"settings.web.{'fields' if is_fields else 'parameters'}", public_id=public_id),
    )
