"""E-mail addresses and telephone numbers, as typed by people, into the one form that is stored."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberType,
)

from core.refusals import N_, Refusal


class EmailUnreadable(Refusal):
    """The text is not one e-mail address."""

    sentence = N_("This is not an e-mail address.")


class PhoneUnreadable(Refusal):
    """The text is not a number that can exist in its country."""

    sentence = N_(
        "This is not a phone number of this country (%(country)s). For another, begin with + or 00."
    )


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in E.164, and whether an SMS can reach it."""

    number: str
    takes_sms: bool


_SIMPLE_LOCAL_PART = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*", re.ASCII)
_E164 = re.compile(r"\+([1-9]\d{6,14})", re.ASCII)
_LONGEST_LOCAL_PART = 64
_LONGEST = 254
_MOBILE_TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def email_address(text: str) -> str:
    """Return the address, its domain in lower case. No name server is asked. Refuses `EmailUnreadable`.

    Checked by email-validator; the answer for a domain is kept, for most addresses of a file share a few.
    """
    text = text.strip().removeprefix("mailto:")
    local, _, domain = text.rpartition("@")
    if len(local) <= _LONGEST_LOCAL_PART and _SIMPLE_LOCAL_PART.fullmatch(local):
        known = _domain(domain)
        if known is None or len(local) + 1 + len(known) > _LONGEST:
            raise EmailUnreadable
        return f"{local}@{known}"
    return _validated(text)


def phone_number(text: str, *, country: str, mobile: bool) -> Phone:
    """Return a number written nationally or internationally: 0475/00.00.00, 06 1234 5678, 0031/600.000.000.

    `country` (ISO 3166-1) is where a national number is dialled. `mobile` says that the text stands as a
    mobile number: one whose range libphonenumber does not know is then believed to take SMS if its length is
    right. Refuses `PhoneUnreadable`.
    """
    number = _in_full(text) or _parsed(text, country)
    sort = phonenumbers.number_type(number)
    takes_sms = sort in _MOBILE_TYPES
    if sort == PhoneNumberType.UNKNOWN:
        # Only now does the length have to tell: that takes as long as all the rest.
        as_mobile = phonenumbers.is_possible_number_for_type(number, PhoneNumberType.MOBILE)
        as_fixed = phonenumbers.is_possible_number_for_type(number, PhoneNumberType.FIXED_LINE)
        if not (as_mobile or (as_fixed and not mobile)):
            raise PhoneUnreadable(country=country)
        takes_sms = mobile and as_mobile
    if number.extension:
        raise PhoneUnreadable(country=country)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(number=written, takes_sms=takes_sms)


def _in_full(text: str) -> PhoneNumber | None:
    """Read a number that is + and digits alone, which needs no search by the parser; None for any other.

    Many exports write so, and the parser takes three times as long for it.
    """
    match = _E164.fullmatch(text)
    if match is None:
        return None
    digits = match[1]
    for end in (1, 2, 3):
        code, national = int(digits[:end]), digits[end:]
        if code in COUNTRY_CODE_TO_REGION_CODE:
            within = _prefix_within(code)
            # A prefix of calls within the country, or a zero that belongs to the number: the parser knows.
            told = national.startswith("0") or (within is not None and within.match(national))
            return None if told else PhoneNumber(country_code=code, national_number=int(national))
    return None


@lru_cache(maxsize=300)
def _prefix_within(code: int) -> re.Pattern[str] | None:
    region = phonenumbers.region_code_for_country_code(code)
    known = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = known and known.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None


def _parsed(text: str, country: str) -> PhoneNumber:
    try:
        # 00 is how + is dialled in all of Europe, but not in every country a row may name.
        return phonenumbers.parse(re.sub(r"^\s*00(?=[1-9])", "+", text), country)
    except NumberParseException as error:
        raise PhoneUnreadable(country=country) from error


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str | None:
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).domain
    except EmailNotValidError:
        return None


def _validated(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        raise EmailUnreadable from error
