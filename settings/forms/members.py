"""The forms about members: who is invited, and what somebody may do."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField

from core.members.models import Role
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


class InvitationForm(RoleForm):
    """Somebody who is to become a member."""

    name = fields.line(lazy_gettext("Name"), most=120, needed=True)
    email = fields.line(lazy_gettext("E-mail address"), most=254, needed=True)
    language = SelectField(lazy_gettext("Language of the desk"))


def invitation_form(language: str) -> InvitationForm:
    """Return the form; `language` is chosen as long as nothing else was."""
    form = InvitationForm(role=Role.AGENT.value, language=language)
    form.language.choices = language_choices()
    return form
