"""The words of the law in five languages: a term, an interest, a way to object, and sums. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from babel.numbers import format_currency, format_decimal

from core.money import Money


@dataclass(frozen=True, slots=True)
class _Words:
    """`after_receipt` takes days, `until` days and a day, `interest` a percentage and a day, and
    `with_vat` an amount or its name."""

    locale: str
    after_receipt: str
    until: str
    interest: str
    objection: str
    with_vat: str


_WORDS: Mapping[str, _Words] = MappingProxyType(
    {
        "nl": _Words(
            "nl",
            "binnen {days} dagen, te rekenen vanaf de dag nadat u dit bericht heeft ontvangen",
            "binnen {days} dagen, uiterlijk op {day}",
            "{percent} % per jaar vanaf {day}",
            "Bent u het er niet mee eens? Laat het ons weten via de link. Dan kijken wij het eerst na.",
            "{what} (incl. btw)",
        ),
        "fr": _Words(
            "fr",
            "dans les {days} jours, à compter du lendemain du jour où vous avez reçu ce message",
            "dans les {days} jours, au plus tard le {day}",
            "{percent} % par an à partir du {day}",
            "Vous n'êtes pas d'accord ? Dites-le-nous par le lien. Nous vérifions alors d'abord.",
            "{what} (TVA comprise)",
        ),
        "de": _Words(
            "de",
            "innerhalb von {days} Tagen, gerechnet ab dem Tag nach dem Erhalt dieser Nachricht",
            "innerhalb von {days} Tagen, spätestens am {day}",
            "{percent} % im Jahr ab {day}",
            "Sind Sie nicht einverstanden? Sagen Sie es uns über den Link. Dann prüfen wir es zuerst.",
            "{what} (inkl. MwSt.)",
        ),
        "en": _Words(
            "en_GB",
            "within {days} days, counted from the day after you received this message",
            "within {days} days, on {day} at the latest",
            "{percent}% a year from {day}",
            "Do you not agree? Tell us through the link. Then we look into it first.",
            "{what} (incl. VAT)",
        ),
        "nb": _Words(
            "nb",
            "innen {days} dager, regnet fra dagen etter at du mottok denne meldingen",
            "innen {days} dager, senest {day}",
            "{percent} % i året fra {day}",
            "Er du ikke enig? Si fra til oss via lenken. Da ser vi på saken først.",
            "{what} (inkl. mva.)",
        ),
    }
)


def term_after_receipt(days: int, *, language: str) -> str:
    """Return "within 14 days, counted from the day after you received this message"."""
    return _WORDS[language].after_receipt.format(days=days)


def term_until(days: int, day: str, *, language: str) -> str:
    """Return "within 14 days, on Monday 7 December 2026 at the latest"; `day` is written out already."""
    return _WORDS[language].until.format(days=days, day=day)


def interest(percent: Decimal, day: str, *, language: str) -> str:
    """Return "10.5% a year from Monday 2 November 2026"; `day` is written out already."""
    words = _WORDS[language]
    written = format_decimal(percent.normalize(), locale=words.locale)
    return words.interest.format(percent=written, day=day)


def objection(*, language: str) -> str:
    """Return how somebody can disagree, as a sentence."""
    return _WORDS[language].objection


def with_vat(what: str, *, language: str) -> str:
    """Return "45.00 euros (incl. VAT)" or "Collection costs (incl. VAT)"."""
    return _WORDS[language].with_vat.format(what=what)


def money(amount: Money, *, language: str) -> str:
    """Return the amount with its currency as the language writes it: € 45,00."""
    return str(format_currency(amount.amount, amount.currency, locale=_WORDS[language].locale))


def invoice_line(*, number: str, description: str, due: str, amount: Money, language: str) -> str:
    """Return a line about one invoice: number, description if any, `due` as it is written, open amount."""
    parts = (number, description, due, money(amount, language=language))
    return " · ".join(part for part in parts if part)
