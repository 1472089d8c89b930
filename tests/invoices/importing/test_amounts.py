"""Amounts, as they stand in files."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.refusals import Refusal
from invoices.importing.amounts import (
    AmountUnreadable,
    CurrencyDiffers,
    DecimalSign,
    TooManyDecimals,
    amount_reader,
    amount_readings,
    minor_units,
    read_amount,
)

COMMA, POINT = DecimalSign.COMMA, DecimalSign.POINT


@pytest.mark.parametrize(
    ("text", "sign", "cents"),
    [
        ("1.234,56", COMMA, 123456),
        ("1,234.56", POINT, 123456),
        ("1 234,56", COMMA, 123456),
        ("1\u00a0234,56", COMMA, 123456),
        ("1\u202f234,56", COMMA, 123456),
        ("1'234.56", POINT, 123456),
        ("1’234.56", POINT, 123456),
        ("1234,5", COMMA, 123450),
        ("1.234", COMMA, 123400),
        ("1.234.567,8", COMMA, 123456780),
        ("1.234.567", COMMA, 123456700),
        ("0", COMMA, 0),
        (",50", COMMA, 50),
        ("€ 12,-", COMMA, 1200),
        ("€ 12,--", COMMA, 1200),
        ("12.-", POINT, 1200),
        ("€12,50", COMMA, 1250),
        ("12,50 €", COMMA, 1250),
        ("EUR 12,50", COMMA, 1250),
        ("12,50 eur", COMMA, 1250),
        ("-5,00", COMMA, -500),
        ("−5,00", COMMA, -500),
        ("5,00-", COMMA, -500),
        ("5,00 -", COMMA, -500),
        ("€ -5,00", COMMA, -500),
        ("-€ 5,00", COMMA, -500),
        ("(5.00)", POINT, -500),
        ("(€ 1.234,56)", COMMA, -123456),
        ("+5,00", COMMA, 500),
        ("55.9400", POINT, 5594),
    ],
)
def test_one_amount_in_many_forms(text: str, sign: DecimalSign, cents: int) -> None:
    assert read_amount(text, sign=sign, currency="EUR") == cents
    assert amount_reader(sign=sign, currency="EUR")(text) == cents


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1.25,00", AmountUnreadable),
        ("12.34", AmountUnreadable),
        ("1.2345,00", AmountUnreadable),
        ("1.234 567,00", AmountUnreadable),
        ("0.123", AmountUnreadable),
        ("1,2,3", AmountUnreadable),
        ("--5", AmountUnreadable),
        ("(-5)", AmountUnreadable),
        ("-5-", AmountUnreadable),
        ("1,2E+3", AmountUnreadable),
        ("€", AmountUnreadable),
        ("", AmountUnreadable),
        (",", AmountUnreadable),
        ("n.v.t.", AmountUnreadable),
        ("€ 5 EUR", AmountUnreadable),
        ("٣,٥٠", AmountUnreadable),
        ("12345678901234", AmountUnreadable),
        ("9" * 10_000, AmountUnreadable),
        ("1,234", TooManyDecimals),
        ("1,000", TooManyDecimals),
        ("1,2345", TooManyDecimals),
        ("$ 5,00", CurrencyDiffers),
        ("5,00 NOK", CurrencyDiffers),
        ("kr 5,00", CurrencyDiffers),
    ],
)
def test_what_is_no_amount_in_euros_with_a_comma_is_refused_by_name(
    text: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        read_amount(text, sign=COMMA, currency="EUR")
    with pytest.raises(refusal):
        amount_reader(sign=COMMA, currency="EUR")(text)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1200", "JPY", 1200),
        ("1200,00", "JPY", 1200),
        ("1,5", "TND", 1500),
        ("kr. 5,00", "DKK", 500),
        ("kr 5,00", "NOK", 500),
    ],
)
def test_each_currency_has_its_own_decimals_and_signs(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, sign=COMMA, currency=currency) == minor


def test_a_workbooks_number_is_exact_or_refused() -> None:
    assert minor_units(Decimal("1234.5"), currency="EUR") == 123450
    with pytest.raises(TooManyDecimals):
        minor_units(Decimal("1234.567"), currency="EUR")
    with pytest.raises(TooManyDecimals):
        minor_units(Decimal("0.5"), currency="JPY")
    with pytest.raises(AmountUnreadable):
        minor_units(Decimal("1E+20"), currency="EUR")


def grouped(cents: int, sign: DecimalSign, group: str) -> str:
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", group) + f"{sign}{part:02d}"


@given(
    st.integers(-(10**14), 10**14),
    st.sampled_from([(COMMA, "."), (COMMA, " "), (COMMA, ""), (POINT, ","), (POINT, "'"), (POINT, "")]),
)
def test_every_amount_is_read_back_as_written(cents: int, form: tuple[DecimalSign, str]) -> None:
    sign, group = form
    text = grouped(cents, sign, group)
    assert read_amount(text, sign=sign, currency="EUR") == cents
    assert amount_reader(sign=sign, currency="EUR")(text) == cents
    assert amount_readings(text)[sign] == Decimal(cents) / 100


@given(st.text(alphabet="0123456789.,-+ '()€$krEUR", max_size=20))
def test_the_quick_way_and_the_long_way_say_the_same(text: str) -> None:
    for sign in DecimalSign:
        try:
            expected: object = read_amount(text, sign=sign, currency="EUR")
        except Refusal as refusal:
            expected = type(refusal)
        try:
            found: object = amount_reader(sign=sign, currency="EUR")(text)
        except Refusal as refusal:
            found = type(refusal)
        assert found == expected


@given(st.text(alphabet="0123456789.,", max_size=12))
def test_a_sign_that_can_read_an_amount_is_among_its_readings(text: str) -> None:
    for sign in DecimalSign:
        try:
            cents = read_amount(text, sign=sign, currency="EUR")
        except Refusal:
            continue
        assert amount_readings(text)[sign] == Decimal(cents) / 100
