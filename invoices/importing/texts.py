"""Text cells: names, numbers that are names, registrations."""

import re
from datetime import date

from stdnum.be import vat as belgian
from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret
from stdnum.no import mva as norwegian_vat
from stdnum.no import orgnr as norwegian

from core.refusals import N_, Refusal
from invoices.importing.tables import Cell


class TextTooLong(Refusal):
    """More characters than the field holds."""

    sentence = N_("This text is too long. It may have %(most)s characters.")


class TextUnreadable(Refusal):
    """Control characters, which no text of people holds."""

    sentence = N_("This text has characters that cannot be shown.")


class NumberShortened(Refusal):
    """A spreadsheet program wrote 1.23E+11, or has rounded a number of more than 15 digits."""

    sentence = N_("The spreadsheet shortened this number. Format the column as text and fill it in again.")


class NumberBecameDate(Refusal):
    """A spreadsheet program took 11-2026 for a date."""

    sentence = N_("The spreadsheet made a date of this. Format the column as text and fill it in again.")


class RegistrationWrong(Refusal):
    """The check digits of a company or VAT number do not fit."""

    sentence = N_("This number is not right (%(country)s). Is a digit missing or changed?")


# Greek numbers begin with EL, those of Northern Ireland with XI.
_UNION = frozenset({*european.MEMBER_STATES, "el", "xi"})
_ISO_CODES = {"EL": "GR", "XI": "GB"}
_SHORTENED = re.compile(r"\d(?:[.,]\d*)?E\+\d+", re.ASCII | re.IGNORECASE)


def text_of(cell: Cell) -> str:
    """Return a cell as text on one line. Refuses numbers and names that a spreadsheet program has changed."""
    if isinstance(cell, str):
        return cell.strip() if cell.isprintable() else _cleaned(cell)
    if isinstance(cell, date):
        raise NumberBecameDate
    if cell == cell.to_integral_value():
        raise NumberShortened
    return format(cell, "f")


def plain_text(longest: int, cell: Cell) -> str:
    """Return text of at most `longest` characters; line breaks become blanks."""
    # As nearly all cells are: this runs for each of them.
    if cell.__class__ is str and cell.isprintable() and len(cell) <= longest:
        return cell.strip()
    text = text_of(cell)
    if len(text) > longest:
        raise TextTooLong(most=longest)
    return text


def number_text(longest: int, cell: Cell) -> str:
    """Return a number that is a name (invoice, customer): zeros in front stay. Refuses 1.23E+11."""
    text = plain_text(longest, cell)
    if "+" in text and _SHORTENED.fullmatch(text):
        raise NumberShortened
    return text


def register_number(cell: Cell, *, country: str) -> str:
    """Return a company's number in its country's register, checked where check digits exist (BE, NO, FR)."""
    text = number_text(20, cell)
    try:
        if country == "BE":
            return belgian.validate(text)
        if country == "NO":
            return norwegian.validate(norwegian_vat.compact(text).removesuffix("MVA"))
        if country == "FR":
            return siret.validate(text) if len(siret.compact(text)) == 14 else siren.validate(text)
    except ValidationError as error:
        raise RegistrationWrong(country=country) from error
    return text


def vat_number(cell: Cell, *, country: str) -> str:
    """Return a VAT number, checked for Norway and the European Union; there with its country in front."""
    text = number_text(20, cell)
    try:
        if country == "NO":
            return norwegian_vat.validate(text)
        prefix = "" if text[:2].isalpha() else country
        return european.validate(prefix + text) if (prefix or text[:2]).lower() in _UNION else text
    except ValidationError as error:
        raise RegistrationWrong(country=_named_in(text) or country) from error


def _named_in(text: str) -> str:
    """Return the country of the Union that a VAT number begins with, or nothing."""
    code = text[:2].upper()
    return _ISO_CODES.get(code, code) if code.lower() in _UNION else ""


def _cleaned(text: str) -> str:
    text = " ".join(text.split())
    if not text.isprintable():
        # Soft hyphens and direction marks come along from web pages and mean nothing here.
        text = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)
        if not text.isprintable():
            raise TextUnreadable
    return text
