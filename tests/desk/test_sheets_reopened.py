"""Files for a spreadsheet, opened again: no cell is a formula, and every value is still there."""

import csv
import tempfile
from collections.abc import Callable
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.texts import several_lines
from core.web import languages
from desk.dunning_sheet import written_sheet
from dunning.run_page import SkipRow
from dunning.schedule import Reason
from invoices.importing.dates import DateImpossible
from invoices.importing.files import open_table
from invoices.importing.problems import ProblemReport, Problems
from invoices.importing.tables import DESK_LIMITS

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMULAS = (
    '=HYPERLINK("http://evil.example";"Klik")',
    "=cmd|' /C calc'!A0",
    "+31612345678",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r\n=1+1",
    "＝1+1",
    'a;"=1+1"\n=2',
    "'=1+1",
    ";=1+1",
)
# What a person can have typed: a file that holds NUL is refused, and none holds half of a letter.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
names = st.builds(lambda start, rest: start + rest, st.sampled_from(("", *STARTS)), texts)


def reopened(content: str) -> list[list[str]]:
    """Return the cells as a program reads them that goes by RFC 4180."""
    return list(csv.reader(StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=";"))


def meant(cell: str) -> str:
    """Return a cell without the apostrophe that makes it a text."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(STARTS) else cell


def reported(found: str) -> str:
    """Return a report of problems in which this stands."""
    file = StringIO(newline="")
    problems = Problems(
        report=ProblemReport(file, say=lambda sentence, values: sentence % values if values else sentence)
    )
    problems.add(row=2, column="Due date", refusal=DateImpossible(), found=found)
    return file.getvalue()


def listed(found: str) -> str:
    """Return a sheet of skipped invoices in which this is a debtor's name, a number and a detail."""
    row = SkipRow(
        invoice_public_id="",
        number=found,
        due_on=date(2026, 11, 1),
        amount_open=-100,
        currency="EUR",
        debtor_public_id="",
        debtor_name=found,
        customer_number=found,
        reason=Reason.EXEMPT,
        detail=found,
    )
    with app_with_languages().test_request_context():
        return written_sheet([row])


@cache
def app_with_languages() -> Flask:
    """Return what a sentence needs to be translated, and no more."""
    app = Flask("collections_portal")
    languages.install(app)
    return app


@pytest.mark.parametrize("written", [reported, listed])
@given(found=names)
@settings(max_examples=150, deadline=None)
def test_no_cell_is_a_formula_and_every_value_comes_back(written: Callable[[str], str], found: str) -> None:
    heading, row = reopened(written(found))
    assert len(row) == len(heading)
    assert [cell for cell in row if cell.startswith(STARTS)] == []
    assert found in map(meant, row)


@pytest.mark.parametrize("found", FORMULAS)
@pytest.mark.parametrize("written", [reported, listed])
def test_known_tricks_are_texts(written: Callable[[str], str], found: str) -> None:
    _, row = reopened(written(found))
    assert [cell for cell in row if cell.startswith(STARTS)] == []
    assert found in row or f"'{found}" in row


def test_an_amount_below_nothing_is_a_text_too() -> None:
    _, row = reopened(listed("x"))
    assert "'-1.00" in row


@given(found=names)
@example(found="=1;2")
@settings(max_examples=60, deadline=None)
def test_the_report_of_problems_can_be_imported_again(found: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problems.csv"
        path.write_text(reported(found), encoding="utf-8", newline="")
        table = open_table(path=path, limits=DESK_LIMITS)
        ((_, cells),) = table.rows()
    assert not str(cells[3]).startswith(STARTS)
    assert several_lines(meant(str(cells[3]))) == several_lines(found)
