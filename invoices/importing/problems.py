"""What is wrong with single rows: some kept to be shown, all counted, all written to a report if wanted."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from core.refusals import N_, Refusal
from core.texts import without_formula

# Says an English sentence, with these values filled in, to whoever reads it.
Say = Callable[[str, Mapping[str, object]], str]
_LONGEST_VALUE = 200
_HEADINGS = (N_("Row"), N_("Column"), N_("What is wrong"), N_("What stands there"))


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row. `sentence` and `column` are English, translated where they are shown."""

    row: int
    column: str
    sentence: str
    values: Mapping[str, object]
    found: str


def in_english(sentence: str, values: Mapping[str, object]) -> str:
    """Return the sentence as it is, filled in: for a command line, and for who reads no other language."""
    return sentence % values if values else sentence


class ProblemReport:
    """All problems of a file as CSV (RFC 4180, UTF-8 with a mark), with no cell that starts a formula."""

    def __init__(self, file: TextIO, *, say: Say, delimiter: str = ";") -> None:
        self._writer = csv.writer(file, delimiter=delimiter)
        self._say = say
        file.write("\ufeff")
        self._writer.writerow([say(heading, {}) for heading in _HEADINGS])

    def write(self, problem: RowProblem) -> None:
        """Add a line."""
        column = self._say(problem.column, {}) if problem.column else ""
        sentence = self._say(problem.sentence, problem.values)
        cells = (str(problem.row), column, sentence, problem.found)
        self._writer.writerow([without_formula(cell) for cell in cells])


class Problems:
    """Collects the problems of a run; `keep` of them stay in memory, the first ones."""

    def __init__(self, *, keep: int = 100, report: ProblemReport | None = None) -> None:
        self.kept: list[RowProblem] = []
        self.count = 0
        self.rows = 0
        self.by_kind: Counter[tuple[str, str]] = Counter()
        self._keep = keep
        self._report = report
        self._last_row = 0

    def add(self, *, row: int, column: str, refusal: Refusal, found: str) -> None:
        """Note what `refusal` says about a cell; `column` is a label, `found` what stands there."""
        problem = RowProblem(row, column, refusal.sentence, refusal.values, found[:_LONGEST_VALUE])
        self.count += 1
        self.by_kind[column, refusal.sentence] += 1
        if row != self._last_row:
            self.rows += 1
            self._last_row = row
        if len(self.kept) < self._keep:
            self.kept.append(problem)
        if self._report:
            self._report.write(problem)
