"""Dates, as they stand in files."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.refusals import Refusal
from invoices.importing.dates import (
    DateImpossible,
    DateOrder,
    DateUnreadable,
    YearTooShort,
    YearUnlikely,
    date_readings,
    has_two_digit_year,
    read_date,
)

DAYS = st.dates(date(1970, 1, 1), date(2099, 12, 31))
FORMS = {DateOrder.DMY: "{0.day}{1}{0.month}{1}{0.year}", DateOrder.MDY: "{0.month}{1}{0.day}{1}{0.year}"}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("5-11-2026", DateOrder.DMY),
        ("05/11/2026", DateOrder.DMY),
        ("05.11.2026", DateOrder.DMY),
        ("5. 11. 2026", DateOrder.DMY),
        (" 05 11 2026 ", DateOrder.DMY),
        ("05112026", DateOrder.DMY),
        ("05-11-2026 00:00:00", DateOrder.DMY),
        ("11/5/2026", DateOrder.MDY),
        ("11/5/2026 12:00:00 AM", DateOrder.MDY),
        ("2026-11-05", DateOrder.YMD),
        ("2026-11-05T23:59:59.123Z", DateOrder.YMD),
        ("2026/11/5", DateOrder.YMD),
        ("20261105", DateOrder.YMD),
    ],
)
def test_one_day_in_many_forms(text: str, order: DateOrder) -> None:
    assert read_date(text, order=order) == date(2026, 11, 5)


@pytest.mark.parametrize("order", list(DateOrder))
def test_a_year_of_four_digits_in_front_speaks_for_itself(order: DateOrder) -> None:
    assert read_date("2026-11-05", order=order) == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("31-02-2026", DateImpossible),
        ("29-02-2025", DateImpossible),
        ("00-01-2026", DateImpossible),
        ("1-13-2026", DateImpossible),
        ("5-11-26", YearTooShort),
        ("5-11-1969", YearUnlikely),
        ("5-11-2100", YearUnlikely),
        ("5-11-226", DateUnreadable),
        ("5-11", DateUnreadable),
        ("vandaag", DateUnreadable),
        ("45000", DateUnreadable),
        ("5-11-2026 en meer", DateUnreadable),
        ("٥-١١-٢٠٢٦", DateUnreadable),
        ("", DateUnreadable),
        ("1" * 10_000, DateUnreadable),
    ],
)
def test_what_is_no_date_is_refused_by_name(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_date(text, order=DateOrder.DMY)


def test_the_leap_day_exists_every_fourth_year() -> None:
    assert read_date("29-02-2028", order=DateOrder.DMY) == date(2028, 2, 29)


def test_two_digits_of_a_year_are_read_only_when_somebody_said_so() -> None:
    assert read_date("5-11-26", order=DateOrder.DMY, two_digit_years=True) == date(2026, 11, 5)
    assert read_date("26-11-05", order=DateOrder.YMD, two_digit_years=True) == date(2026, 11, 5)
    assert has_two_digit_year("5-11-26")
    assert not has_two_digit_year("5-11-2026")
    assert not has_two_digit_year("2026-11-05")


@given(DAYS, st.sampled_from([DateOrder.DMY, DateOrder.MDY]), st.sampled_from(["-", "/", ".", " "]))
def test_every_day_written_in_an_order_is_read_back_in_it(day: date, order: DateOrder, sign: str) -> None:
    text = FORMS[order].format(day, sign)
    assert read_date(text, order=order) == day
    assert date_readings(text)[order] == day


@given(DAYS)
def test_iso_dates_mean_the_same_in_each_order(day: date) -> None:
    assert date_readings(day.isoformat()) == dict.fromkeys(DateOrder, day)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused_by_name(text: str) -> None:
    for order in DateOrder:
        try:
            assert 1970 <= read_date(text, order=order, two_digit_years=True).year <= 2099
        except Refusal:
            continue
