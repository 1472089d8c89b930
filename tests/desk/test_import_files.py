"""Files that are not taken in: what is said, where, and that nothing of them is kept."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from invoices.importing.models import ImportBatch
from invoices.importing.tables import DESK_LIMITS, MEGABYTE
from tests.desk.files import VLIJT, batch_of, choose, choose_large, lines, number_of, on_the_shelf
from tests.invoices.importing.made_files import inline, members, packed, workbook
from tests.people import Person

BAD = {
    "empty": (b"", "There are no rows in this file."),
    "a header alone": (b"Klantnummer;Naam\n", "There are no rows in this file."),
    "NUL": (b"Klantnummer;Naam\n1;a\0b\n", "This file cannot be read."),
    "PDF": (b"%PDF-1.7\n", "This is not a table we can read."),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is not a table we can read."),
    "HTML": (b"<table><tr><td>1</td></tr></table>", "This is not a table we can read."),
    "a broken zip": (b"PK\x03\x04" + b"\0" * 40, "This file cannot be read."),
    "quotes without end": (b'Klantnummer;Naam\n1;"Vos\n', "The quotation marks in row"),
    "too many columns": (b";".join([b"x"] * 101) + b"\n1\n", "more than 100 columns"),
    "too many rows": (b"Klantnummer\n" + b"1\n" * 100_001, "more than 100000 rows"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_at_its_field(app: Flask, agent: Person, name: str) -> None:
    content, sentence = BAD[name]
    page = choose(agent, content, "debtors", status=422)
    assert page.words.count(sentence) == 2, "Above the form and at the field."
    assert page.form(to="/new").values["kind"] == ["debtors"]
    assert (number_of(agent, ImportBatch), on_the_shelf(app)) == (0, [])


def test_no_file_at_all_is_said_at_the_field(agent: Person) -> None:
    page = agent.open("/desk/imports/new").submit(to="/new", status=422)
    assert page.words.count("Choose a file.") == 2


def test_a_workbook_that_unpacks_to_far_more_is_not_opened(app: Flask, agent: Person, tmp_path: Path) -> None:
    bomb = members(f'<row r="1">{inline("A1", "x")}</row>') | {"xl/x.bin": b"\0" * 5 * MEGABYTE}
    page = choose(agent, packed(tmp_path, bomb).read_bytes(), name="bom.xlsx", status=422)
    assert "This workbook is built in an unusual way" in page.words
    assert on_the_shelf(app) == []


def test_a_file_beyond_the_limit_is_refused_unread_with_a_sentence_at_the_field(
    app: Flask, agent: Person
) -> None:
    page = choose_large(agent, 26 * MEGABYTE)
    assert page.words.count("This file is too large. It may have 25 MB.") == 2
    assert on_the_shelf(app) == []


def test_a_file_just_beyond_the_limit_is_refused_with_the_same_words(app: Flask, agent: Person) -> None:
    page = choose_large(agent, DESK_LIMITS.bytes + 1)
    assert "This file is too large. It may have 25 MB." in page.words
    assert on_the_shelf(app) == []


def test_other_pages_of_imports_take_no_file(agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    sent = {**page.form("Check rows").values, "file": (BytesIO(b"x" * 100_000), "x.csv")}
    page = agent.ask("POST", page.path, data=sent, status=413)
    assert "This is too large to send." in page.words


def test_a_workbook_is_read_with_its_own_dates_and_numbers(agent: Person, tmp_path: Path) -> None:
    rows = [line.split(";") for line in lines(VLIJT).splitlines()]
    page = choose(agent, workbook(tmp_path, rows).read_bytes(), name="open.xlsx")
    assert "Excel, sheet Blad1" in page.words
    assert "7 of 7 found" in page.words
    assert page.form("Check rows").names.isdisjoint({"encoding", "delimiter"})


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\x1bb.csv", "x" * 300 + ".csv"])
def test_a_files_name_is_kept_without_folders_and_on_one_line(agent: Person, name: str) -> None:
    choose(agent, lines(VLIJT), name=name)
    kept = batch_of(agent).file_name
    assert kept.endswith(".csv")
    assert len(kept) <= 200
    assert not {"/", "\x1b"}.intersection(kept)
