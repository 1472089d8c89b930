"""What every reader of a file gives: a header, some sample rows, and all rows as a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeAlias

Cell: TypeAlias = str | Decimal | date
Row: TypeAlias = tuple[int, list[Cell]]

SAMPLE_ROWS = 20
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is accepted. A cell's length is Excel's own limit."""

    bytes: int = 25 * MEGABYTE
    rows: int = 100_000
    columns: int = 100
    cell_characters: int = 32_767
    unpacked_bytes: int = 100 * MEGABYTE
    members: int = 1_000
    unpacked_ratio: int = 200
    used_cells: int = 2_000_000
    loose_elements: int = 500_000


DESK_LIMITS = Limits()
COMMAND_LIMITS = Limits(bytes=2_000 * MEGABYTE, rows=5_000_000)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file was understood: shown to the person, who can ask to read it differently."""

    form: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


class Table(Protocol):
    """A file with a header and rows.

    `header` has one unique, not empty name a column. `sample` holds the first rows. A row's number is the one
    a spreadsheet program shows: the header of a plain file is row 1. Blank rows are left out. A cell is text,
    or, in a workbook, a `Decimal` (a number with decimals) or a `date`; a whole number is text without ".0".
    Every row has at least as many cells as the header; one with more has text beyond it.
    """

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def sample(self) -> tuple[Row, ...]: ...
    @property
    def layout(self) -> Layout: ...
    def rows(self) -> Iterator[Row]: ...


def header_names(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return a unique name a column: as written, its letter where empty, with (2) where it stands twice."""
    names: list[str] = []
    for position, cell in enumerate(_without_blank_end(cells)):
        name = " ".join(str(cell).split())[:80] or column_letter(position)
        candidate, count = name, 1
        while candidate in names:
            count += 1
            candidate = f"{name} ({count})"
        names.append(candidate)
    return tuple(names)


def column_letter(position: int) -> str:
    """Return a spreadsheet's name for a column: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def fitted(cells: list[Cell], width: int) -> list[Cell]:
    """Return the cells at the header's width; more only where text stands beyond the header."""
    if len(cells) < width:
        return cells + [""] * (width - len(cells))
    return cells if any(_has_text(cell) for cell in cells[width:]) else cells[:width]


def _without_blank_end(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and not _has_text(cells[end - 1]):
        end -= 1
    return cells[:end]


def _has_text(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())
