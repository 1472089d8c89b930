"""Interest: two lines of a real ledger, changing rates, frozen days, and a rate nobody knows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.interest import (
    Interest,
    Rate,
    Span,
    first_interest_day,
    plan_freeze,
    rates_of,
    simple_interest,
)
from core.law.rows import LawSilent, Segment
from core.law.shelf import shipped

LEDGER = (Rate(Decimal("10.5"), date(2000, 1, 1), None, "ledger"),)
APRIL = date(2023, 4, 25)
CONSUMER = Segment.CONSUMER


def interest(principal: str, from_on: date, until_on: date, *frozen: Span) -> Interest:
    return simple_interest(
        principal=Decimal(principal), rates=LEDGER, from_on=from_on, until_on=until_on, frozen=frozen
    )


def test_the_two_lines_of_a_real_ledger() -> None:
    first = interest("1250.00", date(2022, 11, 25), APRIL)
    second = interest("1500.00", date(2023, 2, 10), APRIL)
    assert (first.amount, first.days, first.rows) == (Decimal("54.30"), 151, ("ledger",))
    assert (second.amount, second.days, second.rows) == (Decimal("31.93"), 74, ("ledger",))
    total = Decimal("2750.00") + first.amount + second.amount + Decimal("150.00") - Decimal("1500.00")
    assert total == Decimal("1486.23")


def test_half_a_cent_goes_up_and_less_goes_down() -> None:
    rate = (Rate(Decimal("36.5"), date(2000, 1, 1), None, "half"),)
    assert simple_interest(
        principal=Decimal(5), rates=rate, from_on=APRIL, until_on=APRIL + timedelta(days=1)
    ).amount == Decimal("0.01")
    assert simple_interest(
        principal=Decimal("4.99"), rates=rate, from_on=APRIL, until_on=APRIL + timedelta(days=1)
    ).amount == Decimal("0.00")


def test_a_leap_year_has_366_days_over_365() -> None:
    found = interest("36500.00", date(2023, 12, 31), date(2024, 12, 31))
    assert (found.days, found.amount) == (366, Decimal("3843.00"))


def test_each_day_has_the_rate_of_that_day() -> None:
    rates = rates_of(book=shipped(), country="NL", segment=Segment.BUSINESS)
    found = simple_interest(
        principal=Decimal("36500.00"), rates=rates, from_on=date(2024, 6, 29), until_on=date(2024, 7, 2)
    )
    # One day at 12.5 and two at 12.25 percent: on 36,500 each percent is one a day.
    assert found.amount == Decimal("12.5") + 2 * Decimal("12.25")
    assert found.rows == ("nl.interest.commercial.2024-1", "nl.interest.commercial.2024-2")


def test_a_day_without_a_known_rate_is_refused_not_guessed() -> None:
    rates = rates_of(book=shipped(), country="NO", segment=CONSUMER)
    assert [rate.percent for rate in rates] == [Decimal("12.5"), Decimal("12.00")]
    with pytest.raises(LawSilent) as refused:
        simple_interest(
            principal=Decimal(100), rates=rates, from_on=date(2025, 6, 29), until_on=date(2025, 7, 1)
        )
    assert refused.value.values["on"] == "2025-07-01"


def test_rates_that_nobody_checked_are_not_used() -> None:
    percents = [rate.row for rate in rates_of(book=shipped(), country="NL", segment=CONSUMER)]
    assert percents == ["nl.interest.consumer.2024"]


def test_no_days_bear_no_interest() -> None:
    nothing = Interest(Decimal("0.00"), 0, ())
    assert interest("100", APRIL, APRIL) == nothing
    assert interest("100", APRIL, APRIL - timedelta(days=3)) == nothing


def test_frozen_days_bear_none() -> None:
    start = APRIL - timedelta(days=10)
    assert interest("100", start, APRIL, Span(APRIL - timedelta(days=4), None)).days == 5
    assert interest("100", start, APRIL, Span(APRIL - timedelta(days=4), APRIL)).days == 6
    assert interest("100", start, APRIL, Span(start, start + timedelta(days=3))).days == 8
    assert interest("100", start, APRIL, Span(start, None)).days == 0
    assert interest("100", start, APRIL, Span(APRIL + timedelta(days=1), None)).days == 10
    overlapping = (Span(APRIL - timedelta(days=6), APRIL - timedelta(days=2)),) * 2
    assert interest("100", start, APRIL, *overlapping).days == 6


@pytest.mark.parametrize(
    ("decided_after", "frozen"),
    [(None, True), (29, False), (30, False), (31, False), (32, True), (90, True)],
)
def test_a_belgian_plan_nobody_decides_on_stops_the_interest(decided_after: int | None, frozen: bool) -> None:
    asked = date(2026, 3, 1)
    decided = None if decided_after is None else asked + timedelta(days=decided_after)
    found = plan_freeze(
        book=shipped(), country="BE", segment=CONSUMER, requested_on=asked, decided_on=decided
    )
    assert found == (Span(date(2026, 4, 1), decided) if frozen else None)


def test_elsewhere_a_plan_freezes_nothing() -> None:
    for country, segment in (("NL", CONSUMER), ("BE", Segment.BUSINESS)):
        assert (
            plan_freeze(book=shipped(), country=country, segment=segment, requested_on=APRIL, decided_on=None)
            is None
        )


def test_interest_starts_after_the_term_in_belgium_and_after_the_due_date_elsewhere() -> None:
    def first(
        country: str, segment: Segment, reminded_on: date | None, first_cost_on: date | None
    ) -> date | None:
        return first_interest_day(
            book=shipped(),
            country=country,
            segment=segment,
            due_on=date(2026, 11, 1),
            reminded_on=reminded_on,
            first_cost_on=first_cost_on,
        )

    reminded, cost = date(2026, 11, 23), date(2026, 12, 8)
    assert first("BE", CONSUMER, None, None) is None
    assert first("BE", CONSUMER, reminded, cost) == cost
    assert first("BE", Segment.BUSINESS, reminded, cost) == date(2026, 11, 2)
    assert first("NL", CONSUMER, reminded, cost) == date(2026, 11, 2)


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=1_000_000, places=2),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(0, 300),
)
def test_waiting_longer_never_owes_less_and_freezing_never_more(
    principal: Decimal, start: date, days: int, more: int, frozen: int
) -> None:
    until = start + timedelta(days=days)
    whole = interest(str(principal), start, until)
    assert whole.days == days
    assert whole.amount <= interest(str(principal), start, until + timedelta(days=more)).amount
    pause = Span(start + timedelta(days=30), start + timedelta(days=30 + frozen))
    paused = interest(str(principal), start, until, pause)
    assert paused.amount <= whole.amount
    assert whole.days - frozen <= paused.days <= whole.days
