"""Costs of reminders and collection: published examples, both sides of every edge, and what always holds."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.costs import (
    Charge,
    collection_cost,
    fee,
    penalty_cap,
    recovery_sum,
    reminder_cost_cap,
)
from core.law.rows import LawSilent, Segment
from core.law.shelf import shipped
from core.money import Money

DAY = date(2026, 11, 21)
CONSUMER, BUSINESS = Segment.CONSUMER, Segment.BUSINESS
AMOUNTS = st.decimals(min_value=0, max_value=5_000_000, places=2)


def dutch(*principals: str | Decimal, adds_vat: bool = False) -> Decimal:
    return collection_cost(
        book=shipped(),
        country="NL",
        segment=CONSUMER,
        on=DAY,
        principals=[Decimal(one) for one in principals],
        adds_vat=adds_vat,
    ).amount


def belgian(balance: str | Decimal) -> Decimal:
    charge = penalty_cap(book=shipped(), country="BE", segment=CONSUMER, on=DAY, balance=Decimal(balance))
    return charge.amount


@pytest.mark.parametrize(
    ("principal", "cost"),
    [
        ("0", "0"),
        ("0.01", "40.00"),
        ("125", "40.00"),
        # The minimum is left at 266.67.
        ("266.66", "40.00"),
        ("266.69", "40.00"),
        ("266.70", "40.01"),
        ("300", "45.00"),
        ("1000", "150.00"),
        ("2499.99", "375.00"),
        ("2500", "375.00"),
        ("2500.10", "375.01"),
        ("2510", "376.00"),
        ("4999.90", "624.99"),
        ("5000", "625.00"),
        ("5000.20", "625.01"),
        ("9999.80", "874.99"),
        ("10000", "875.00"),
        ("10001", "875.01"),
        ("23000", "1005.00"),
        ("199999", "2774.99"),
        ("200000", "2775.00"),
        ("200002", "2775.01"),
        ("999998", "6774.99"),
        ("1000000", "6775.00"),
        ("1000002", "6775.00"),
        ("50000000", "6775.00"),
    ],
)
def test_the_dutch_scale(principal: str, cost: str) -> None:
    assert dutch(principal) == Decimal(cost)


def test_dutch_claims_are_added_up_before_the_scale() -> None:
    assert dutch("125", "175") == Decimal("45.00")
    assert dutch("1250", "1250", "10") == Decimal("376.00")


def test_vat_comes_on_top_for_who_cannot_reclaim_it() -> None:
    assert dutch("125", adds_vat=True) == Decimal("48.40")
    assert dutch("1000000", adds_vat=True) == Decimal("8197.75")
    charge = collection_cost(
        book=shipped(), country="NL", segment=CONSUMER, on=DAY, principals=[Decimal(125)], adds_vat=True
    )
    rows = ("nl.collection_cost.2012", "nl.vat.2012")
    assert charge == Charge(Decimal("48.40"), "EUR", rows, includes_vat=True)
    assert charge.money == Money(4840, "EUR")


@given(st.lists(AMOUNTS, max_size=5), AMOUNTS)
def test_more_principal_never_costs_less_and_stays_between_the_bounds(
    principals: list[Decimal], more: Decimal
) -> None:
    cost, higher = dutch(*principals), dutch(*principals, more)
    assert cost <= higher <= Decimal("6775.00")
    assert cost == (0 if not sum(principals) else max(cost, Decimal("40.00")))
    assert dutch(sum(principals, start=Decimal(0))) == cost


@pytest.mark.parametrize(
    ("balance", "most"),
    [
        ("0", "0"),
        ("0.01", "20.00"),
        ("150", "20.00"),
        ("150.01", "30.00"),
        ("150.10", "30.01"),
        ("300", "45.00"),
        ("499.90", "64.99"),
        ("500", "65.00"),
        ("500.01", "65.00"),
        ("500.20", "65.01"),
        ("1000", "90.00"),
        ("39199.80", "1999.99"),
        ("39199.99", "1999.99"),
        ("39200", "2000.00"),
        ("39200.20", "2000.00"),
        ("1000000", "2000.00"),
    ],
)
def test_the_cap_of_a_belgian_penalty_clause(balance: str, most: str) -> None:
    assert belgian(balance) == Decimal(most)


@given(AMOUNTS, AMOUNTS)
def test_a_belgian_cap_grows_with_the_balance_up_to_its_maximum(balance: Decimal, more: Decimal) -> None:
    assert belgian(balance) <= belgian(balance + more) <= Decimal("2000.00")
    assert belgian(balance) == belgian(balance).quantize(Decimal("0.01"))


def reminder(*, before: int, this_year: int | None, postage: str = "1.85") -> Decimal:
    return reminder_cost_cap(
        book=shipped(),
        country="BE",
        segment=CONSUMER,
        on=DAY,
        reminders_before=before,
        due_dates_reminded_this_year=this_year,
        postage=Decimal(postage),
    ).amount


def test_the_first_belgian_reminder_is_free_and_the_next_is_capped() -> None:
    assert reminder(before=0, this_year=None) == 0
    assert reminder(before=1, this_year=None) == Decimal("9.35")
    assert reminder(before=1, this_year=None, postage="0") == Decimal("7.50")


@pytest.mark.parametrize(("this_year", "most"), [(0, "0"), (1, "0"), (2, "0"), (3, "9.35"), (11, "9.35")])
def test_regular_deliveries_have_three_free_due_dates_a_year(this_year: int, most: str) -> None:
    assert reminder(before=0, this_year=this_year) == Decimal(most)
    assert reminder(before=1, this_year=this_year) == Decimal("9.35")


def norwegian(
    kind: str, *, sent_on: date = DAY, days: int = 14, before: int = 0
) -> tuple[Decimal, tuple[str, ...]]:
    charge = fee(
        book=shipped(),
        country="NO",
        segment=CONSUMER,
        kind=kind,
        due_on=sent_on - timedelta(days=days),
        sent_on=sent_on,
        charged_before=before,
    )
    assert charge.currency == "NOK"
    return charge.amount, charge.rows


@pytest.mark.parametrize(
    ("kind", "sent_on", "amount"),
    [
        ("reminder", date(2025, 12, 31), "35.00"),
        ("reminder", date(2026, 1, 1), "37.00"),
        ("notice", date(2025, 12, 31), "35.00"),
        ("notice", date(2026, 1, 1), "37.00"),
        ("demand", date(2025, 12, 31), "105.00"),
        ("demand", date(2026, 1, 1), "112.00"),
    ],
)
def test_norwegian_fees_follow_the_unit_of_their_year(kind: str, sent_on: date, amount: str) -> None:
    year = sent_on.year
    assert norwegian(kind, sent_on=sent_on) == (
        Decimal(amount),
        (f"no.fee.{kind}", f"no.inkassosats.{year}", "no.fee_rounding"),
    )


def test_a_norwegian_fee_waits_fourteen_days_and_is_charged_twice_at_most() -> None:
    assert norwegian("reminder", days=13)[0] == 0
    assert norwegian("reminder", days=14)[0] > 0
    assert [norwegian("reminder", before=before)[0] > 0 for before in range(4)] == [True, True, False, False]
    assert norwegian("notice", before=2)[0] == 0
    assert norwegian("demand", before=1)[0] == 0


def test_a_late_business_owes_forty_euro_and_a_consumer_nothing() -> None:
    for country in ("NL", "BE", "DE"):
        charge = recovery_sum(book=shipped(), country=country, segment=BUSINESS, on=DAY)
        assert (charge.amount, charge.currency) == (Decimal("40.00"), "EUR")
        with pytest.raises(LawSilent):
            recovery_sum(book=shipped(), country=country, segment=CONSUMER, on=DAY)
    with pytest.raises(LawSilent):
        recovery_sum(book=shipped(), country="CH", segment=BUSINESS, on=DAY)


def test_the_norwegian_compensation_has_its_own_days() -> None:
    def compensation(on: date) -> Decimal:
        return recovery_sum(book=shipped(), country="NO", segment=BUSINESS, on=on).amount

    assert compensation(date(2025, 6, 30)) == Decimal(470)
    assert compensation(date(2026, 1, 1)) == Decimal(460)
    with pytest.raises(LawSilent):
        compensation(date(2026, 7, 1))


def test_no_law_is_carried_over_a_border() -> None:
    with pytest.raises(LawSilent):
        penalty_cap(book=shipped(), country="NL", segment=CONSUMER, on=DAY, balance=Decimal(100))
    with pytest.raises(LawSilent):
        penalty_cap(book=shipped(), country="BE", segment=BUSINESS, on=DAY, balance=Decimal(100))
    with pytest.raises(LawSilent):
        collection_cost(
            book=shipped(), country="NL", segment=CONSUMER, on=date(2012, 6, 30), principals=[Decimal(100)]
        )


def test_less_than_nothing_is_no_principal() -> None:
    with pytest.raises(ValueError, match="never less than nothing"):
        dutch("-0.01")
