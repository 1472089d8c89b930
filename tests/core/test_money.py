"""Money: whole minor units in, exact decimals out."""

from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from core.money import CURRENCIES, Money, decimals_of

CODES = st.sampled_from(sorted(CURRENCIES))
MINOR = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [
        (125000, "EUR", "1250.00"),
        (1, "EUR", "0.01"),
        (0, "EUR", "0.00"),
        (-5, "NOK", "-0.05"),
        (1250, "JPY", "1250"),
        (1250, "TND", "1.250"),
    ],
)
def test_minor_units_are_exact_amounts(minor: int, currency: str, amount: str) -> None:
    assert str(Money(minor, currency).amount) == amount


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("0.004", 0), ("0.005", 1), ("0.015", 2), ("2.675", 268), ("-0.005", -1), ("1E+3", 100000)],
)
def test_amounts_are_rounded_half_up(amount: str, minor: int) -> None:
    assert Money.of(Decimal(amount), "EUR") == Money(minor, "EUR")


@given(MINOR, CODES)
def test_there_and_back_changes_nothing(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money


@given(MINOR, MINOR, CODES)
def test_sums_are_those_of_the_amounts(one: int, other: int, currency: str) -> None:
    total = Money(one, currency) + Money(other, currency)
    assert total.amount == Money(one, currency).amount + Money(other, currency).amount


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="two currencies"):
        Money(1, "EUR") + Money(1, "NOK")


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_decimals_are_those_of_iso_4217(currency: str) -> None:
    # CLDR shows these without decimals because nobody uses the coins; the standard keeps two.
    shown_without = {"HUF", "CZK", "ISK"}
    expected = 2 if currency in shown_without - {"ISK"} else get_currency_precision(currency)
    assert decimals_of(currency) == expected
