"""Where in a file a table of payments stands: its separator, its row of headings, which column is which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.refusals import Refusal
from invoices.importing.columns import COLUMNS as COLUMNS_OF_INVOICES
from invoices.importing.delimited import DELIMITERS
from invoices.importing.files import open_table
from invoices.importing.matching import guess_among, is_called
from invoices.importing.refusals import FileIsEmpty, FileUnreadable, WrongKindOfFile
from invoices.importing.tables import SAMPLE_ROWS, Cell, Limits, Row, Table, fitted, header_names
from invoices.statements.refusals import NotAStatement
from invoices.statements.sides import column_of_sides, is_vague, tells_sides
from invoices.statements.table_columns import COLUMNS, ENGLISH_HEADERS, STAND_INS
from invoices.statements.table_refusals import (
    InvoicesNotPayments,
    NoAmountColumn,
    NoDateColumn,
    SeveralAmounts,
)

# Above the headings some banks write whose account it is and which days were asked for.
MOST_ABOVE = 30
DUE_DATES = COLUMNS_OF_INVOICES["due_on"].headers


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of payments. `columns` says where in a row each column stands that was found, by identifier."""

    table: Table
    header: tuple[str, ...]
    begins_after: int
    columns: Mapping[str, int]

    @property
    def is_whole(self) -> bool:
        """Whether it says when and how much."""
        return "booked_on" in self.columns and not {"amount", "credit"}.isdisjoint(self.columns)

    @property
    def is_english(self) -> bool:
        """Whether every heading that is known is one that English has."""
        return all(is_called(ENGLISH_HEADERS, self.header[at]) for at in self.columns.values())

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings, at their width; one is longer where text stands beyond it."""
        for number, cells in self.table.rows():
            if number > self.begins_after:
                yield number, fitted(cells, len(self.header))

    def heading_of(self, identifier: str) -> str:
        """Return what the file calls a column."""
        return self.header[self.columns[identifier]]


def open_sheet(*, path: Path, limits: Limits) -> Sheet:
    """Return the table of payments in a file.

    Raises NotAStatement, NoDateColumn, NoAmountColumn, SeveralAmounts, InvoicesNotPayments, and what
    `files.open_table` and reading its rows raise.
    """
    half: list[Sheet] = []
    for table in _tables_in(path, limits):
        for sheet in _sheets_in(table):
            if sheet.is_whole:
                return _looked_over(sheet)
            half.append(sheet)
    best = next((sheet for sheet in half if "booked_on" in sheet.columns), None)
    if best is not None:
        raise NoAmountColumn
    raise NoDateColumn if half else NotAStatement


def _tables_in(path: Path, limits: Limits) -> Iterator[Table]:
    """Yield the file as it is cut most evenly, and then in every other way: lines above may mislead."""
    try:
        first = open_table(path=path, limits=limits)
    except (FileUnreadable, WrongKindOfFile) as error:
        raise NotAStatement from error
    except FileIsEmpty as error:
        # Headings alone are a table of no payments, any other line is no table.
        raise error if _names_a_day(error.header) else NotAStatement from error
    yield first
    if first.layout.form != "csv":
        return
    for delimiter in DELIMITERS:
        if delimiter != first.layout.delimiter:
            try:
                yield open_table(path=path, limits=limits, delimiter=delimiter)
            except Refusal:
                continue


def _names_a_day(header: Sequence[str]) -> bool:
    return any(is_called(COLUMNS["booked_on"].headers, name) for name in header)


def _sheets_in(table: Table) -> Iterator[Sheet]:
    """Yield what each of the first rows would be the headings of, if it names the date or the amount."""
    beginning = list(islice(table.rows(), MOST_ABOVE + SAMPLE_ROWS))
    above: list[Row] = [(0, list(table.header)), *beginning[:MOST_ABOVE]]
    for place, (number, cells) in enumerate(above):
        header = header_names(cells)
        sample = [fitted(cells, len(header)) for _, cells in beginning[place : place + SAMPLE_ROWS]]
        columns = _columns(header, sample)
        if not {"booked_on", "amount", "credit"}.isdisjoint(columns):
            yield Sheet(table, header, number, columns)


def _columns(header: Sequence[str], sample: Sequence[Sequence[Cell]]) -> dict[str, int]:
    guessed = guess_among(list(COLUMNS.values()), header=header, sample=sample)
    columns = {identifier: position for position, identifier in guessed.items()}
    for stand_in, name in STAND_INS.items():
        if stand_in in columns:
            columns.setdefault(name, columns.pop(stand_in))
    side = column_of_sides(header, columns)
    if side is not None:
        columns["side"] = side
    return columns


def _looked_over(sheet: Sheet) -> Sheet:
    """Return the sheet with what all of its rows tell. Raises SeveralAmounts and InvoicesNotPayments."""
    due = next((name for name in sheet.header if is_called(DUE_DATES, name)), None)
    if due is not None:
        raise InvoicesNotPayments(column=due)
    if "amount" in sheet.columns:
        chosen = sheet.heading_of("amount")
        others = [
            name for name in sheet.header if name != chosen and is_called(COLUMNS["amount"].headers, name)
        ]
        if others:
            raise SeveralAmounts(first=chosen, second=others[0])
    columns = dict(sheet.columns)
    if "side" in columns and not _needs_side(sheet):
        del columns["side"]
    if "side" in columns and "amount" not in columns:
        # One column of amounts with a word beside it: the word tells, whatever the column is called.
        columns["amount"] = columns.pop("credit")
    if "account" in columns and "iban" not in columns:
        whose = columns.pop("account")
        if identifier := _whose(sheet, whose):
            columns[identifier] = whose
    return Sheet(sheet.table, sheet.header, sheet.begins_after, columns)


def _needs_side(sheet: Sheet) -> bool:
    """Return whether a word tells in from out: two columns of amounts do so by themselves."""
    if {"credit", "debit"} <= sheet.columns.keys():
        return False
    amount = sheet.columns.get("amount", sheet.columns.get("credit"))
    if amount is None or not is_vague(sheet.heading_of("side")):
        return True
    return tells_sides(sheet.rows(), side=sheet.columns["side"], amount=amount)


def _whose(sheet: Sheet, position: int) -> str | None:
    """Return whose the only account is: ours when it is the same everywhere, else the payers'."""
    cells = [str(cells[position]).strip() for _, cells in sheet.rows()]
    accounts = set(cells) - {""}
    if len(accounts) > 1:
        return "iban"
    return "account" if len(cells) > 1 and accounts else None
