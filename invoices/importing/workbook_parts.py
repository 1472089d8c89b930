"""What to watch in the members of an .xlsx file: relations, shared texts, and where a sheet's cells stand.

Elements are known by their local name: what a library would read counts, whatever its prefix or its parent.
"""

import re
from array import array

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
_PLACE = re.compile(r"([A-Z]{1,4})([0-9]{1,10})")


class Watcher:
    """Follows a member element by element; this one takes notice of nothing."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text of the element that began last."""


class Relations(Watcher):
    """Where a workbook says its parts are: under names by which this module knows what to count."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = attributes.get("Target", "").lower()
        if kind == "sharedstrings" and not target.endswith("sharedstrings.xml"):
            raise FileSuspect
        if kind in _COUNTED_PARTS and (not target.endswith(".xml") or "sharedstrings" in target):
            raise FileSuspect


class Strings(Watcher):
    """The lengths of the shared texts, in order."""

    def __init__(self, limits: Limits) -> None:
        self.lengths = array("L")
        self._most = limits.cell_characters
        self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
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
    """Where a sheet's cells stand and how much text they show; refuses as soon as it is too much."""

    def __init__(self, limits: Limits, lengths: "array[int]") -> None:
        self._limits, self._lengths = limits, lengths
        self._row = self._column = self._last_row = self._last_column = 0
        self._shared = self._in_value = False
        self._number = ""
        self._shown = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "v":
            self._in_value, self._number = self._shared, ""
        elif local == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0

    def end(self, name: str) -> None:
        if self._in_value:
            self._in_value = False
            self._show(self._number)

    def text(self, text: str) -> None:
        if self._in_value:
            self._number += text

    def _cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        self._shared = attributes.get("t") == "s"
        if place := _PLACE.fullmatch(attributes.get("r", "")):
            self._column, self._row = _column_number(place[1]), int(place[2])
        limits = self._limits
        # One row more for the header. Rows without cells are no harm, and some programs write them.
        if self._row > limits.rows + 1:
            raise TooManyRows(most=limits.rows)
        if self._column > limits.columns:
            raise TooManyColumns(most=limits.columns)
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row * self._last_column > limits.used_cells:
            raise TooManyCells

    def _show(self, number: str) -> None:
        position = int(number) if number.isdecimal() and len(number) < 10 else -1
        if 0 <= position < len(self._lengths):
            self._shown += self._lengths[position]
            if self._shown > self._limits.unpacked_bytes:
                raise FileTooLarge(most=self._limits.unpacked_bytes // MEGABYTE)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
