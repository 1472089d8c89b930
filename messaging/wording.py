"""Small words in five languages that fill placeholders: a greeting, a moment, a span, a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from core.moments import in_full


@dataclass(frozen=True, slots=True)
class _Words:
    """`day` and what is short are CLDR patterns; `one` and `many` take a number of invoices.

    `days` and `hours` are one and many: CLDR's own units lack Dutch and count Norwegian days as "døgn".
    """

    locale: str
    greeting: str
    greeting_by_name: str
    one: str
    many: str
    day: str
    short_moment: str
    short_day: str
    days: tuple[str, str]
    hours: tuple[str, str]


_WORDS: Mapping[str, _Words] = MappingProxyType(
    {
        "nl": _Words(
            "nl", "Goedendag", "Beste {first}", "{} open factuur", "{} open facturen",
            "EEEE d MMMM y", "d MMM HH:mm", "d MMM",
            ("dag", "dagen"), ("uur", "uur"),
        ),
        "fr": _Words(
            "fr", "Bonjour", "Bonjour {first}", "{} facture à payer", "{} factures à payer",
            "EEEE d MMMM y", "d/M HH'h'mm", "d MMM",
            ("jour", "jours"), ("heure", "heures"),
        ),
        "de": _Words(
            "de", "Guten Tag", "Guten Tag {full}", "{} offene Rechnung", "{} offene Rechnungen",
            "EEEE, d. MMMM y", "d.M. HH:mm", "d. MMM",
            ("Tag", "Tage"), ("Stunde", "Stunden"),
        ),
        "en": _Words(
            "en_GB", "Hello", "Dear {first}", "{} open invoice", "{} open invoices",
            "EEEE d MMMM y", "d MMM HH:mm", "d MMM",
            ("day", "days"), ("hour", "hours"),
        ),
        "nb": _Words(
            "nb", "Hei", "Hei {first}", "{} ubetalt faktura", "{} ubetalte fakturaer",
            "EEEE d. MMMM y", "d.M. HH:mm", "d. MMM",
            ("dag", "dager"), ("time", "timer"),
        ),
    }
)  # fmt: skip

LANGUAGES: tuple[str, ...] = tuple(_WORDS)


def salutation(*, language: str, first_name: str, last_name: str, short: bool) -> str:
    """Return the opening words, without the comma; a company or an unknown name is greeted without one.

    `short` is for an SMS: the first name alone. German does not put a first name alone before "Sie", so it
    writes both names in an e-mail and none in an SMS.
    """
    words = _WORDS[language]
    if not first_name.strip() or (language == "de" and (short or not last_name.strip())):
        return words.greeting
    if short:
        return first_name.strip()
    return words.greeting_by_name.format(first=first_name.strip(), full=f"{first_name} {last_name}".strip())


def number_of_invoices(count: int, *, language: str) -> str:
    """Return "1 open invoice", "2 open invoices"."""
    words = _WORDS[language]
    return (words.one if count == 1 else words.many).format(count)


def moment(at: datetime, *, language: str, zone: str, short: bool) -> str:
    """Return the moment `at` (aware) on the clock of the IANA `zone`, to the minute.

    `short` leaves out weekday and year, for an SMS.
    """
    if not short:
        return in_full(at, language=language, zone=zone)
    words = _WORDS[language]
    local = at.astimezone(ZoneInfo(zone))
    text = format_datetime(local, words.short_moment, locale=words.locale)
    return _without_month_dot(text, at=local, locale=words.locale)


def day(on: date, *, language: str, short: bool) -> str:
    """Return the day `on`; `short` leaves out weekday and year, for an SMS."""
    words = _WORDS[language]
    text = format_date(on, words.short_day if short else words.day, locale=words.locale)
    return _without_month_dot(text, at=on, locale=words.locale) if short else text


def span(length: timedelta, *, language: str) -> str:
    """Return "14 days" or "36 hours": whole days as days, anything else in whole hours, rounded down."""
    words = _WORDS[language]
    hours = int(length / timedelta(hours=1))
    number, (one, many) = (hours // 24, words.days) if hours and hours % 24 == 0 else (hours, words.hours)
    return f"{number} {one if number == 1 else many}"


def _without_month_dot(text: str, *, at: date, locale: str) -> str:
    month = format_date(at, "MMM", locale=locale)
    return text.replace(month, month.rstrip("."))
