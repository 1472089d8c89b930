"""Amounts as people and programs write them: 1.234,56 and 1,234.56, € 12,- and (5.00)."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum

from core.money import decimals_of
from core.refusals import N_, Refusal


class DecimalSign(StrEnum):
    """What stands before the cents."""

    COMMA = ","
    POINT = "."


class AmountUnreadable(Refusal):
    """The text is no amount with the chosen decimal sign."""

    sentence = N_("This cannot be read as an amount.")


class TooManyDecimals(Refusal):
    """The amount is finer than its currency."""

    sentence = N_("This amount has more decimals than %(currency)s has.")


class CurrencyDiffers(Refusal):
    """A sign or code beside the amount is that of another currency than the row's."""

    sentence = N_("The amount is not in %(currency)s, the currency of this row.")


_MARKS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD"),
    "KR": ("NOK", "SEK", "DKK", "ISK"),
    "KR.": ("NOK", "SEK", "DKK", "ISK"),
    "FR.": ("CHF",),
}
_MARK = r"[A-Za-z]{3}|[Kk][Rr]\.?|[Ff][Rr]\.|[€£¥$]"
_SHAPE = re.compile(
    rf"(?P<before>[-+−]?) ?(?P<mark>{_MARK})? ?(?P<sign>[-+−]?) ?(?P<number>[0-9.,' ]+?)"
    rf"(?P<dashes>[.,](?:--?|–|—))? ?(?P<back>{_MARK})? ?(?P<after>[-−]?)"
)
_MINUS = "-−"


def _number_of(sign: str) -> re.Pattern[str]:
    group = "[.' ]" if sign == "," else "[,' ]"
    whole = rf"[1-9][0-9]{{0,2}}(?:(?P<group>{group})[0-9]{{3}})(?:(?P=group)[0-9]{{3}})*|[0-9]*"
    return re.compile(rf"(?P<whole>{whole})(?:{re.escape(sign)}(?P<part>[0-9]+))?")


_NUMBER = {sign: _number_of(sign) for sign in DecimalSign}
_CENTS = re.compile(r"(-?[0-9]{1,13})([.,])([0-9]{1,2})")
MOST_DIGITS = 13
_LONGEST = 40


def amount_reader(*, sign: DecimalSign, currency: str) -> Callable[[str], int]:
    """Return `read_amount` for one sign and currency: the same, sooner for amounts in plain digits."""
    quick = re.compile(
        rf"(-?[0-9]{{1,{MOST_DIGITS}}})(?:{re.escape(sign)}([0-9]{{{decimals_of(currency)}}}))?"
    )
    nothing = "0" * decimals_of(currency)

    def read(text: str) -> int:
        if found := quick.fullmatch(text):
            return int(found[1] + (found[2] or nothing))
        return read_amount(text, sign=sign, currency=currency)

    return read


def read_amount(text: str, *, sign: DecimalSign, currency: str) -> int:
    """Return the amount in minor units of the currency (ISO 4217), negative if the text says so.

    Groups of thousands are three digits behind a blank, an apostrophe or the sign that is not the decimal
    sign. Zeros beyond the currency's decimals are left out, but for exactly three: they may be thousands.
    Refuses `AmountUnreadable`, `TooManyDecimals`, `CurrencyDiffers`.
    """
    negative, mark, whole, part = _taken_apart(text, sign)
    if mark and currency not in _MARKS.get(mark.upper(), (mark.upper(),)):
        raise CurrencyDiffers(currency=currency)
    decimals = decimals_of(currency)
    if len(part) > decimals:
        if len(part) == 3 or part[decimals:].strip("0"):
            raise TooManyDecimals(currency=currency)
        part = part[:decimals]
    minor = int((whole or "0") + part.ljust(decimals, "0"))
    return -minor if negative else minor


def minor_units(number: Decimal, *, currency: str) -> int:
    """Return a workbook's number in minor units. Refuses `TooManyDecimals`, `AmountUnreadable`."""
    scaled = number.scaleb(decimals_of(currency))
    if number.adjusted() >= MOST_DIGITS:
        raise AmountUnreadable
    if scaled != scaled.to_integral_value():
        raise TooManyDecimals(currency=currency)
    return int(scaled)


def amount_readings(text: str) -> Mapping[DecimalSign, Decimal]:
    """Return the amount the text would be with each decimal sign with which it is one."""
    if found := _CENTS.fullmatch(text):
        return {DecimalSign(found[2]): Decimal(f"{found[1]}.{found[3]}")}
    readings = {}
    for sign in DecimalSign:
        try:
            negative, _, whole, part = _taken_apart(text, sign)
        except Refusal:
            continue
        number = Decimal(f"{whole or '0'}.{part or '0'}")
        readings[sign] = -number if negative else number
    return readings


def _taken_apart(text: str, sign: DecimalSign) -> tuple[bool, str, str, str]:
    """Return whether it is negative, the currency mark, the digits before and behind the decimal sign."""
    text = " ".join(text.split()).replace("’", "'")
    bracketed = text.startswith("(") and text.endswith(")")
    shape = _SHAPE.fullmatch(text[1:-1].strip() if bracketed else text) if len(text) <= _LONGEST else None
    if shape is None or (shape["mark"] and shape["back"]):
        raise AmountUnreadable
    signs = [found for found in (shape["before"], shape["sign"], shape["after"]) if found]
    if len(signs) + bracketed > 1:
        raise AmountUnreadable
    number = _NUMBER[sign].fullmatch(shape["number"].strip())
    if number is None or not (number["whole"] or number["part"]):
        raise AmountUnreadable
    if shape["dashes"] and (number["part"] or shape["dashes"][0] != sign):
        raise AmountUnreadable
    whole = re.sub(r"[^0-9]", "", number["whole"])
    if len(whole) > MOST_DIGITS:
        raise AmountUnreadable
    negative = bracketed or any(found in _MINUS for found in signs)
    return negative, shape["mark"] or shape["back"] or "", whole, number["part"] or ""
