"""What all values together tell about a file's dates and amounts, and what they leave open."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.importing.evidence import Verdict
from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.matching import Matching
from invoices.importing.profiles import (
    DateOrderUndecided,
    DecimalSignUndecided,
    Profile,
    TwoDigitYearsUndecided,
    profile,
)
from invoices.importing.tables import DESK_LIMITS
from tests.invoices.importing.made_files import opened, workbook

COLUMNS = Matching(FileKind.INVOICES, {0: "invoiced_on", 1: "due_on", 2: "amount"})


def profiled(folder: Path, *lines: str) -> Profile:
    return profile(table=opened(folder, "\n".join(["Datum;Vervaldatum;Bedrag", *lines])), matching=COLUMNS)


def test_one_day_beyond_the_twelfth_decides_for_the_whole_file(tmp_path: Path) -> None:
    lines = ["5-11-2026;6-11-2026;1,00"] * 5_000
    found = profiled(tmp_path, *lines, "5-11-2026;13-11-2026;1,00", *lines).dates
    assert (found.verdict, found.choice) == (Verdict.CLEAR, DateOrder.DMY)
    assert found.samples == {DateOrder.DMY: ("13-11-2026",)}


def test_months_in_front_are_found_as_well(tmp_path: Path) -> None:
    assert profiled(tmp_path, "1/26/2013;2/2/2013;55.94").dates.choice == DateOrder.MDY


def test_dates_that_could_be_read_both_ways_are_left_to_a_person(tmp_path: Path) -> None:
    found = profiled(tmp_path, "5-11-2026;6-12-2026;1,00", "1-2-2026;5-5-2026;1,00")
    assert (found.dates.verdict, found.dates.choice) == (Verdict.AMBIGUOUS, None)
    assert set(found.dates.samples) == {DateOrder.DMY, DateOrder.MDY}
    with pytest.raises(DateOrderUndecided):
        found.formats(country="NL", currency="EUR")
    assert found.formats(country="NL", currency="EUR", date_order=DateOrder.DMY).date_order == DateOrder.DMY


def test_dates_that_speak_for_both_ways_are_left_to_a_person(tmp_path: Path) -> None:
    found = profiled(tmp_path, "13-11-2026;11-14-2026;1,00").dates
    assert (found.verdict, found.choice) == (Verdict.CONFLICTING, None)
    assert found.samples == {DateOrder.DMY: ("13-11-2026",), DateOrder.MDY: ("11-14-2026",)}


def test_dates_that_mean_the_same_both_ways_need_no_choice(tmp_path: Path) -> None:
    assert profiled(tmp_path, "5-5-2026;2026-11-06;1,00").dates.verdict == Verdict.NO_MATTER


def test_an_impossible_date_decides_nothing(tmp_path: Path) -> None:
    assert profiled(tmp_path, "31-02-2026;5-6-2026;1,00").dates.verdict == Verdict.AMBIGUOUS


def test_years_of_two_digits_are_left_to_a_person(tmp_path: Path) -> None:
    found = profiled(tmp_path, "25-11-26;31-12-26;1,00")
    assert found.two_digit_years
    with pytest.raises(TwoDigitYearsUndecided):
        found.formats(country="NL", currency="EUR", date_order=DateOrder.DMY)
    formats = found.formats(country="NL", currency="EUR", date_order=DateOrder.DMY, two_digit_years=True)
    assert formats.two_digit_years


@pytest.mark.parametrize(
    ("amounts", "verdict", "sign"),
    [
        (["1.234", "12,50"], Verdict.CLEAR, DecimalSign.COMMA),
        (["1.234", "12.50"], Verdict.CLEAR, DecimalSign.POINT),
        (["1,234", "1,234,567"], Verdict.CLEAR, DecimalSign.POINT),
        (["1.234,56"], Verdict.CLEAR, DecimalSign.COMMA),
        (["12,-"], Verdict.CLEAR, DecimalSign.COMMA),
        (["0.123"], Verdict.CLEAR, DecimalSign.POINT),
        (["1.234", "5"], Verdict.AMBIGUOUS, None),
        (["1,234", "n.v.t."], Verdict.AMBIGUOUS, None),
        (["1,50", "1.50"], Verdict.CONFLICTING, None),
        (["12", "1 234", ""], Verdict.NO_MATTER, DecimalSign.COMMA),
    ],
)
def test_the_decimal_sign_is_found_or_left_to_a_person(
    tmp_path: Path, amounts: list[str], verdict: Verdict, sign: DecimalSign | None
) -> None:
    found = profiled(tmp_path, *(f"13-11-2026;14-11-2026;{amount}" for amount in amounts))
    assert (found.decimals.verdict, found.decimals.choice) == (verdict, sign)
    if sign is None:
        with pytest.raises(DecimalSignUndecided):
            found.formats(country="NL", currency="EUR")
    else:
        assert found.formats(country="NL", currency="EUR").decimal_sign == sign


def test_a_workbooks_own_dates_and_numbers_need_no_guess(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["a", "b", "c"], [date(2026, 11, 5), date(2026, 11, 6), Decimal("1234.5")]])
    found = profile(table=open_table(path=path, limits=DESK_LIMITS), matching=COLUMNS)
    assert (found.rows, found.dates.verdict, found.decimals.verdict) == (
        1,
        Verdict.NO_MATTER,
        Verdict.NO_MATTER,
    )


def test_columns_that_are_left_out_decide_nothing(tmp_path: Path) -> None:
    table = opened(tmp_path, "Datum;Besteld;Bedrag;Korting\n5-6-2026;13-11-2026;1.234;1,50\n")
    found = profile(table=table, matching=Matching(FileKind.INVOICES, {0: "invoiced_on", 2: "amount"}))
    assert (found.dates.verdict, found.decimals.verdict) == (Verdict.AMBIGUOUS, Verdict.AMBIGUOUS)


def test_what_is_chosen_where_it_does_not_matter_can_read_every_value(tmp_path: Path) -> None:
    found = profiled(tmp_path, "5-5-2026;6-6-2026;1,00", "7-7-2026;8-8-2026;1,00").dates
    assert (found.verdict, found.choice) == (Verdict.NO_MATTER, DateOrder.DMY)
