"""What the pages of imports call kinds, states and ways to write, and how they name what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import gettext

from core.refusals import N_, Refusal
from core.web import formats
from core.web.languages import LOCALES, country_name, filled, language
from desk import words
from invoices.importing.amounts import DecimalSign, amount_readings
from invoices.importing.choices import Existing
from invoices.importing.codes import CREDIT_NOTE, INVOICE
from invoices.importing.columns import COLUMNS
from invoices.importing.dates import DateOrder, date_readings
from invoices.importing.kinds import FileKind
from invoices.importing.matching import ColumnsMissing
from invoices.importing.models import BatchState
from invoices.models import DebtorKind

KINDS: Mapping[FileKind, tuple[str, str]] = MappingProxyType(
    {
        FileKind.INVOICES_WITH_DEBTORS: (
            N_("Invoices with their debtors"),
            N_("Each row says what is owed, and by whom."),
        ),
        FileKind.INVOICES: (
            N_("Invoices of known debtors"),
            N_("Each row says what is owed, with the number of a customer we have."),
        ),
        FileKind.DEBTORS: (
            N_("Debtors"),
            N_("Each row says who somebody is, and how to reach them."),
        ),
    }
)
STATES: Mapping[BatchState, words.Word] = MappingProxyType(
    {
        BatchState.UPLOADED: (N_("Columns to match"), "wait"),
        BatchState.CHECKED: (N_("Checked"), "wait"),
        BatchState.QUEUED: (N_("Waiting"), "wait"),
        BatchState.IMPORTING: (N_("Importing"), "wait"),
        BatchState.DONE: (N_("Imported"), "good"),
        BatchState.REFUSED: (N_("Not imported"), "part"),
        BatchState.DISCARDED: (N_("File discarded"), "calm"),
    }
)
ENCODINGS: Mapping[str, str] = MappingProxyType(
    {
        "utf-8": "UTF-8",
        "utf-8-sig": "UTF-8",
        "cp1252": "Windows-1252",
        "iso8859-15": "ISO 8859-15",
        "cp850": "MS-DOS (850)",
        "mac_roman": "Mac Roman",
        "utf-16": "UTF-16",
        "utf-32": "UTF-32",
    }
)
DELIMITERS: Mapping[str, str] = MappingProxyType(
    {
        ";": N_("semicolons"),
        ",": N_("commas"),
        "\t": N_("tabs"),
        "|": N_("vertical bars"),
    }
)
DATE_ORDERS: Mapping[DateOrder, str] = MappingProxyType(
    {
        DateOrder.DMY: N_("day-month-year"),
        DateOrder.MDY: N_("month-day-year"),
        DateOrder.YMD: N_("year-month-day"),
    }
)
DECIMAL_SIGNS: Mapping[DecimalSign, str] = MappingProxyType(
    {DecimalSign.COMMA: N_("Decimal comma"), DecimalSign.POINT: N_("Decimal point")}
)
EXISTING: Mapping[Existing, str] = MappingProxyType(
    {Existing.UPDATE: N_("Update them"), Existing.REFUSE: N_("Refuse the row")}
)
WORDS_FOR: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "language": words.language_name,
        "country": country_name,
        "kind": lambda stored: words.debtor_kind(DebtorKind(stored)),
        "document": lambda stored: said(DOCUMENTS[stored]),
    }
)
DOCUMENTS: Mapping[str, str] = MappingProxyType({INVOICE: N_("Invoice"), CREDIT_NOTE: N_("Credit note")})


def said(sentence: str, values: Mapping[str, Any] | None = None) -> str:
    """Return a sentence of a room in the language of the request, filled in."""
    return filled(sentence, values or {})


def state(value: BatchState) -> words.Word:
    """Return word and tone of an import's state."""
    word, tone = STATES[value]
    return said(word), tone


def labels(identifiers: Sequence[str]) -> str:
    """Return the columns' names as a choice: `Amount or Open amount`."""
    names = [said(COLUMNS[name].label) for name in identifiers]
    return format_list(names, style="or", locale=LOCALES[language()])


def in_own_words(refusal: Refusal) -> Refusal:
    """Return the refusal with the columns it names in the language of the request."""
    if isinstance(refusal, ColumnsMissing):
        refusal.values = {"columns": "; ".join(labels(group) for group in refusal.missing)}
    elif "column" in refusal.values:
        refusal.values = refusal.values | {"column": said(refusal.values["column"])}
    return refusal


def encoding(name: str) -> str:
    """Return what an encoding is called."""
    return ENCODINGS.get(name, name)


def date_sample(order: DateOrder, samples: Sequence[str]) -> str:
    """Return what the first of the samples means in this order: `03-04-2026 is 3 April 2026`."""
    readings = ((text, date_readings(text).get(order)) for text in samples)
    text, day = next(((text, day) for text, day in readings if day), ("", None))
    return str(gettext("%(text)s is %(meaning)s", text=text, meaning=words_of_day(day))) if day else ""


def amount_sample(sign: DecimalSign, samples: Sequence[str]) -> str:
    """Return what the first of the samples means with this decimal sign: `1.250 is 1,250.00`."""
    readings = ((text, amount_readings(text).get(sign)) for text in samples)
    text, amount = next(((text, amount) for text, amount in readings if amount is not None), ("", None))
    if amount is None:
        return ""
    return str(gettext("%(text)s is %(meaning)s", text=text, meaning=_written(amount)))


def words_of_day(day: date) -> str:
    """Return a day in words."""
    return formats.day(day, language())


def value(identifier: str, stored: Any, *, currency: str) -> str:
    """Return a value of a checked row as pages show it; dates are ISO texts, amounts minor units."""
    column = COLUMNS[identifier]
    if column.is_amount:
        return formats.money(stored, currency, language())
    if column.is_date:
        return formats.short_day(date.fromisoformat(stored), language())
    return WORDS_FOR.get(identifier, str)(stored)


def _written(amount: Decimal) -> str:
    return str(format_decimal(amount, format="#,##0.00##", locale=LOCALES[language()]))
