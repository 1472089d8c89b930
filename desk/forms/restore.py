"""What an administrator decides after a restore: about each message, and that the portal goes on."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.fields.choices import SelectMultipleField
from wtforms.validators import AnyOf

from messaging.restored_models import Decision


class DecideForm(FlaskForm):
    """Messages, or all of them, and the button that was pressed."""

    decision = StringField(validators=[AnyOf([decision.value for decision in Decision])])
    messages = SelectMultipleField(choices=[], validate_choice=False)
    everything = BooleanField(lazy_gettext("All messages of this list, also those on other pages"))


class ReleaseForm(FlaskForm):
    """What else ends with the release; both are how it is safe."""

    ends_links = BooleanField(lazy_gettext("End all links that were sent before"), default=True)
    stops_plans = BooleanField(lazy_gettext("Let no plan run by itself"), default=True)
