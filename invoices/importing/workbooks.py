"""Excel workbooks (.xlsx): the first visible sheet that holds something, once the guard has let it in."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
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
from invoices.importing.tables import SAMPLE_ROWS, Cell, Layout, Limits, Row, fitted, header_names
from invoices.importing.workbook_guard import guard

Raw: TypeAlias = int | float | str | bool | date | datetime | time | timedelta

# A spreadsheet's number has 15 digits; what stands behind them is noise of its binary form.
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """A sheet of a workbook. The library holds it in memory, which the guard has bounded."""

    sheet: CalamineSheet
    limits: Limits
    header: tuple[str, ...]
    sample: tuple[Row, ...]
    layout: Layout

    def rows(self) -> Iterator[Row]:
        """Yield all rows below the header."""
        records = _records(self.sheet, self.limits)
        next(records)
        width = len(self.header)
        for number, cells in records:
            yield number, cells if len(cells) == width else fitted(cells, width)


def open_workbook(*, path: Path, limits: Limits) -> WorkbookTable:
    """Return the first visible sheet that holds something. Refuses what the guard refuses."""
    guard(path=path, limits=limits)
    try:
        sheet = _first_sheet(CalamineWorkbook.from_path(path))
    except PasswordError as error:
        raise FileProtected from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileUnreadable from error
    first = next(_records(sheet, limits), None)
    if first is None:
        raise FileIsEmpty
    table = WorkbookTable(
        sheet=sheet,
        limits=limits,
        header=header_names(first[1]),
        sample=(),
        layout=Layout(form="xlsx", sheet=sheet.name),
    )
    sample = tuple(islice(table.rows(), SAMPLE_ROWS))
    if not sample:
        raise FileIsEmpty
    return WorkbookTable(sheet=sheet, limits=limits, header=table.header, sample=sample, layout=table.layout)


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
