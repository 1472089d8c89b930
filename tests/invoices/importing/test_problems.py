"""What is wrong with rows: kept, counted, reported."""

import csv
import io
from collections.abc import Mapping

import pytest

from core.refusals import Refusal
from core.texts import without_formula
from invoices.importing.amounts import TooManyDecimals
from invoices.importing.dates import DateImpossible
from invoices.importing.problems import ProblemReport, Problems, in_english

DUTCH = {"Row": "Rij", "Due date": "Vervaldatum", "This date does not exist.": "Deze datum bestaat niet."}


def in_dutch(sentence: str, values: Mapping[str, object]) -> str:
    return in_english(DUTCH.get(sentence, sentence), values)


def noted(problems: Problems, *, row: int, refusal: Refusal, found: str = "31-02-2026") -> None:
    problems.add(row=row, column="Due date", refusal=refusal, found=found)


def test_the_first_are_kept_and_all_are_counted() -> None:
    problems = Problems(keep=2)
    for row in (7, 7, 8, 9):
        noted(problems, row=row, refusal=DateImpossible())
    noted(problems, row=9, refusal=TooManyDecimals(currency="EUR"))
    assert [it.row for it in problems.kept] == [7, 7]
    assert (problems.count, problems.rows) == (5, 3)
    assert problems.by_kind == {
        ("Due date", DateImpossible.sentence): 4,
        ("Due date", TooManyDecimals.sentence): 1,
    }


def test_sentences_are_filled_in_for_who_reads_english() -> None:
    refusal = TooManyDecimals(currency="EUR")
    assert in_english(refusal.sentence, refusal.values) == "This amount has more decimals than EUR has."
    assert in_english("100 % of it", {}) == "100 % of it"


def test_a_long_value_is_cut() -> None:
    problems = Problems()
    noted(problems, row=1, refusal=DateImpossible(), found="x" * 10_000)
    assert len(problems.kept[0].found) == 200


def test_the_report_has_every_problem_in_the_readers_language() -> None:
    file = io.StringIO()
    problems = Problems(keep=0, report=ProblemReport(file, say=in_dutch))
    noted(problems, row=17, refusal=DateImpossible())
    noted(problems, row=18, refusal=DateImpossible(), found='a;"b"\nc')
    assert file.getvalue().startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(file.getvalue().removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert lines == [
        ["Rij", "Column", "What is wrong", "What stands there"],
        ["17", "Vervaldatum", "Deze datum bestaat niet.", "31-02-2026"],
        ["18", "Vervaldatum", "Deze datum bestaat niet.", 'a;"b"\nc'],
    ]
    assert problems.kept == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_report_starts_a_formula(start: str) -> None:
    assert without_formula(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    file = io.StringIO()
    problems = Problems(report=ProblemReport(file, say=in_english))
    noted(problems, row=1, refusal=DateImpossible(), found=f"{start}1+1")
    assert f"'{start}1+1" in file.getvalue()


def test_harmless_cells_stay_as_they_are() -> None:
    assert [without_formula(text) for text in ("", "5", "a=b", "'x")] == ["", "5", "a=b", "'x"]
