"""E-mail addresses and telephone numbers, as people type them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.refusals import Refusal
from invoices.importing.contacts import EmailUnreadable, Phone, PhoneUnreadable, email_address, phone_number


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("info@devlijt.example", "info@devlijt.example"),
        (" Info@DeVlijt.EXAMPLE ", "Info@devlijt.example"),
        ("mailto:info@devlijt.example", "info@devlijt.example"),
        ("jan.de-vries+facturen@post.example", "jan.de-vries+facturen@post.example"),
        ("o'brien@post.example", "o'brien@post.example"),
    ],
)
def test_addresses_are_kept_with_their_domain_in_lower_case(typed: str, stored: str) -> None:
    assert email_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "geen",
        "@",
        "a@",
        "@b.example",
        "a@b",
        "a b@c.example",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a..b@c.example",
        ".a@c.example",
        "a@-c.example",
        "a@localhost",
        "a@b.example\nBcc: c@d.example",
        "a@b.example\x00",
        "Jan <jan@post.example>",
        f"{'a' * 65}@b.example",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.example",
    ],
)
def test_what_is_not_one_address_is_refused(typed: str) -> None:
    with pytest.raises(EmailUnreadable):
        email_address(typed)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    try:
        assert email_address(typed).count("@") >= 1
    except EmailUnreadable:
        return


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("0475/00.00.00", "BE", "+32475000000"),
        ("06 1234 5678", "NL", "+31612345678"),
        ("06-12345678", "NL", "+31612345678"),
        ("0031/600.000.000", "BE", "+31600000000"),
        ("0031 6 12345678", "NO", "+31612345678"),
        ("+31 (0)6 1234 5678", "BE", "+31612345678"),
        ("400 00 000", "NO", "+4740000000"),
        ("0170 1234567", "DE", "+491701234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_mobile_numbers_in_national_notation_take_sms(typed: str, country: str, stored: str) -> None:
    assert phone_number(typed, country=country, mobile=True) == Phone(stored, takes_sms=True)


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("012/00.00.00", "BE", "+3212000000"),
        ("020 123 4567", "NL", "+31201234567"),
        ("22 00 00 00", "NO", "+4722000000"),
    ],
)
@pytest.mark.parametrize("mobile", [True, False])
def test_fixed_lines_take_no_sms_whatever_their_column_is_called(
    typed: str, country: str, stored: str, mobile: bool
) -> None:
    assert phone_number(typed, country=country, mobile=mobile) == Phone(stored, takes_sms=False)


def test_a_mobile_number_in_the_column_for_telephones_takes_sms() -> None:
    assert phone_number("06 1234 5678", country="NL", mobile=False).takes_sms


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("geen", "NL"),
        ("06 1234 56", "NL"),
        ("06 1234 56789", "NL"),
        ("0475/00.00", "BE"),
        ("+999 1234567", "NL"),
        ("06 1234 5678 of 06 8765 4321", "NL"),
        ("06 1234 5678 ext. 12", "NL"),
        ("1" * 300, "NL"),
        ("112", "NL"),
        ("0", "NL"),
    ],
)
def test_numbers_that_cannot_exist_are_refused(typed: str, country: str) -> None:
    with pytest.raises(PhoneUnreadable):
        phone_number(typed, country=country, mobile=True)


@given(st.text(alphabet="0123456789+/-. ()ext", max_size=30))
def test_any_text_is_a_number_or_refused(typed: str) -> None:
    try:
        found = phone_number(typed, country="NL", mobile=True)
    except Refusal:
        return
    assert found.number.startswith("+")
    assert found.number[1:].isdecimal()
    assert len(found.number) <= 18


def _as_read(typed: str) -> Phone | None:
    try:
        return phone_number(typed, country="BE", mobile=True)
    except PhoneUnreadable:
        return None


def _spaced(number: str) -> str:
    """Return the number as a person writes it, which is read by libphonenumber's own parser."""
    return f"{number[:-2]} {number[-2:]}"


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_number_written_in_full_is_read_as_the_parser_reads_it(region: str) -> None:
    examples = [phonenumbers.example_number_for_type(region, sort) for sort in range(11)]
    written = [f"+{example.country_code}{example.national_number}" for example in examples if example]
    # With the prefix of calls within the country, which many people leave standing behind the code.
    prefixed = [f"+{example.country_code}0{example.national_number}" for example in examples if example]
    assert written
    for number in written + prefixed:
        assert _as_read(number) == _as_read(_spaced(number)), number


@given(st.integers(10**6, 10**15 - 1))
def test_any_digits_behind_a_plus_are_read_as_the_parser_reads_them(digits: int) -> None:
    assert _as_read(f"+{digits}") == _as_read(_spaced(f"+{digits}"))
