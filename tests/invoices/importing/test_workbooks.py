"""Excel workbooks, as spreadsheet programs write them."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from invoices.importing.files import open_table
from invoices.importing.refusals import CellTooLong, FileIsEmpty, FileUnreadable, TooManyRows, WrongKindOfFile
from invoices.importing.tables import DESK_LIMITS, Limits
from tests.invoices.importing.made_files import inline, members, packed, rows_read, workbook, written


def test_whole_numbers_are_text_without_a_point(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Nr", "Bedrag"], [611365.0, -5], ["0000611365", 0]])
    assert rows_read(path) == [(2, ["611365", "-5"]), (3, ["0000611365", "0"])]


def test_numbers_with_decimals_are_numbers_without_the_noise_of_their_binary_form(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Bedrag"], [1234.5600000000002], [0.1 + 0.2]])
    assert rows_read(path) == [(2, [Decimal("1234.56")]), (3, [Decimal("0.3")])]


def test_dates_are_dates_whatever_their_format_and_lose_their_time(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 5, 13, 4)  # noqa: DTZ001 - a cell knows no zone
    path = workbook(tmp_path, [["Datum"], [date(2026, 11, 5)], [moment]], dates="m/d/yy hh:mm")
    assert rows_read(path) == [(2, [date(2026, 11, 5)]), (3, [date(2026, 11, 5)])]


def test_rows_keep_their_numbers_below_blank_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, [[], ["", "A", "B"], [], ["", "1", "2"], ["", " ", ""], ["", "3", "4"]])
    table = open_table(path=path, limits=DESK_LIMITS)
    assert (table.header, list(table.rows())) == (("A", "B"), [(4, ["1", "2"]), (6, ["3", "4"])])


def test_numbers_with_more_digits_than_a_spreadsheet_keeps_are_no_text(tmp_path: Path) -> None:
    assert rows_read(workbook(tmp_path, [["Nr"], [1234567890123456]])) == [
        (2, [Decimal("1.23456789012346E+15")])
    ]


def test_the_first_visible_sheet_that_holds_something_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden = book.add_worksheet("Hidden")
        hidden.write(0, 0, "secret")
        book.add_worksheet("Empty").activate()
        hidden.hide()
        book.add_worksheet("Invoices").write_column(0, 0, ["Nr", "1"])
    table = open_table(path=path, limits=DESK_LIMITS)
    assert (table.layout.sheet, table.header, list(table.rows())) == ("Invoices", ("Nr",), [(2, ["1"])])


@pytest.mark.parametrize("rows", [[], [["Nr", "Bedrag"]], [["Nr"], [" "]]])
def test_a_workbook_without_rows_is_empty(tmp_path: Path, rows: list[list[object]]) -> None:
    with pytest.raises(FileIsEmpty):
        open_table(path=workbook(tmp_path, rows), limits=DESK_LIMITS)


def test_a_workbook_has_as_many_rows_as_the_limit_and_not_one_more(tmp_path: Path) -> None:
    limits = Limits(rows=5)
    assert len(rows_read(workbook(tmp_path, [["Nr"], *[[1]] * 5]), limits)) == 5
    with pytest.raises(TooManyRows):
        open_table(path=workbook(tmp_path, [["Nr"], *[[1]] * 6]), limits=limits)


def test_a_cell_longer_than_excel_allows_is_refused(tmp_path: Path) -> None:
    path = packed(
        tmp_path,
        members(f'<row r="1">{inline("A1", "Nr")}</row><row r="2">{inline("A2", "x" * 32_768)}</row>'),
    )
    with pytest.raises(CellTooLong):
        open_table(path=path, limits=DESK_LIMITS)


def test_a_zip_that_is_no_workbook_is_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(WrongKindOfFile):
        open_table(path=packed(tmp_path, {"word/document.xml": "<w/>"}), limits=DESK_LIMITS)


def test_a_workbook_that_was_cut_off_is_unreadable(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [["Nr"], ["1"]]).read_bytes()
    for end in (2, 40, len(whole) // 2, len(whole) - 5):
        with pytest.raises(FileUnreadable):
            open_table(path=written(tmp_path, whole[:end]), limits=DESK_LIMITS)
