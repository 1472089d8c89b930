"""The kind whose answer is an amount of money, written the way people write one."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_currency, get_currency_symbol, get_decimal_symbol

from core.money import Money, decimals_of
from core.texts import one_line
from reactions.field_kinds.fields import Circumstances, Field, Form, Inputs
from reactions.field_kinds.languages import locale_of
from reactions.field_kinds.refusals import (
    AmountAboveOpen,
    AmountNotPositive,
    CurrencyMissing,
    NotAnAmount,
    OtherCurrency,
)

LONGEST = 40
HIGHEST = 10**15
MARK = r"[^\W\d]{1,6}\.?|[€$£¥]|[a-zA-Z]{1,2}[€$£¥]"
# A price may end in `,-` or `,--` where there are no cents.
WRITTEN = re.compile(
    rf"(?P<before>{MARK})?\s?(?P<number>[-−]?[0-9][0-9.,'’ ]*?)(?:[.,][-–—=]{{1,2}})?\s?(?P<after>{MARK})?"
)
# Groups of three, and decimals after another sign.
PLAIN = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<group>[., '’])[0-9]{3}(?:(?P=group)[0-9]{3})*|[0-9]+)"
    r"(?:(?P<decimal>[.,])(?P<fraction>[0-9]{1,3}))?"
)
ALSO_WRITTEN = {
    "EUR": ("euro", "euros"),
    "NOK": ("kr", "kroner"),
    "SEK": ("kr",),
    "DKK": ("kr",),
    "ISK": ("kr",),
}


class Amount:
    """An amount; stored are minor units and currency. Option `at_most = "open"`: not above what is open."""

    name = "amount"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("amount", width=12, currencies=tuple(around.open_amounts))

    def parse(self, form: Form, field: Field, around: Circumstances) -> dict[str, Any]:
        number, marks = _parts(one_line(form[field.key]), around)
        currency = _currency(marks, around)
        minor = _minor(number, currency, around)
        if minor <= 0:
            raise AmountNotPositive
        most = around.open_amounts.get(currency, 0)
        if field.options.get("at_most") == "open" and minor > most:
            raise AmountAboveOpen(most=written(most, currency, around.language))
        return {"minor": minor, "currency": currency}

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return written(value["minor"], value["currency"], language)


def written(minor: int, currency: str, language: str) -> str:
    """Return minor units as the language writes them: 125000 EUR is `€ 1.250,00` in Dutch."""
    return format_currency(Money(minor, currency).amount, currency, locale=locale_of(language))


def _example(around: Circumstances, currency: str | None = None) -> str:
    code = currency or next(iter(around.open_amounts), "EUR")
    return format_currency(Decimal("1250.5"), code, format="#,##0.00", locale=locale_of(around.language))


def _parts(text: str, around: Circumstances) -> tuple[str, list[str]]:
    found = WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise NotAnAmount(example=_example(around))
    marks = [mark.lower().rstrip(".") for mark in (found["before"], found["after"]) if mark]
    return found["number"], marks


@lru_cache(maxsize=64)
def _marks_of(currency: str) -> frozenset[str]:
    symbols = {
        get_currency_symbol(currency, locale=locale_of(code)) for code in ("nl", "fr", "de", "en", "nb")
    }
    names = {currency, *symbols, *ALSO_WRITTEN.get(currency, ())}
    return frozenset(name.lower().rstrip(".") for name in names)


def _currency(marks: list[str], around: Circumstances) -> str:
    meant = [code for code in around.open_amounts if all(mark in _marks_of(code) for mark in marks)]
    if not meant:
        raise OtherCurrency(currencies=", ".join(around.open_amounts))
    if len(meant) > 1:
        raise CurrencyMissing(example=f"{meant[0]} {_example(around, meant[0])}")
    return meant[0]


def _minor(text: str, currency: str, around: Circumstances) -> int:
    number = _number(text.lstrip("-−"), decimals_of(currency), locale_of(around.language))
    if number is None or number > HIGHEST:
        raise NotAnAmount(example=_example(around, currency))
    return Money.of(-number if text[0] in "-−" else number, currency).minor


def _number(text: str, decimals: int, locale: str) -> Decimal | None:
    """Return the number, or None when the text is none or could be two.

    `1.250` is a thousand and more where the point separates groups, but in English it may be meant as 1.25:
    it is refused. Babel's strict parser takes it for 1.25 in Norwegian and French, which nobody there means.
    """
    found = PLAIN.fullmatch(text)
    if found is None:
        return None
    whole, group, fraction = found["whole"], found["group"], found["fraction"] or ""
    if len(fraction) > decimals or (fraction and group == found["decimal"]):
        return None
    if not fraction and group == get_decimal_symbol(locale) and whole.count(group) == 1:
        return None
    return Decimal(f"{re.sub('[^0-9]', '', whole)}.{fraction or 0}")
