"""Fields that several forms of the settings use, and the sentences of their refusals."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

REQUIRED = lazy_gettext("Fill this in.")
TOO_LONG = lazy_gettext("This text is too long. At most %(most)s characters fit.", most="%(max)d")


class WholeNumber(IntegerField):
    """A whole number; anything else is refused in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        try:
            super().process_formdata([str(value).strip() for value in valuelist])
        except ValueError:
            raise ValueError(gettext("Fill in a whole number.")) from None


def line(label: Any, *, most: int, needed: bool = False, **extra: Any) -> StringField:
    """Return a field for one line; `label` is translated already or lazily."""
    rules: list[Any] = [DataRequired(REQUIRED)] if needed else []
    return StringField(label, validators=[*rules, Length(max=most, message=TOO_LONG)], **extra)


def lines(label: Any) -> TextAreaField:
    """Return a field for several lines; the room says how long they may be."""
    return TextAreaField(label)


def number(label: Any, *, least: int, most: int) -> WholeNumber:
    """Return a field for a whole number within a range."""
    sentence = lazy_gettext("Fill in a number from %(least)s to %(most)s.", least=least, most=most)
    return WholeNumber(
        label, validators=[InputRequired(REQUIRED), NumberRange(min=least, max=most, message=sentence)]
    )


def choice(value: str, label: Any) -> SelectChoice:
    """Return one choice of a select."""
    return SelectChoice(value, label)
