"""Read an Excel workbook (.xlsx) once the guard has let it in: the first visible sheet that holds something.

This is done in a process of its own (`core.apart`): the library holds the whole sheet in memory.
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from invoices.importing.refusals import (
    CellTooLong,
    FileIsEmpty,
    FileProtected,
    FileUnreadable,
    TooManyColumns,
    TooManyRows,
)
from invoices.importing.tables import Cell, Limits, Row
from invoices.importing.workbook_guard import guard

Raw: TypeAlias = int | float | str | bool | date | datetime | time | timedelta

ENDING = ".xlsx"
# What a date and a number are called in a written line; all other cells are text.
DAY, NUMBER = "day", "number"
# A spreadsheet's number has 15 digits; what stands behind them is noise of its binary form.
_EXACT = 10**15


def write_rows(arguments: Sequence[str]) -> None:
    """Write the sheet's name and then its rows to the standard output, each as a line of JSON.

    The arguments are the path and the limits. Refuses what `read_sheet` refuses.
    """
    path, limits = arguments
    name, rows = read_sheet(path=Path(path), limits=Limits(**json.loads(limits)))
    sys.stdout.write(f"{json.dumps(name)}\n")
    for number, cells in rows:
        said = [cell if isinstance(cell, str) else _typed(cell) for cell in cells]
        sys.stdout.write(f"{json.dumps((number, said))}\n")


def read_sheet(*, path: Path, limits: Limits) -> tuple[str, Iterator[Row]]:
    """Return the name of the first visible sheet that holds something, and its rows that hold something.

    Refuses what the guard refuses, and rows beyond the limits while they are read. The path must end in
    .xlsx: by any other name the library guesses, and opens formats that the guard knows nothing of.
    """
    if path.suffix != ENDING:
        raise ValueError(f"not {ENDING}: {path.suffix}")
    guard(path=path, limits=limits)
    try:
        sheet = _first_sheet(CalamineWorkbook.from_path(path))
    except PasswordError as error:
        raise FileProtected from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileUnreadable from error
    return sheet.name, _records(sheet, limits)


def _typed(cell: Decimal | date) -> tuple[str, str]:
    return (DAY, cell.isoformat()) if isinstance(cell, date) else (NUMBER, str(cell))


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet:
    for number, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
            continue
        sheet = workbook.get_sheet_by_index(number)
        if sheet.end is not None:
            return sheet
    raise FileIsEmpty


def _records(sheet: CalamineSheet, limits: Limits) -> Iterator[Row]:
    found = 0
    for number, raw in enumerate(sheet.iter_rows(), start=1):
        cells = [value if isinstance(value, str) else _cell(value) for value in raw]
        if not any(cell.strip() if isinstance(cell, str) else True for cell in cells):
            continue
        if len(cells) > limits.columns:
            raise TooManyColumns(most=limits.columns)
        if any(isinstance(cell, str) and len(cell) > limits.cell_characters for cell in cells):
            raise CellTooLong(row=number, most=limits.cell_characters)
        found += 1
        if found > limits.rows + 1:
            raise TooManyRows(most=limits.rows)
        yield number, cells


def _cell(value: Raw) -> Cell:
    """Return what a person sees in the cell: 611365.0 is "611365", a moment is its day."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date | str) else str(value)


def _number(value: float) -> Cell:
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    return Decimal(format(value, ".15g"))
