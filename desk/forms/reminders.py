"""The forms about one debtor's reminders: a pause, their plan, and the day somebody asks about."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField

from desk.forms.fields import a_day, line
from invoices.pauses import LONGEST_REASON


class PauseForm(FlaskForm):
    """Why reminders wait, and from which day they go out again."""

    reason = line(lazy_gettext("Why"), most=LONGEST_REASON, needed=True, id="pause-reason")
    ends_on = a_day(lazy_gettext("Reminders again from"))


class PlanForm(FlaskForm):
    """The plan of one debtor; empty: the one that fits them."""

    plan = SelectField(lazy_gettext("Plan"))


class DayForm(FlaskForm):
    """A day somebody asks about, in the address of the page."""

    class Meta:
        """Nothing is changed by asking."""

        csrf = False

    on = a_day(lazy_gettext("On"))
