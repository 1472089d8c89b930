"""What to watch in the members of an .xlsx file: relations, shared texts, and where a sheet's cells stand.

Elements are known by their local name: what a library would read counts, whatever its prefix or its parent.
"""

import re
from array import array
from functools import lru_cache

from invoices.importing.refusals import (
    FileSuspect,
    FileTooLarge,
    SomeCellTooLong,
    TooManyCells,
    TooManyColumns,
    TooManyRows,
)
from invoices.importing.tables import MEGABYTE, Limits

_COUNTED_PARTS = ("worksheet", "officedocument", "chartsheet", "dialogsheet")
_PLACE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,10})")


# A cell, its formula, its value, the text it shares, and that text's own element.
_OF_A_CELL = 5
# As many rows as a sheet can have. Some programs write all of them, empty ones too.
_MOST_ROWS = 1_048_576


class Watcher:
    """Follows a member element by element; this one only counts them."""

    reads_text = False

    def __init__(self) -> None:
        self.elements = self.cells = self.rows = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.elements += 1

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text of the element that began last."""


class Elements:
    """How many elements a workbook may have: some, and a few for each of its cells.

    A million of them pack to some kilobytes, and cost whoever reads them time and memory.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits, self._now = limits, Watcher()
        self._elements = self._cells = self._rows = 0

    def follow(self, watcher: Watcher) -> None:
        """Count what this one sees from now on."""
        self._elements += self._now.elements
        self._cells += self._now.cells
        self._rows += self._now.rows
        self._now = watcher

    def check(self) -> None:
        """Refuse what is too much by now."""
        cells, rows = self._cells + self._now.cells, self._rows + self._now.rows
        # Cells may stand in one place, one upon the other.
        if self._now.cells > self._limits.used_cells:
            raise TooManyCells
        others = self._elements + self._now.elements - rows
        if rows > _MOST_ROWS + cells or others > self._limits.loose_elements + _OF_A_CELL * cells:
            raise FileSuspect


class Relations(Watcher):
    """Where a workbook says its parts are: under names by which this module knows what to count."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = attributes.get("Target", "").lower()
        if kind == "sharedstrings" and not target.endswith("sharedstrings.xml"):
            raise FileSuspect
        if kind in _COUNTED_PARTS and (not target.endswith(".xml") or "sharedstrings" in target):
            raise FileSuspect


class Strings(Watcher):
    """The lengths of the shared texts, in order."""

    reads_text = True

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.lengths = array("L")
        self._most = limits.cell_characters
        self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        local = name.rpartition(":")[2]
        if local == "si":
            self.lengths.append(0)
        self._in_text = local == "t" and bool(self.lengths)

    def end(self, name: str) -> None:
        self._in_text = False

    def text(self, text: str) -> None:
        if self._in_text:
            self.lengths[-1] += len(text)
            if self.lengths[-1] > self._most:
                raise SomeCellTooLong(most=self._most)


class Sheet(Watcher):
    """Where a sheet's cells stand; refuses as soon as one is beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.shared_texts = 0
        self._limits = limits
        self._row = self._column = self._last_row = self._last_column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        local = name if ":" not in name else name.rpartition(":")[2]
        if local == "c":
            self.cells += 1
            self.shared_texts += attributes.get("t") == "s"
            self._place(attributes.get("r"))
        elif local == "row":
            self.rows += 1
            self._row, self._column = _row_number(attributes.get("r"), self._row), 0

    def _place(self, place: str | None) -> None:
        self._column += 1
        if place is not None:
            match = _PLACE.fullmatch(place)
            if match is None:
                raise FileSuspect
            self._column, self._row = _column_number(match[1]), int(match[2])
        # Rows without cells are no harm, and some programs write them: only places of cells are judged.
        if self._row > self._last_row or self._column > self._last_column:
            self._judge()

    def _judge(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        # One row more for the header.
        if self._last_row > self._limits.rows + 1:
            raise TooManyRows(most=self._limits.rows)
        if self._last_column > self._limits.columns:
            raise TooManyColumns(most=self._limits.columns)
        if self._last_row * self._last_column > self._limits.used_cells:
            raise TooManyCells


class ShownText(Watcher):
    """How much shared text a sheet's cells show: one long text can be shown very often."""

    reads_text = True

    def __init__(self, limits: Limits, lengths: "array[int]") -> None:
        super().__init__()
        self._lengths, self._left = lengths, limits.unpacked_bytes
        self._most = limits.unpacked_bytes // MEGABYTE
        self._shared = self._in_value = False
        self._number = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._shared = attributes.get("t") == "s"
        self._in_value, self._number = local == "v" and self._shared, ""

    def text(self, text: str) -> None:
        if self._in_value:
            self._number += text

    def end(self, name: str) -> None:
        number = self._number.strip()
        if self._in_value and number.isdecimal() and len(number) < 10 and int(number) < len(self._lengths):
            self._left -= self._lengths[int(number)]
            if self._left < 0:
                raise FileTooLarge(most=self._most)
        self._in_value = False


def _row_number(text: str | None, before: int) -> int:
    if text is None:
        return before + 1
    if not text.isdecimal() or len(text) > 10:
        raise FileSuspect
    return int(text)


@lru_cache(maxsize=1_000)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
