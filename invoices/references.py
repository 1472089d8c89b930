"""Invoice numbers and payment references: how two are compared, and which check digits are right.

Pure. OGM is the Belgian structured communication, RF the creditor reference of ISO 11649, KID the Norwegian
customer identification (MOD10 or MOD11), betalingskenmerk the Dutch one. A check digit catches a typing
error; it does not say whose reference it is, and short numbers pass by chance.
"""

import re
from collections.abc import Mapping
from itertools import cycle
from types import MappingProxyType

from stdnum import iso11649, luhn
from stdnum.be import ogm_vcs

# Signs that people and banks put into references and numbers, or leave out.
SEPARATORS = " /-.+*_:,#"
_STRIP = str.maketrans("", "", SEPARATORS)

KID_LENGTHS = range(2, 26)
KID_WEIGHTS = (2, 3, 4, 5, 6, 7)
# Betaalvereniging Nederland: weights from the right, and the code of the length that stands second; sixteen
# digits have none. Seven digits have no check digit at all.
KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
KENMERK_CODES: Mapping[int, str] = MappingProxyType({9: "7", 10: "8", 11: "9", 12: "0", 13: "1", 14: "2"})
KENMERK_LONGEST = 16

_DIGITS = re.compile(r"[0-9]+")
_KID = re.compile(r"[0-9 ]+-?")
# So nobody writes but who means a standard: +++090/9337/55493+++, 090/9337/55493, RF18 5390 0754 7034.
_OGM_WRITTEN = re.compile(r"([+*]{3}) ?[0-9]{3}[ /]?[0-9]{4}[ /]?[0-9]{5} ?\1|[0-9]{3}/[0-9]{4}/[0-9]{5}")
_RF_WRITTEN = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")


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


def is_checked(reference: str) -> bool:
    """Return whether a reference has check digits, and they are right, by one of the standards."""
    plain = key_of(reference)
    return (
        _is_rf(plain) or _is_kid(reference) or (_is_digits(plain) and (_is_ogm(plain) or _is_kenmerk(plain)))
    )


def is_misspelt(reference: str) -> bool:
    """Return whether a reference is written as one of OGM or RF, and its check digits are wrong."""
    plain = key_of(reference)
    if _OGM_WRITTEN.fullmatch(reference.strip()):
        return not _is_ogm(plain)
    return bool(_RF_WRITTEN.fullmatch(plain)) and not _is_rf(plain)


def _is_digits(plain: str) -> bool:
    return _DIGITS.fullmatch(plain) is not None


def _is_ogm(plain: str) -> bool:
    return bool(ogm_vcs.is_valid(plain))


def _is_rf(plain: str) -> bool:
    # By their sum RF00, RF01 and RF99 can be right, but no issuer writes them.
    is_written = _RF_WRITTEN.fullmatch(plain) and 2 <= int(plain[2:4]) <= 98
    return bool(is_written and iso11649.is_valid(plain))


def _is_kid(reference: str) -> bool:
    if not _KID.fullmatch(reference.strip()):
        return False
    plain = reference.replace(" ", "")
    if len(plain) not in KID_LENGTHS:
        return False
    rest = -_weighed(plain[:-1], KID_WEIGHTS) % 11
    is_mod11 = plain[-1] == ("-" if rest == 10 else str(rest))
    return is_mod11 or (_is_digits(plain) and bool(luhn.is_valid(plain)))


def _is_kenmerk(plain: str) -> bool:
    if KENMERK_CODES.get(len(plain)) != plain[1:2] and len(plain) != KENMERK_LONGEST:
        return False
    check = 11 - _weighed(plain[1:], KENMERK_WEIGHTS) % 11
    return plain[0] == {10: "1", 11: "0"}.get(check, str(check))


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle(weights), strict=False))
