"""How numbers and days are written in the five languages."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal


def locale_of(language: str) -> str:
    """Return Babel's name of the language; English is written as in Great Britain."""
    return "en_GB" if language == "en" else language


def day(value: date, language: str) -> str:
    """Return `vrijdag 27 november 2026`."""
    return format_date(value, "full", locale=locale_of(language))


def whole(value: int, language: str) -> str:
    """Return `1.000` in Dutch, `1,000` in English."""
    return format_decimal(value, locale=locale_of(language))
