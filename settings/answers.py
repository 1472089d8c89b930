"""What pages of the settings do alike: who saved last, storing, refusals at fields, both texts on 409."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectField
from wtforms.fields.choices import SelectMultipleField

from core import clock, trail, transaction
from core.organisations import operations
from core.refusals import Refusal
from core.web.guards import current_member, current_organisation
from core.web.languages import sentence_of

# What the history shows, and the events about members that are no change of settings.
ABOUTS = (
    "organisation",
    "creditor",
    "member",
    "reaction_type",
    "message_template",
    "dunning_policy",
)
NO_SETTINGS = ("member.signed_in", "member.password_changed")


def last_saved() -> trail.Line | None:
    """Return the newest change of the organisation's settings."""
    lines = trail.lines_of_kinds(
        organisation_id=current_organisation().id, abouts=ABOUTS, without=NO_SETTINGS, most=1
    )
    return lines[0] if lines else None


def change_organisation(*, values: Mapping[str, Any], mark: str | None) -> None:
    """Store settings of the organisation. Raises SettingsRefused and SettingsChangedMeanwhile."""
    with transaction.writing():
        operations.change(
            organisation_id=current_organisation().id,
            values=values,
            mark=mark or "",
            member_id=current_member().id,
            now=clock.now(),
        )


def point_out(form: FlaskForm, errors: Mapping[str, Refusal]) -> None:
    """Put each refusal at the field of the form that has its name."""
    for name, refusal in errors.items():
        form[name].errors = [*form[name].errors, sentence_of(refusal)]


def overtaken(
    *, title: str, theirs: FlaskForm, yours: FlaskForm, action: str, back: str, consequence: str = ""
) -> ResponseReturnValue:
    """Answer 409 with both versions: `theirs` holds what is stored, `yours` what was typed.

    The form is sent again with the marks of `theirs`, so that saving yours replaces what was just read.
    """
    for field in theirs:
        if isinstance(field, HiddenField) and field.name != "csrf_token":
            yours[field.name].data = field.data
    return (
        render_template(
            "settings/conflict.html",
            title=title,
            lines=list(_different(theirs, yours)),
            last=last_saved(),
            form=yours,
            action=action,
            back=back,
            consequence=consequence,
        ),
        409,
    )


def _different(theirs: FlaskForm, yours: FlaskForm) -> Iterator[tuple[str, str, str]]:
    for field in theirs:
        if isinstance(field, HiddenField | PasswordField):
            continue
        one, other = _shown(field), _shown(yours[field.name])
        if one != other:
            yield field.label.text, one, other


def _shown(field: Field) -> str:
    if isinstance(field, BooleanField):
        return str(gettext("Yes") if field.data else gettext("No"))
    if isinstance(field, SelectMultipleField):
        return ", ".join(str(label) for value, label in _labels(field).items() if value in (field.data or ()))
    if isinstance(field, SelectField):
        return str(_labels(field).get(str(field.data), field.data))
    return "" if field.data is None else str(field.data).replace("\r\n", "\n")


def _labels(field: Any) -> dict[str, Any]:
    return {str(choice.value): choice.label for choice in field.choices}
