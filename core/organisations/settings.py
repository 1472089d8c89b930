"""What an organisation decides about itself: the rule of each setting, and the mark of what a form showed.

Each rule takes what was typed and returns what is stored, or raises a refusal for that one field.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from phonenumbers import SUPPORTED_REGIONS

from core.money import CURRENCIES
from core.organisations.models import LANGUAGES
from core.refusals import N_, Refusal
from core.texts import one_line
from core.theme import theme_of

HOURS_A_DAY = 24
LEAST_HOURS, MOST_HOURS = 1, 1000 * HOURS_A_DAY
COUNTRIES: tuple[str, ...] = tuple(sorted(SUPPORTED_REGIONS))
# What a night of mistakes may cost at most: at eight cents each, 8,000 euros.
MOST_SMS_A_DAY = 100_000
MOST_SMS_COUNTRIES = 80

Rule = Callable[[str], Any]


class SettingMissing(Refusal):
    """A setting that has to be filled in is empty."""

    sentence = N_("Fill this in.")


class SettingTooLong(Refusal):
    """More characters than fit."""

    sentence = N_("This text is too long. At most %(most)s characters fit.")


class SettingUnknown(Refusal):
    """Not one of the values there are."""

    sentence = N_("Choose one from the list.")


class PhoneNotValid(Refusal):
    """The text cannot be dialled."""

    sentence = N_("This is not a telephone number. Use digits, blanks and a + at the start.")


class AddressNotValid(Refusal):
    """The address cannot receive mail."""

    sentence = N_("This is not an e-mail address.")


class ValidityOutOfRange(Refusal):
    """No number, or a span that no link may have."""

    sentence = N_("Fill in a whole number, from 1 hour up to 1000 days.")


class NumberOutOfRange(Refusal):
    """No whole number, or one that makes no sense here."""

    sentence = N_("Fill in a whole number from %(least)s to %(most)s.")


class CountriesUnknown(Refusal):
    """Words that are no code of a country with telephone numbers; `codes` are the first of them, as typed."""

    sentence = N_("No country has this code: %(codes)s. Write two letters for each, such as BE.")


class CountriesTooMany(Refusal):
    """More countries than are kept."""

    sentence = N_("These are too many countries. Name at most %(most)s.")


class SettingsRefused(Refusal):
    """One or more settings have to be changed first. `errors` maps a setting to why."""

    sentence = N_("Nothing was saved yet.")

    def __init__(self, errors: Mapping[str, Refusal]) -> None:
        self.errors = errors
        super().__init__()


def checked(values: Mapping[str, str], rules: Mapping[str, Rule] | None = None) -> dict[str, Any]:
    """Return what is stored for each value. Raises SettingsRefused with every error at once."""
    good: dict[str, Any] = {}
    errors: dict[str, Refusal] = {}
    for name, text in values.items():
        try:
            good[name] = (rules or RULES)[name](text)
        except Refusal as refusal:
            errors[name] = refusal
    if errors:
        raise SettingsRefused(errors)
    return good


def values_of(row: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the row's columns with these names."""
    return {name: getattr(row, name) for name in names}


def mark_of(values: Mapping[str, Any]) -> str:
    """Return a short mark of what a form shows: another one when any of the values was changed since."""
    return sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()[:16]


def line(most: int, *, needed: bool = False) -> Rule:
    """Return the rule of one line of text of at most so many characters."""

    def rule(text: str) -> str:
        tidy = one_line(text)
        if needed and not tidy:
            raise SettingMissing
        if len(tidy) > most:
            raise SettingTooLong(most=most)
        return tidy

    return rule


def _one_of(known: Iterable[str]) -> Rule:
    choices = frozenset(known)

    def rule(text: str) -> str:
        if text not in choices:
            raise SettingUnknown
        return text

    return rule


def _phone(text: str) -> str:
    """Accept what people can dial: a help line may have a short number that no library of numbers knows."""
    tidy: str = line(40)(text)
    if tidy and not re.fullmatch(r"\+?[0-9(][0-9 ()./-]*", tidy):
        raise PhoneNotValid
    if tidy and sum(sign.isdigit() for sign in tidy) < 3:
        raise PhoneNotValid
    return tidy


def _email(text: str) -> str:
    tidy: str = line(254)(text)
    if not tidy:
        return ""
    try:
        return validate_email(tidy, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise AddressNotValid from error


def _colour(text: str) -> str:
    """Return `#RRGGBB` of a colour of six or three digits. Raises core.theme.ColourRefused."""
    theme_of(text)
    digits = text.strip()[1:]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)).upper()


def _validity(text: str) -> int:
    """Return the hours of a span written as `36 hours` or `14 days`."""
    found = re.fullmatch(r"\s*([0-9]{1,6})\s+(hours|days)", text)
    hours = int(found[1]) * (HOURS_A_DAY if found[2] == "days" else 1) if found else 0
    if not LEAST_HOURS <= hours <= MOST_HOURS:
        raise ValidityOutOfRange
    return hours


def _number(least: int, most: int, *, needed: bool = True) -> Rule:
    """Return the rule of a whole number; where it is not needed, nothing typed is no number."""

    def rule(text: str) -> int | None:
        tidy = text.strip()
        if not tidy and not needed:
            return None
        number = int(tidy) if re.fullmatch(r"[0-9]{1,6}", tidy) else least - 1
        if not least <= number <= most:
            raise NumberOutOfRange(least=least, most=most)
        return number

    return rule


def _countries(text: str) -> str:
    """Return the codes (ISO 3166-1) once each, in the order they were typed, with a blank between them."""
    typed = one_line(re.sub("[,;]", " ", text)).split()
    codes = {word.upper(): word for word in typed}
    unknown = [word[:20] for code, word in codes.items() if code not in COUNTRIES]
    if unknown:
        raise CountriesUnknown(codes=", ".join(unknown[:10]))
    if len(codes) > MOST_SMS_COUNTRIES:
        raise CountriesTooMany(most=MOST_SMS_COUNTRIES)
    return " ".join(codes)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "name": line(120, needed=True),
        "country": _one_of(COUNTRIES),
        "zone": _one_of(available_timezones()),
        "language": _one_of(LANGUAGES),
        "support_phone": _phone,
        "support_hours": line(120),
        "support_email": _email,
        "postal_address": line(240),
        "register_number": line(40),
        "debt_help_name": line(80),
        "debt_help_phone": _phone,
        "accent": _colour,
        "link_validity_hours": _validity,
        "collection_messages_a_week": _number(1, 21),
        "payment_data_days": _number(1, 365, needed=False),
        "sms_per_day": _number(0, MOST_SMS_A_DAY),
        "sms_countries": _countries,
    }
)
# The currency is chosen once: amounts were agreed on in it.
FOUNDING: Mapping[str, Rule] = MappingProxyType({**RULES, "currency": _one_of(CURRENCIES)})
