"""What somebody says of printed letters: each form says which making of the PDF they looked at."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from desk.forms.fields import a_day, line

# The numbers of some thousand letters that lie apart: as many as the page itself may fill in.
LONGEST_NUMBERS = 20_000


class EditionForm(FlaskForm):
    """The last making that was on the page."""

    edition = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class PostedForm(EditionForm):
    """The day the letters were posted, and which of them were not."""

    posted_on = a_day(lazy_gettext("Posted on"))
    taken_out = line(lazy_gettext("Numbers taken out"), most=LONGEST_NUMBERS)
