"""Tables in Excel workbooks (.xlsx), read in a process of their own into rows in a file without a name."""

import json
import os
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import structlog

from core.apart import MEGABYTE, Allowance, NotDone, do_apart
from core.disk import room
from invoices.importing.refusals import FileIsEmpty, FileUnreadable
from invoices.importing.tables import SAMPLE_ROWS, Cell, Layout, Limits, Row, fitted, header_names
from invoices.importing.workbook_reader import DAY, ENDING, write_rows

log = structlog.get_logger()
# The largest workbook within the limits takes a sixth of the time, and half of the memory.
ALLOWANCE = Allowance(cpu_seconds=60, memory=512 * MEGABYTE, written=512 * MEGABYTE)
_PIECE = 256 * 1024


class RowFile:
    """Rows in a file without a name: it is gone with the last table that reads it, even after a kill."""

    def __init__(self, file: BinaryIO) -> None:
        self._handle = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._handle)

    def lines(self) -> Iterator[bytes]:
        """Yield all lines. Several may read at a time, each from the beginning."""
        place, left = 0, b""
        while piece := os.pread(self._handle, _PIECE, place):
            place += len(piece)
            *whole, left = (left + piece).split(b"\n")
            yield from whole


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """A sheet of a workbook. Its rows lie on the disk and not in memory."""

    file: RowFile
    header: tuple[str, ...]
    sample: tuple[Row, ...]
    layout: Layout

    def rows(self) -> Iterator[Row]:
        """Yield all rows below the header."""
        width = len(self.header)
        for number, cells in islice(_records(self.file), 1, None):
            yield number, cells if len(cells) == width else fitted(cells, width)


def open_workbook(*, path: Path, limits: Limits) -> WorkbookTable:
    """Return the first visible sheet that holds something.

    Refuses what the guard refuses, rows beyond the limits, and TooMuchWork. Raises DiskFull.
    """
    file = _read(path, limits)
    first = next(_records(file), None)
    if first is None:
        raise FileIsEmpty
    layout = Layout(form="xlsx", sheet=json.loads(next(file.lines())))
    table = WorkbookTable(file=file, header=header_names(first[1]), sample=(), layout=layout)
    sample = tuple(islice(table.rows(), SAMPLE_ROWS))
    if not sample:
        raise FileIsEmpty(header=table.header)
    return WorkbookTable(file=file, header=table.header, sample=sample, layout=layout)


def _read(path: Path, limits: Limits) -> RowFile:
    """Let the other process write the rows, beside the workbook: that is where there is room for them."""
    with (
        room(),
        tempfile.TemporaryFile(dir=path.parent) as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        # The shelf knows files by names without an ending.
        named = Path(folder) / f"workbook{ENDING}"
        named.symlink_to(path.absolute())
        try:
            do_apart(write_rows, str(named), json.dumps(asdict(limits)), allowance=ALLOWANCE, into=file)
        except NotDone as error:
            # Its words may hold what stands in a cell.
            log.warning("workbook not read", why=str(error).partition(":")[0])
            raise FileUnreadable from error
        return RowFile(file)


def _records(file: RowFile) -> Iterator[Row]:
    for line in islice(file.lines(), 1, None):
        number, cells = json.loads(line)
        yield number, [cell if isinstance(cell, str) else _typed(*cell) for cell in cells]


def _typed(kind: str, said: str) -> Cell:
    return date.fromisoformat(said) if kind == DAY else Decimal(said)
