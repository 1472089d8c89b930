"""Workbooks built to harm: refused before a library opens them, fast and in little memory."""

import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.refusals import Refusal
from invoices.importing.refusals import (
    CellTooLong,
    FileProtected,
    FileSuspect,
    FileTooLarge,
    FileUnreadable,
    TooManyCells,
    TooManyColumns,
    TooManyRows,
)
from invoices.importing.tables import DESK_LIMITS, Limits
from invoices.importing.workbook_guard import guard
from invoices.importing.workbook_reader import read_sheet
from tests.invoices.importing.made_files import inline, members, packed, relations, rows_read

MEGABYTE = 1024 * 1024
GOOD = f'<row r="1">{inline("A1", "Nr")}</row><row r="2">{inline("A2", "1")}</row>'


def refused(path: Path, limits: Limits = DESK_LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        guard(path=path, limits=limits)
    return caught.value


def test_the_smallest_workbook_passes_and_is_read(tmp_path: Path) -> None:
    assert rows_read(packed(tmp_path, members(GOOD))) == [(2, ["1"])]


def test_a_row_numbered_a_million_is_refused_however_small_the_file(tmp_path: Path) -> None:
    path = packed(tmp_path, members(f'<row r="1048576">{inline("A1048576", "x")}</row>'))
    assert isinstance(refused(path), TooManyRows)
    by_its_row = packed(tmp_path, members('<row r="1048576"><c t="inlineStr"><is><t>x</t></is></c></row>'))
    assert isinstance(refused(by_its_row), TooManyRows)


def test_a_cell_in_the_last_column_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, members(f'<row r="1">{inline("XFD1", "x")}</row>'))
    assert isinstance(refused(path), TooManyColumns)


def test_cells_without_a_place_are_counted_too(tmp_path: Path) -> None:
    path = packed(tmp_path, members(f"<row>{'<c><v>1</v></c>' * 101}</row>"))
    assert isinstance(refused(path), TooManyColumns)


@pytest.mark.parametrize("place", ["", "1", "A", "A1:B2", "$A$1", "Ａ1", "A99999999999"])
def test_a_cell_at_no_place_is_refused(tmp_path: Path, place: str) -> None:
    assert isinstance(
        refused(packed(tmp_path, members(f'<row r="1">{inline(place, "x")}</row>'))), FileSuspect
    )


def test_a_row_without_a_number_is_refused(tmp_path: Path) -> None:
    assert isinstance(
        refused(packed(tmp_path, members(f'<row r="one">{inline("A1", "x")}</row>'))), FileSuspect
    )


def test_the_used_area_is_bounded_even_where_rows_and_columns_are_within_their_limits(tmp_path: Path) -> None:
    path = packed(tmp_path, members(f'{GOOD}<row r="100001">{inline("CV100001", "x")}</row>'))
    assert isinstance(refused(path), TooManyCells)


def test_a_row_without_cells_at_the_bottom_is_no_harm(tmp_path: Path) -> None:
    guard(path=packed(tmp_path, members(f'{GOOD}<row r="1048576"/>')), limits=DESK_LIMITS)


def test_a_million_rows_in_disguise_are_refused(tmp_path: Path) -> None:
    content = members("")
    content["xl/worksheets/sheet1.xml"] = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1048576"><x:c r="A1048576"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert isinstance(refused(packed(tmp_path, content)), TooManyRows)


def test_a_megabyte_that_unpacks_to_a_hundred_and_more_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD) | {"xl/media/image1.png": b"\0" * 101 * MEGABYTE})
    assert path.stat().st_size < MEGABYTE
    tracemalloc.start()
    try:
        assert isinstance(refused(path), FileTooLarge)
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_member_packed_a_thousand_times_is_refused(tmp_path: Path) -> None:
    assert isinstance(
        refused(packed(tmp_path, members(GOOD) | {"xl/x.bin": b"\0" * 5 * MEGABYTE})), FileSuspect
    )


def test_a_directory_that_lies_about_a_size_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD) | {"xl/x.bin": b"0123456789" * 100_000})
    content = path.read_bytes()
    size = (1_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    for lie in (999_999, 10, 1_000_001):
        path.write_bytes(content.replace(size, lie.to_bytes(4, "little")))
        assert isinstance(refused(path), FileSuspect)


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/evil.xml", "xl/../../evil.xml", "..\\evil.xml", "C:evil.xml"]
)
def test_members_with_a_path_out_of_the_file_are_refused(tmp_path: Path, name: str) -> None:
    assert isinstance(refused(packed(tmp_path, members(GOOD) | {name: "<a/>"})), FileSuspect)


def test_a_thousand_members_are_enough(tmp_path: Path) -> None:
    few = members(GOOD)
    many = few | {f"xl/media/{number}.bin": b"" for number in range(1_000 - len(few))}
    guard(path=packed(tmp_path, many), limits=DESK_LIMITS)
    assert isinstance(refused(packed(tmp_path, many | {"xl/media/one_more.bin": b""})), FileSuspect)


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD) | {"XL/worksheets/Sheet1.xml": "<a/>"})
    assert isinstance(refused(path), FileSuspect)


def test_a_document_type_is_refused_so_no_entity_can_laugh(tmp_path: Path) -> None:
    content = members(GOOD)
    content["xl/sharedStrings.xml"] = '<!DOCTYPE s [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    assert isinstance(refused(packed(tmp_path, content)), FileSuspect)


def test_one_long_text_shown_in_very_many_cells_is_refused(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 5_000))
    path = packed(tmp_path, members(cells, f"<si><t>{'x' * 30_000}</t></si>"))
    assert isinstance(refused(path), FileTooLarge)


def test_a_shared_text_in_many_runs_is_as_long_as_all_of_them(tmp_path: Path) -> None:
    run = f"<r><t>{'x' * 20_000}</t></r>"
    path = packed(tmp_path, members(GOOD, f"<si>{run}{run}</si>"))
    assert isinstance(refused(path), CellTooLong)


@pytest.mark.parametrize(
    "parts",
    [
        {"worksheet": "worksheets/sheet1.bin"},
        {"worksheet": "sharedStrings.xml"},
        {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "other.xml"},
    ],
)
def test_parts_under_names_that_would_not_be_counted_are_refused(
    tmp_path: Path, parts: dict[str, str]
) -> None:
    content = members(GOOD) | {"xl/_rels/workbook.xml.rels": relations(**parts)}
    assert isinstance(refused(packed(tmp_path, content)), FileSuspect)


def test_a_sheet_that_is_no_xml_is_unreadable(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD) | {"xl/worksheets/sheet1.xml": "<worksheet><row>"})
    assert isinstance(refused(path), FileUnreadable)


@pytest.mark.parametrize("encoding", ["UTF-88", "big5", "utf-32"])
def test_a_sheet_in_an_encoding_no_workbook_has_is_unreadable(tmp_path: Path, encoding: str) -> None:
    content = members(GOOD)
    sheet = content["xl/worksheets/sheet1.xml"]
    content["xl/worksheets/sheet1.xml"] = f'<?xml version="1.0" encoding="{encoding}"?>{sheet}'
    assert isinstance(refused(packed(tmp_path, content)), FileUnreadable)


def test_a_member_under_a_password_is_named_as_such(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD))
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert isinstance(refused(path), FileProtected)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_packed_in_other_ways_are_refused(tmp_path: Path, method: int) -> None:
    path = packed(tmp_path, members(GOOD))
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr("xl/more.bin", b"x" * 100)
    assert isinstance(refused(path), FileSuspect)


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize("change", [flipped, lambda content, place: content[:place] + content[place + 1 :]])
def test_no_damaged_byte_does_worse_than_a_refusal(
    tmp_path: Path, change: Callable[[bytes, int], bytes]
) -> None:
    whole = packed(tmp_path, members(GOOD)).read_bytes()
    path = tmp_path / "damaged.xlsx"
    for place in range(0, len(whole), 3):
        path.write_bytes(change(whole, place))
        try:
            list(read_sheet(path=path, limits=DESK_LIMITS)[1])
        except Refusal:
            continue
