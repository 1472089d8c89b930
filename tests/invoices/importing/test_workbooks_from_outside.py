"""Workbooks as they come in: on the shelf without an ending, read in a process of its own, with an end."""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from core.apart import MEGABYTE, Allowance, TooMuchWork, do_apart
from core.refusals import Refusal
from invoices.importing import workbooks
from invoices.importing.files import open_table
from invoices.importing.refusals import FileSuspect, TooManyCells, WrongKindOfFile
from invoices.importing.shelf import Shelf
from invoices.importing.tables import DESK_LIMITS, Limits
from invoices.importing.workbook_guard import guard
from invoices.importing.workbook_reader import read_sheet, write_rows
from tests.invoices.importing.made_files import inline, members, packed, workbook

GOOD = f'<row r="1">{inline("A1", "Nr")}</row><row r="2">{inline("A2", "1")}</row>'
# What a spreadsheet of another program says of eighteen million cells, in two hundred letters.
SHEET_OF_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="200000">'
    '<table:table-cell office:value-type="string" table:number-columns-repeated="90"><text:p>x</text:p>'
    "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
    "</office:document-content>"
)
ODS = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    "content.xml": SHEET_OF_ODS,
}
OPEN = Path("/proc/self/fd")
# The process itself needs some thirty; whatever goes on takes hours or gigabytes, on the slowest machine too.
LITTLE = Allowance(cpu_seconds=30, memory=300 * MEGABYTE, written=64 * MEGABYTE)


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads workbooks gets less than it may have otherwise."""
    monkeypatch.setattr(workbooks, "ALLOWANCE", LITTLE)


def kept(folder: Path, content: Mapping[str, str | bytes]) -> Path:
    """Put a packed file on a shelf and return where it lies."""
    shelf = Shelf(folder / "shelf")
    with packed(folder, content).open("rb") as source:
        return shelf.path_of(shelf.keep(source).name)


def refused(path: Path, limits: Limits = DESK_LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        open_table(path=path, limits=limits)
    return caught.value


@pytest.mark.usefixtures("little")
def test_a_workbook_on_the_shelf_is_read(tmp_path: Path) -> None:
    table = open_table(path=kept(tmp_path, members(GOOD)), limits=DESK_LIMITS)
    assert (table.header, list(table.rows())) == (("Nr",), [(2, ["1"])])


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("workbook_part", [{"xl/workbook.xml": "<workbook/>"}, members(GOOD)])
def test_another_programs_document_in_disguise_is_refused(
    tmp_path: Path, workbook_part: dict[str, str]
) -> None:
    assert isinstance(refused(kept(tmp_path, workbook_part | ODS)), FileSuspect)


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("name", ["mimetype", "Content.xml", "xl/workbook.bin"])
def test_any_member_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    assert isinstance(refused(kept(tmp_path, members(GOOD) | {name: "x"})), FileSuspect)


@pytest.mark.usefixtures("little")
def test_another_programs_document_as_it_is_is_another_kind_of_file(tmp_path: Path) -> None:
    assert isinstance(refused(kept(tmp_path, ODS)), WrongKindOfFile)


def test_the_library_is_given_no_file_by_another_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"not \.xlsx"):
        read_sheet(path=kept(tmp_path, members(GOOD)), limits=DESK_LIMITS)


def test_a_document_that_got_past_the_guard_would_not_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoices.importing.workbook_reader.guard", lambda **_: None)
    path = packed(tmp_path, ODS | {"xl/workbook.xml": "<workbook/>"})
    with pytest.raises(Refusal):
        read_sheet(path=path, limits=DESK_LIMITS)


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("element", ["<si/>", "<si><t/></si>", "<x/>"])
@pytest.mark.parametrize("member", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_elements_that_belong_to_no_cell_are_counted(tmp_path: Path, member: str, element: str) -> None:
    many = replace(DESK_LIMITS, loose_elements=20_000, unpacked_ratio=2_000)
    content = members(GOOD) | {member: f"<sst>{element * 120_000}</sst>"}
    assert isinstance(refused(kept(tmp_path, content), many), FileSuspect)


def test_a_workbook_has_as_many_loose_elements_as_the_limit_and_not_one_more(tmp_path: Path) -> None:
    path = packed(tmp_path, members(GOOD, "<si/>" * 100))
    # Two cells: their five elements each are not loose. Rows are counted by themselves.
    loose = sum(text.count("<") - text.count("</") for text in members(GOOD, "<si/>" * 100).values())
    most = loose - 2 * 5 - 2
    guard(path=path, limits=replace(DESK_LIMITS, loose_elements=most))
    with pytest.raises(FileSuspect):
        guard(path=path, limits=replace(DESK_LIMITS, loose_elements=most - 1))


def test_a_text_of_its_own_in_every_cell_is_no_harm(tmp_path: Path) -> None:
    rows = [["Nr", "Naam"], *([f"nr {number}", f"naam {number}"] for number in range(300))]
    guard(path=workbook(tmp_path, rows), limits=replace(DESK_LIMITS, loose_elements=200))


def test_cells_one_upon_the_other_are_counted_too(tmp_path: Path) -> None:
    path = packed(tmp_path, members('<row r="1">' + '<c r="A1"/>' * 60_000 + "</row>"))
    with pytest.raises(TooManyCells):
        guard(path=path, limits=replace(DESK_LIMITS, used_cells=10_000))


def test_more_empty_rows_than_a_sheet_has_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, members("<row/>" * 1_200_000))
    with pytest.raises(FileSuspect):
        guard(path=path, limits=replace(DESK_LIMITS, unpacked_ratio=2_000))


def test_a_directory_of_very_many_members_is_not_made_a_list_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *a, **k: opened.append(a))
    path = tmp_path / "many.xlsx"
    path.write_bytes(b"PK\x03\x04" + (b"PK\x01\x02" + b"\0" * 43) * 1_001)
    with pytest.raises(FileSuspect):
        guard(path=path, limits=DESK_LIMITS)
    assert opened == []


def test_an_entry_that_lies_across_two_pieces_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path, members(GOOD))
    few = replace(DESK_LIMITS, members=len(members(GOOD)) - 1)
    for piece in range(4, 60, 7):
        monkeypatch.setattr("invoices.importing.workbook_guard._CHUNK", piece)
        with pytest.raises(FileSuspect):
            guard(path=path, limits=few)


def test_a_workbook_that_needs_more_memory_than_there_is_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path, [["Nr", "Naam"], *([f"nr {n}", "x" * 3_000] for n in range(15_000))])
    monkeypatch.setattr(workbooks, "ALLOWANCE", replace(LITTLE, memory=60 * MEGABYTE))
    assert isinstance(refused(path), TooMuchWork)


def test_rows_that_take_more_room_than_they_may_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path, [["Nr", "Naam"], *([f"nr {n}", "x" * 1_000] for n in range(1_500))])
    monkeypatch.setattr(workbooks, "ALLOWANCE", replace(LITTLE, written=MEGABYTE))
    assert isinstance(refused(path), TooMuchWork)


def test_nothing_of_a_table_stays_on_the_disk_and_no_file_stays_open(tmp_path: Path) -> None:
    path = kept(tmp_path, members(GOOD))
    before = len(list(OPEN.iterdir()))
    table = open_table(path=path, limits=DESK_LIMITS)
    assert list(path.parent.iterdir()) == [path]
    del table
    assert len(list(OPEN.iterdir())) == before


def test_two_may_read_the_rows_of_a_table_at_a_time(tmp_path: Path) -> None:
    table = open_table(path=workbook(tmp_path, [["Nr"], *[[n] for n in range(5)]]), limits=DESK_LIMITS)
    assert [(one, other) for (_, [one]), (_, [other]) in zip(table.rows(), table.rows(), strict=True)] == [
        (str(n), str(n)) for n in range(5)
    ]


def test_the_other_process_is_told_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEYS", "x" * 40)
    with (tmp_path / "told").open("w+b") as told:
        do_apart(say_environment, allowance=LITTLE, into=told)
        told.seek(0)
        assert "PORTAL_SECRET_KEYS" not in told.read().decode()


def say_environment(_: object) -> None:
    """Print what a process knows of its environment."""
    os.write(1, json.dumps(dict(os.environ)).encode())


def test_a_refusal_comes_back_with_its_values(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Nr"], *[[1]] * 6])
    limits = json.dumps(asdict(replace(DESK_LIMITS, rows=5)))
    with pytest.raises(Refusal) as caught, (tmp_path / "rows").open("wb") as rows:
        do_apart(write_rows, str(path), limits, allowance=LITTLE, into=rows)
    assert (type(caught.value).__name__, caught.value.values) == ("TooManyRows", {"most": 5})
