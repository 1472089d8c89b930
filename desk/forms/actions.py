"""The forms of an action: assign, note, change, close. `version` is the action as the page showed it."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from desk.forms.fields import REQUIRED, AmountField, a_day, choices, lines
from reactions.models import CloseReason
from reactions.operations.actions import LONGEST_TEXT

DECISIONS = (
    (CloseReason.ACCEPTED.value, lazy_gettext("Agree")),
    (CloseReason.REJECTED.value, lazy_gettext("Do not agree")),
    (CloseReason.ANSWERED.value, lazy_gettext("Only answer")),
)


class ActionForm(FlaskForm):
    """What every form of an action carries along."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class AssignForm(ActionForm):
    """Who works on it; the view sets the choices."""

    assignee = SelectField(lazy_gettext("Give to"), choices=[])


class TakeForm(ActionForm):
    """To work on it oneself."""


class NoteForm(ActionForm):
    """Words for colleagues."""

    note = lines(lazy_gettext("Note"), most=LONGEST_TEXT, needed=True)


class ChangeForm(ActionForm):
    """What the action is, and what it holds off; the view sets the types and the currency.

    `promised_on` is there only for a type that asks when somebody pays; its description says how far ahead.
    """

    reaction_type = SelectField(lazy_gettext("Action type"), choices=[])
    is_exempt = BooleanField(lazy_gettext("Leave these invoices alone"))
    amount = AmountField(lazy_gettext("Only this part"), validators=[Optional()])
    promised_on = a_day(lazy_gettext("The debtor pays on"), needed=False)
    review_on = a_day(lazy_gettext("Look at it again on"), needed=False)
    note = lines(lazy_gettext("Note"), most=LONGEST_TEXT)


class CloseForm(ActionForm):
    """How the action ends, and what the debtor reads."""

    decision = RadioField(
        lazy_gettext("What is your answer?"), choices=choices(DECISIONS), validators=[InputRequired(REQUIRED)]
    )
    answer = lines(lazy_gettext("Text for the debtor"), most=LONGEST_TEXT)
    note = lines(lazy_gettext("Note"), most=LONGEST_TEXT)
