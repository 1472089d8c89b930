"""References that banks carry along with a payment, with their check digits: made, checked and found in text.

Pure. OGM is the Belgian structured communication, RF the creditor reference of ISO 11649, KID the Norwegian
customer identification (MOD10 or MOD11), betalingskenmerk the Dutch one. A check digit catches a typing
error; it does not say whose reference it is, and short numbers pass by chance, so whoever matches payments
compares with the references of open invoices.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from types import MappingProxyType

from stdnum import iso11649, luhn
from stdnum.be import ogm_vcs
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from core.refusals import N_, Refusal


class Standard(StrEnum):
    """By whose rules the check digits are."""

    OGM = "ogm"
    RF = "rf"
    KID_MOD10 = "kid_mod10"
    KID_MOD11 = "kid_mod11"
    BETALINGSKENMERK = "betalingskenmerk"


class ReferenceImpossible(Refusal):
    """Of this text no reference of this standard can be made: other signs, or too many or too few."""

    sentence = N_("No payment reference can be made of %(text)s.")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference whose check digits are right, without blanks and strokes."""

    standard: Standard
    compact: str


OGM_DIGITS = 10
KID_LENGTHS = range(2, 26)
KID_WEIGHTS = (2, 3, 4, 5, 6, 7)
# Betaalvereniging Nederland: weights from the right, and the code of the length that stands second.
KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
KENMERK_CODES: Mapping[int, str] = MappingProxyType({7: "7", 8: "8", 9: "9", 10: "0", 11: "1", 12: "2"})
KENMERK_BARE, KENMERK_LONGEST = 7, 16
RF_LONGEST = 21

# Signs that people and banks put into references and numbers, or leave out.
SEPARATORS = " /-.+*_:,#"
_STRIP = str.maketrans("", "", SEPARATORS)

_SEPARATORS = re.compile(r"[\s./,:+*\u00a0-]")
_DIGITS = re.compile(r"[0-9]+")
_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])(?P<ogm>[0-9]{3}[ /][0-9]{4}[ /][0-9]{5})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?P<digits>[0-9]{2,25}-?)(?![0-9A-Za-z])"
)
_RF = re.compile(r"(?<![0-9A-Za-z])RF[0-9]{2}[0-9A-Z ]+", re.IGNORECASE)


def key_of(text: str) -> str:
    """Return a reference or number as it is compared: in capitals, without separators."""
    return text.upper().translate(_STRIP)


def number_key(number: str) -> str:
    """Return an invoice number as it is compared: also without leading zeros."""
    return key_of(number).lstrip("0")


def key_in_sql(column: str) -> str:
    """Return SQL that makes of a column what `key_of` makes of a text."""
    stripped = f"upper({column})"
    for sign in SEPARATORS:
        stripped = f"replace({stripped}, '{sign}', '')"
    return stripped


def number_key_in_sql(column: str) -> str:
    """Return SQL that makes of a column what `number_key` makes of a text."""
    return f"ltrim({key_in_sql(column)}, '0')"


def ogm(base: str) -> str:
    """Return the Belgian communication of up to ten digits, as printed: +++123/4567/89002+++.

    The check digits are the rest after division by 97, and 97 when there is none.
    """
    digits = _digits(base, range(1, OGM_DIGITS + 1)).rjust(OGM_DIGITS, "0")
    return f"+++{ogm_vcs.format(digits + ogm_vcs.calc_check_digits(digits))}+++"


def rf(base: str) -> str:
    """Return the creditor reference (ISO 11649) of up to 21 letters and digits: RF18539007547034."""
    plain = compact(base)
    if not re.fullmatch(f"[0-9A-Z]{{1,{RF_LONGEST}}}", plain):
        raise ReferenceImpossible(text=base)
    return f"RF{mod_97_10.calc_check_digits(plain + 'RF')}{plain}"


def kid_mod10(base: str) -> str:
    """Return the Norwegian KID of 1 to 24 digits with the check digit of MOD10 (Luhn)."""
    digits = _digits(base, range(KID_LENGTHS.start - 1, KID_LENGTHS.stop - 1))
    return digits + str(luhn.calc_check_digit(digits))


def kid_mod11(base: str) -> str:
    """Return the Norwegian KID of 1 to 24 digits with the sign of MOD11, which is "-" for ten."""
    digits = _digits(base, range(KID_LENGTHS.start - 1, KID_LENGTHS.stop - 1))
    check = -_weighed(digits, KID_WEIGHTS) % 11
    return digits + ("-" if check == 10 else str(check))


def betalingskenmerk(base: str) -> str:
    """Return the Dutch reference of 7 to 12 digits with check digit and length, of 13 to 15 without length.

    One without has sixteen digits: shorter ones get zeros in front.
    """
    digits = _digits(base, range(KENMERK_BARE, KENMERK_LONGEST))
    code = KENMERK_CODES.get(len(digits))
    body = digits.rjust(KENMERK_LONGEST - 1, "0") if code is None else code + digits
    return _kenmerk_check(body) + body


def compact(text: str) -> str:
    """Return the reference without blanks, strokes and marks, in capitals: what two are compared by.

    The "-" that ends a KID of MOD11 stays.
    """
    bare = _SEPARATORS.sub("", text).upper()
    is_kid = re.fullmatch(r"[0-9 ]{1,30}-", text.strip())
    return bare + "-" if is_kid else bare


def standards_of(text: str) -> frozenset[Standard]:
    """Return every standard by which the text as a whole is a right reference."""
    plain = compact(text)
    return frozenset(standard for standard, is_right in _RULES.items() if is_right(plain))


def references_in(text: str) -> tuple[Reference, ...]:
    """Return each right reference that stands in what somebody wrote with a payment, in its order."""
    found = dict.fromkeys(
        Reference(standard, compact(written))
        for written in _written_in(text)
        for standard in sorted(standards_of(written))
    )
    return tuple(found)


def _written_in(text: str) -> Iterator[str]:
    for match in _RF.finditer(text):
        # What follows in capitals may be a word: the longest run that checks is the reference.
        blocks = match[0].split()
        runs = ["".join(blocks[:count]) for count in range(len(blocks), 0, -1)]
        yield from [run for run in runs if _is_rf(run.upper())][:1]
    for match in _NUMBERS.finditer(text):
        yield match[0]


def _is_ogm(plain: str) -> bool:
    return bool(_DIGITS.fullmatch(plain)) and ogm_vcs.is_valid(plain)


def _is_rf(plain: str) -> bool:
    try:
        return bool(iso11649.validate(plain) == rf(plain[4:]))
    except (ValidationError, ReferenceImpossible):
        return False


def _is_kid(make: Callable[[str], str]) -> Callable[[str], bool]:
    def is_right(plain: str) -> bool:
        if len(plain) not in KID_LENGTHS or not _DIGITS.fullmatch(plain[:-1]):
            return False
        return make(plain[:-1]) == plain

    return is_right


def _is_kenmerk(plain: str) -> bool:
    if not _DIGITS.fullmatch(plain):
        return False
    if len(plain) == KENMERK_BARE:
        return True
    has_code = KENMERK_CODES.get(len(plain) - 2) == plain[1]
    return (has_code or len(plain) == KENMERK_LONGEST) and _kenmerk_check(plain[1:]) == plain[0]


_RULES: Mapping[Standard, Callable[[str], bool]] = MappingProxyType(
    {
        Standard.OGM: _is_ogm,
        Standard.RF: _is_rf,
        Standard.KID_MOD10: _is_kid(kid_mod10),
        Standard.KID_MOD11: _is_kid(kid_mod11),
        Standard.BETALINGSKENMERK: _is_kenmerk,
    }
)


def _digits(text: str, lengths: range) -> str:
    plain = compact(text)
    if not _DIGITS.fullmatch(plain) or len(plain) not in lengths:
        raise ReferenceImpossible(text=text)
    return plain


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle(weights), strict=False))


def _kenmerk_check(body: str) -> str:
    check = 11 - _weighed(body, KENMERK_WEIGHTS) % 11
    return {10: "1", 11: "0"}.get(check, str(check))
