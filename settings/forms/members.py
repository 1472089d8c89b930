"""The forms about members: who is invited, and what somebody may do."""

from collections.abc import Sequence

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField

from core.members.models import Member, Role
from settings.forms import fields
from settings.words import language_choices

ROLES = (
    (Role.VIEWER, lazy_gettext("Viewer: sees everything, changes nothing")),
    (Role.AGENT, lazy_gettext("Agent: works with debtors, invoices and actions")),
    (Role.ADMINISTRATOR, lazy_gettext("Administrator: changes settings and members too")),
)


class RoleForm(FlaskForm):
    """What a member may do."""

    role = SelectField(
        lazy_gettext("Role"), choices=[fields.choice(role.value, label) for role, label in ROLES]
    )


class LeavingForm(FlaskForm):
    """Who takes over the open actions of somebody who is shut out."""

    successor = SelectField(lazy_gettext("Their open actions go to"), default="")


class InvitationForm(RoleForm):
    """Somebody who is to become a member."""

    name = fields.line(lazy_gettext("Name"), most=120, needed=True)
    email = fields.line(lazy_gettext("E-mail address"), most=254, needed=True)
    language = SelectField(lazy_gettext("Language of the desk"))


def leaving_form(leaving: Member, members: Sequence[Member], *, sent: bool = False) -> LeavingForm:
    """Return the form, which offers everybody else who can work on actions."""
    form = LeavingForm() if sent else LeavingForm(formdata=None)
    others = [one for one in members if one.active and one.role != Role.VIEWER and one.id != leaving.id]
    nobody = fields.choice("", lazy_gettext("Nobody: shared work list"))
    form.successor.choices = [nobody, *(fields.choice(one.public_id, one.name) for one in others)]
    return form


def invitation_form(language: str) -> InvitationForm:
    """Return the form; `language` is chosen as long as nothing else was."""
    form = InvitationForm(role=Role.AGENT.value, language=language)
    form.language.choices = language_choices()
    return form
