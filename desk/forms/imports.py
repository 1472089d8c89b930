"""The forms of an import: the file, and how it is read and matched."""

from typing import Any, cast

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from core.money import CURRENCIES
from core.organisations.models import LANGUAGES
from core.organisations.queries import creditors_of
from core.refusals import Refusal
from core.web.guards import current_organisation
from desk import import_words, words
from desk.forms.fields import REQUIRED, choices
from desk.import_files import Upload
from invoices.importing.amounts import DecimalSign
from invoices.importing.choices import Choices, Existing
from invoices.importing.column_kinds import Column
from invoices.importing.columns_of_debtors import HOW_REACHED, WHO_OWES
from invoices.importing.columns_of_invoices import WHAT_IS_OWED
from invoices.importing.dates import DateOrder
from invoices.importing.delimited import DELIMITERS, ENCODINGS
from invoices.importing.kinds import FileKind
from invoices.importing.matching import ColumnsMissing, columns_of
from invoices.importing.preparing import Opened

FIXED = ("creditor", "currency", "country", "language")


class UploadForm(FlaskForm):
    """A file, and what it holds."""

    kind = RadioField(
        lazy_gettext("What is in the file"),
        choices=choices((kind.value, lazy_gettext(name)) for kind, (name, _) in import_words.KINDS.items()),
        default=FileKind.INVOICES_WITH_DEBTORS.value,
        validators=[InputRequired(REQUIRED)],
    )
    file = FileField(lazy_gettext("File"), validators=[FileRequired(lazy_gettext("Choose a file."))])


class QueueForm(FlaskForm):
    """The last step."""

    again = BooleanField(lazy_gettext("Import this file again"))


class ColumnsForm(FlaskForm):
    """How a file is read, and which column is which: `column_0` and so on are added for its columns.

    What a browser would not send counts as not chosen, so no field refuses a value.
    """

    encoding = SelectField(lazy_gettext("Encoding"), validate_choice=False)
    delimiter = SelectField(lazy_gettext("Separator"), validate_choice=False)
    date_order = RadioField(lazy_gettext("Dates"), validate_choice=False, choices=[])
    decimal_sign = RadioField(lazy_gettext("Amounts"), validate_choice=False, choices=[])
    two_digit_years = BooleanField(lazy_gettext("Years have two digits: 26 means 2026"))
    creditor = SelectField(lazy_gettext("Creditor"), validate_choice=False)
    currency = SelectField(lazy_gettext("Currency"), validate_choice=False)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    language = SelectField(lazy_gettext("Language"), validate_choice=False)
    existing = RadioField(lazy_gettext("Invoices that are already there"), validate_choice=False)
    remember = BooleanField(lazy_gettext("Remember for files like this one"), default=True)

    def columns(self) -> list[SelectField]:
        """Return the fields of the file's columns, in its order."""
        return [cast(SelectField, field) for field in self if field.name.startswith("column_")]

    def wanted(self, opened: Opened) -> Choices:
        """Return what was chosen for the file as it was opened."""
        matched = zip(opened.table.header, self.columns(), strict=True)
        order, sign = self.date_order.data, self.decimal_sign.data
        return Choices(
            encoding=_chosen(self.encoding) or None,
            delimiter=_chosen(self.delimiter) or None,
            columns={header: name for header, field in matched if (name := _chosen(field))},
            fixed={name: text for name in FIXED if (text := _chosen(self[name]))},
            date_order=DateOrder(order) if order in list(DateOrder) else None,
            decimal_sign=DecimalSign(sign) if sign in list(DecimalSign) else None,
            two_digit_years=self.two_digit_years.data,
            existing=Existing(_chosen(self.existing) or Existing.UPDATE),
        )

    def missing(self, refusal: Refusal) -> str:
        """Return the name of the field for all rows that brings everything a refusal misses, or nothing."""
        names = {group[0] for group in refusal.missing} if isinstance(refusal, ColumnsMissing) else set()
        return names.pop() if len(names) == 1 and names.issubset(FIXED) else ""

    def doubled(self) -> str:
        """Return the name of the second field that goes to the same place as one before it, or nothing."""
        seen: set[str] = set()
        for field in self.columns():
            if field.data in seen:
                return str(field.name)
            seen |= {field.data} - {""}
        return ""


def columns_form(*, upload: Upload, opened: Opened, stored: bool) -> ColumnsForm:
    """Return the form with what is stored, or with what was sent."""
    offered = _columns(upload.kind)
    fields = {
        f"column_{place}": SelectField(header, validate_choice=False, choices=offered)
        for place, header in enumerate(opened.table.header)
    }
    form_of_file = cast(type[ColumnsForm], type("FileForm", (ColumnsForm,), fields))
    data = _data(upload.choices, opened)
    form = form_of_file(formdata=None, data=data) if stored else form_of_file(data=data)
    _offer(form)
    return form


def _data(chosen: Choices, opened: Opened) -> dict[str, Any]:
    columns = opened.matching.columns
    matched = {f"column_{place}": columns.get(place, "") for place in range(len(opened.table.header))}
    return matched | {
        "encoding": chosen.encoding or "",
        "delimiter": chosen.delimiter or "",
        "date_order": chosen.date_order or "",
        "decimal_sign": chosen.decimal_sign or "",
        "two_digit_years": chosen.two_digit_years,
        "existing": chosen.existing.value,
        **{name: chosen.fixed.get(name, "") for name in FIXED},
    }


def _offer(form: ColumnsForm) -> None:
    """Fill in what can be chosen; the page adds the orders of dates and the decimal signs."""
    organisation, nothing = current_organisation(), ("", gettext("Nothing"))
    as_found = ("", gettext("As found in the file"))
    form.encoding.choices = choices([as_found, *((one, import_words.encoding(one)) for one in ENCODINGS)])
    names = import_words.DELIMITERS
    form.delimiter.choices = choices(
        [as_found, *((one, import_words.said(names[one])) for one in DELIMITERS)]
    )
    creditors = creditors_of(organisation_id=organisation.id)
    form.creditor.choices = choices([nothing, *((one.code, f"{one.code} {one.name}") for one in creditors)])
    form.currency.choices = choices([nothing, *((code, code) for code in sorted(CURRENCIES))])
    form.country.choices = choices([nothing, *words.countries()])
    own = gettext("The organisation's: %(language)s", language=words.language_name(organisation.language))
    form.language.choices = choices([("", own), *((code, words.language_name(code)) for code in LANGUAGES)])
    ways = import_words.EXISTING.items()
    form.existing.choices = choices((one.value, import_words.said(word)) for one, word in ways)


def _columns(kind: FileKind) -> list[Any]:
    """Return the places a column can go to, in three groups."""
    allowed = columns_of(kind)
    groups: tuple[tuple[str, tuple[Column, ...]], ...] = (
        (gettext("Who owes"), WHO_OWES),
        (gettext("How to reach them"), HOW_REACHED),
        (gettext("What is owed"), WHAT_IS_OWED),
    )
    offered = [
        SelectChoice(column.identifier, import_words.said(column.label), optgroup=str(group))
        for group, columns in groups
        for column in columns
        if column in allowed
    ]
    return [SelectChoice("", gettext("Leave out")), *offered]


def _chosen(field: Any) -> str:
    """Return what was chosen, or nothing where it was not offered."""
    offered = {choice.value for choice in field.choices}
    return str(field.data) if field.data in offered else ""
