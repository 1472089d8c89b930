"""What a column of a file is, and the few sorts there are. The table of all columns is `columns.COLUMNS`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from core.refusals import Refusal
from invoices.importing import columnwise, texts
from invoices.importing.amounts import DecimalSign, amount_reader, amount_readings, minor_units
from invoices.importing.contacts import Phone, email_address, phone_number
from invoices.importing.dates import DateOrder, DateUnreadable, date_readings, likely, read_date
from invoices.importing.kinds import FileKind
from invoices.importing.spellings import plain
from invoices.importing.tables import Cell

Value: TypeAlias = str | int | date | Phone | None
Convert: TypeAlias = Callable[[Cell], Value]
# Converts many cells at once, or says None: then each of them is converted by itself.
ConvertAll: TypeAlias = Callable[[Sequence[Cell]], Sequence[Value] | None]

WITH_DEBTORS = frozenset({FileKind.INVOICES_WITH_DEBTORS, FileKind.DEBTORS})
WITH_INVOICES = frozenset({FileKind.INVOICES_WITH_DEBTORS, FileKind.INVOICES})
EVERY_KIND = frozenset(FileKind)


@dataclass(frozen=True, slots=True)
class Formats:
    """How the values of a file are written. `country` and `currency` count where a row names none."""

    date_order: DateOrder
    decimal_sign: DecimalSign
    country: str
    currency: str
    two_digit_years: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One sort of value a file can bring.

    `prepare` makes, from the file's formats and the row's country or currency (whichever `depends_on` names),
    a function from a cell to a value; it is never given a blank cell and refuses with a `Refusal`.
    `headers` are what such a column is called in nl, fr, de, en and nb. `fits` tells whether a cell could be
    such a value, whatever the formats. `repeats` says that the same values come again and again; for others
    `prepare_all` may make a function that converts a whole column and gives an empty text for a blank cell.
    """

    identifier: str
    label: str
    kinds: frozenset[FileKind]
    headers: frozenset[str]
    prepare: Callable[[Formats, str], Convert]
    fits: Callable[[Cell], bool] = field(default=lambda _: True)
    depends_on: str | None = None
    repeats: bool = True
    is_date: bool = False
    is_amount: bool = False
    prepare_all: Callable[[Formats, str], ConvertAll] | None = None


def text(
    identifier: str,
    label: str,
    kinds: frozenset[FileKind],
    headers: str,
    *,
    longest: int,
    repeats: bool = False,
) -> Column:
    """Return a column of free text."""

    def prepare(_: Formats, __: str) -> Convert:
        return partial(texts.plain_text, longest)

    def prepare_all(_: Formats, __: str) -> ConvertAll:
        return partial(columnwise.plain_texts, longest)

    return Column(
        identifier, label, kinds, _words(headers), prepare, repeats=repeats, prepare_all=prepare_all
    )


def number(
    identifier: str,
    label: str,
    kinds: frozenset[FileKind],
    headers: str,
    *,
    longest: int,
    repeats: bool = False,
) -> Column:
    """Return a column of numbers that are names: kept as text, zeros in front included."""

    def prepare(_: Formats, __: str) -> Convert:
        return partial(texts.number_text, longest)

    def prepare_all(_: Formats, __: str) -> ConvertAll:
        return partial(columnwise.number_texts, longest)

    def fits(cell: Cell) -> bool:
        return any(letter.isdigit() for letter in str(cell))

    return Column(
        identifier, label, kinds, _words(headers), prepare, fits, repeats=repeats, prepare_all=prepare_all
    )


def day(identifier: str, label: str, kinds: frozenset[FileKind], headers: str) -> Column:
    """Return a column of dates."""

    def prepare(formats: Formats, _: str) -> Convert:
        def convert(cell: Cell) -> date:
            if isinstance(cell, str):
                return read_date(cell, order=formats.date_order, two_digit_years=formats.two_digit_years)
            if isinstance(cell, Decimal):
                raise DateUnreadable
            return likely(cell)

        return convert

    def fits(cell: Cell) -> bool:
        return bool(date_readings(cell)) if isinstance(cell, str) else isinstance(cell, date)

    return Column(identifier, label, kinds, _words(headers), prepare, fits, is_date=True)


def amount(identifier: str, label: str, kinds: frozenset[FileKind], headers: str) -> Column:
    """Return a column of amounts, in minor units of the row's currency."""

    def prepare(formats: Formats, currency: str) -> Convert:
        read = amount_reader(sign=formats.decimal_sign, currency=currency)

        def convert(cell: Cell) -> int:
            if isinstance(cell, Decimal):
                return minor_units(cell, currency=currency)
            return read(str(cell))

        return convert

    def prepare_all(formats: Formats, currency: str) -> ConvertAll:
        return columnwise.amount_column(sign=formats.decimal_sign, currency=currency)

    def fits(cell: Cell) -> bool:
        return isinstance(cell, Decimal) or bool(amount_readings(str(cell)))

    return Column(
        identifier,
        label,
        kinds,
        _words(headers),
        prepare,
        fits,
        depends_on="currency",
        repeats=False,
        is_amount=True,
        prepare_all=prepare_all,
    )


def code(
    identifier: str, label: str, kinds: frozenset[FileKind], headers: str, read: Callable[[str], str]
) -> Column:
    """Return a column whose values stand for one of a few."""

    def prepare(_: Formats, __: str) -> Convert:
        return lambda cell: read(texts.text_of(cell))

    return Column(identifier, label, kinds, _words(headers), prepare, _accepts(prepare))


def email(identifier: str, label: str, kinds: frozenset[FileKind], headers: str) -> Column:
    """Return a column of e-mail addresses."""

    def prepare(_: Formats, __: str) -> Convert:
        return lambda cell: email_address(texts.text_of(cell))

    return Column(identifier, label, kinds, _words(headers), prepare, _accepts(prepare))


def phone(identifier: str, label: str, kinds: frozenset[FileKind], headers: str, *, mobile: bool) -> Column:
    """Return a column of telephone numbers, read in the row's country."""

    def prepare(_: Formats, country: str) -> Convert:
        return lambda cell: phone_number(texts.text_of(cell), country=country, mobile=mobile)

    return Column(identifier, label, kinds, _words(headers), prepare, depends_on="country")


def registration(
    identifier: str, label: str, kinds: frozenset[FileKind], headers: str, read: Callable[..., str]
) -> Column:
    """Return a column of register numbers, checked by the rules of the row's country."""

    def prepare(_: Formats, country: str) -> Convert:
        return lambda cell: read(cell, country=country)

    return Column(identifier, label, kinds, _words(headers), prepare, depends_on="country")


def _words(headers: str) -> frozenset[str]:
    """Return the spellings of a comma-separated list, as they are compared."""
    return frozenset(plain(header) for header in headers.split(","))


def _accepts(prepare: Callable[[Formats, str], Convert]) -> Callable[[Cell], bool]:
    """Return a test that tries the conversion: for columns that do not depend on the formats."""
    convert = prepare(Formats(DateOrder.YMD, DecimalSign.POINT, "NL", "EUR"), "")

    def fits(cell: Cell) -> bool:
        try:
            convert(cell)
        except Refusal:
            return False
        return True

    return fits
