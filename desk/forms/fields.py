"""Fields that people fill in at the desk: an amount in their own notation, a day, a text with a limit."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, Field, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import TextInput

from core.money import Money, decimals_of
from core.refusals import Refusal
from core.texts import one_line
from core.web.languages import language, sentence_of
from invoices.importing.amounts import AmountUnreadable, DecimalSign, read_amount

REQUIRED = lazy_gettext("Fill this in.")
TOO_LONG = lazy_gettext("This is too long.")
FIRST_YEAR, LAST_YEAR = 1900, 2199


class AmountField(Field):
    """Money, as it is written in the member's language; `data` is minor units or None.

    A view sets `currency` on the field before it asks whether the form is valid.
    """

    widget = TextInput()
    currency = "EUR"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Wait for `pre_validate`: until then nobody has said in which currency this is."""
        self.data = None

    def pre_validate(self, form: Any) -> None:
        """Read the amount; a sign that is not the language's own counts where it leaves no doubt."""
        text = str(self.raw_data[0]).strip() if self.raw_data else ""
        own = DecimalSign.POINT if language() == "en" else DecimalSign.COMMA
        try:
            self.data = self._read(text, own) if text else None
        except Refusal as refusal:
            raise StopValidation(sentence_of(refusal)) from refusal

    def _read(self, text: str, own: DecimalSign) -> int:
        other = DecimalSign.COMMA if own == DecimalSign.POINT else DecimalSign.POINT
        try:
            return read_amount(text, sign=own, currency=self.currency)
        except AmountUnreadable:
            return read_amount(text, sign=other, currency=self.currency)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return written(self.data, self.currency) if self.data is not None else ""


class DayField(DateField):
    """A calendar day of a year that somebody can mean."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say in the member's language that it is none, or one that nobody means."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("This is not a date.")) from None
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValueError(gettext("Choose a day in the years %(first)s to %(last)s.", **years))


class NeededAmount:
    """Refuses an empty amount; one that could not be read has said so already."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        """Look at the field."""
        if field.data is None and not field.errors:
            raise StopValidation(str(REQUIRED))


def choices(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return the choices of a select from (value, label) pairs."""
    return [SelectChoice(value, label) for value, label in pairs]


def written(minor: int, currency: str) -> str:
    """Return an amount as it stands in a box: without currency and groups, with the language's sign."""
    text = f"{Money(minor, currency).amount:.{decimals_of(currency)}f}"
    return text if language() == "en" else text.replace(".", ",")


def line(label: Any, *, most: int, needed: bool = False, **extra: Any) -> StringField:
    """Return a field for one line of text."""
    return StringField(label, filters=[_cleaned], validators=_rules(most, needed), **extra)


def lines(label: Any, *, most: int, needed: bool = False) -> TextAreaField:
    """Return a field for several lines of text."""
    return TextAreaField(label, validators=_rules(most, needed))


def a_day(label: Any, *, needed: bool = True) -> DayField:
    """Return a field for a day."""
    return DayField(label, validators=[InputRequired(REQUIRED) if needed else Optional()])


def _cleaned(text: str | None) -> str | None:
    return one_line(text) if text else text


def _rules(most: int, needed: bool) -> list[Any]:
    return [*([DataRequired(REQUIRED)] if needed else []), Length(max=most, message=TOO_LONG)]
