"""What somebody decides about a message: each form says which attempt they looked at."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import AnyOf, InputRequired
from wtforms.widgets import HiddenInput

ARRIVED = "yes"


class SeenForm(FlaskForm):
    """The last attempt that was on the page."""

    attempt = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class SettleForm(SeenForm):
    """Whether a doubtful message arrived."""

    arrived = HiddenField(validators=[AnyOf((ARRIVED, "no"))])


class ElsewhereForm(SeenForm):
    """Where a message goes instead; the page sets the choices, and the operation looks again."""

    contact_point = SelectField(lazy_gettext("To"), choices=[], validate_choice=False)
