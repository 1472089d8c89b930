"""A table of payments, CSV or .xlsx, as a bank's site or a bookkeeping program writes it.

It has no balances, so each line stands for itself: nothing that can be read in two ways, is cut off or is out
of step is taken in.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from core.refusals import Refusal
from invoices.importing.amounts import DecimalSign
from invoices.importing.column_kinds import Convert, Formats
from invoices.importing.dates import DateOrder
from invoices.importing.delimited import DelimitedTable
from invoices.importing.refusals import FileIsEmpty
from invoices.importing.tables import Cell, Limits
from invoices.statements.formats import StatementFormat
from invoices.statements.refusals import StatementCutOff
from invoices.statements.shapes import Line, Statement, provided, words
from invoices.statements.sheets import Sheet, open_sheet
from invoices.statements.table_columns import CAME_IN, COLUMNS, TEXTS, WENT_OUT
from invoices.statements.table_formats import SUMS, formats_of
from invoices.statements.table_refusals import (
    AmountsDiffer,
    CellBeyondHeadings,
    CellMissing,
    CellRefused,
    CurrenciesMixed,
    PaymentInFuture,
    SignContradicts,
    TwoAmounts,
)

LONGEST_SHOWN = 60
_LINE_ENDS = (b"\n", b"\r", b"\n\0", b"\r\0")
_DECIMALS = re.compile(r"[.,](\d*)\D*$")


def read(
    content: bytes,
    *,
    limits: Limits,
    today: date,
    currency: str,
    date_order: DateOrder | None = None,
    decimal_sign: DecimalSign | None = None,
) -> list[Statement]:
    """Return a statement for each account of ours that the file names, or one.

    `currency` counts where no column says one; how dates and amounts are written is as chosen, else as found.
    Raises what `open_sheet`, `formats_of` and `invoices.statements.table_refusals` name, StatementCutOff and
    FileIsEmpty.
    """
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        sheet = open_sheet(path=Path(file.name), limits=limits)
        if _stops_half_way(sheet, content):
            raise StatementCutOff
        formats = formats_of(
            sheet, currency=currency, today=today, date_order=date_order, decimal_sign=decimal_sign
        )
        accounts: dict[str, list[Line]] = {}
        for account, line in _Reader(sheet, formats, today).lines():
            accounts.setdefault(account, []).append(line)
    if not accounts:
        raise FileIsEmpty
    return [_statement(account, lines) for account, lines in accounts.items()]


def _stops_half_way(sheet: Sheet, content: bytes) -> bool:
    """Return whether the last row of a CSV file lacks its end: a cell, or decimals that all others have."""
    if not isinstance(sheet.table, DelimitedTable) or content.endswith(_LINE_ENDS):
        return False
    last, width = sheet.table.last_row(), len(sheet.header)
    if len(last) < width:
        return True
    if width - 1 not in [sheet.columns.get(name) for name in SUMS]:
        return False
    if not str(last[width - 1]).strip():
        # Nothing of an amount stands there, so no part of one is missing.
        return False
    written = [_decimals(cells[-1]) for _, cells in sheet.rows() if str(cells[-1]).strip()]
    return _decimals(last[width - 1]) < min(written[:-1], default=0)


def _decimals(cell: Cell) -> int:
    # No amount is longer, and in long rows of commas the search would take the square of their number.
    found = _DECIMALS.search(str(cell)[-LONGEST_SHOWN:])
    return len(found[1]) if found else 0


def _statement(account: str, lines: Sequence[Line]) -> Statement:
    return Statement(
        format=StatementFormat.TABLE,
        account=account,
        number="",
        currency=lines[0].currency,
        opening=None,
        closing=None,
        closed_on=max(line.booked_on for line in lines),
        lines=tuple(lines),
    )


class _Reader:
    """Turns the rows of a sheet into lines."""

    def __init__(self, sheet: Sheet, formats: Formats, today: date) -> None:
        self._sheet, self._formats, self._today = sheet, formats, today
        self._converters: dict[tuple[str, str], Convert] = {}
        self._currencies: dict[str, str] = {}

    def lines(self) -> Iterator[tuple[str, Line]]:
        """Yield our account and the line of each row that says an amount."""
        for number, cells in self._sheet.rows():
            if len(cells) > len(self._sheet.header):
                raise CellBeyondHeadings(row=number)
            if self._is_blank(cells):
                continue
            account, line = self._line(number, cells)
            if line.amount:
                yield account, line

    def _is_blank(self, cells: Sequence[Cell]) -> bool:
        """Return whether neither date nor amount is said: a remark, or more text of the row above."""
        needed = [self._sheet.columns[name] for name in ("booked_on", *SUMS) if name in self._sheet.columns]
        return not any(str(cells[position]).strip() for position in needed)

    def _line(self, number: int, cells: Sequence[Cell]) -> tuple[str, Line]:
        said = {name: self._value(name, number, cells) for name in self._sheet.columns if name not in SUMS}
        currency, account = str(said.get("currency") or self._formats.currency), _account(said.get("account"))
        self._demand_one_currency(number, account, currency)
        booked_on = self._needed(said["booked_on"], "booked_on", number)
        if booked_on > self._today:
            raise PaymentInFuture(row=number, day=booked_on.isoformat())
        return account, Line(
            booked_on=booked_on,
            amount=self._amount(number, cells, currency, said.get("side")),
            currency=currency,
            name=words((said.get("name"),), most=140),
            iban=_account(said.get("iban")),
            reference=words((said.get("reference"),), most=60),
            remittance=words(said.get(name) for name in TEXTS),
            end_to_end_id=provided(said.get("end_to_end_id")),
            bank_reference=provided(said.get("bank_reference")),
            is_reversal=bool(said.get("returned")),
        )

    def _amount(self, number: int, cells: Sequence[Cell], currency: str, side: str | None) -> int:
        """Return the amount, above zero when it came in."""
        columns = self._sheet.columns
        said = {name: self._value(name, number, cells, currency) for name in SUMS if name in columns}
        if "amount" not in columns:
            return self._of_two(number, said)
        amount: int = self._needed(said["amount"], "amount", number)
        if "side" in columns and self._needed(side, "side", number) == WENT_OUT:
            amount = -abs(amount)
        if side == CAME_IN and amount < 0:
            raise SignContradicts(row=number, column=self._sheet.heading_of("side"))
        return self._repeated(number, said, amount, side)

    def _repeated(self, number: int, said: dict[str, Any], amount: int, side: str | None) -> int:
        """Return the amount as the columns beside it, of what came in or went out, say it too.

        They tell in from out: the amount may have no sign.
        """
        credit, debit = said.get("credit"), said.get("debit")
        if "credit" in said and "debit" in said:
            told = self._of_two(number, said)
            is_same = abs(told) == abs(amount) and not amount < 0 < told
        elif "credit" in said:
            # Nothing came in by this row: an amount above zero may be either.
            told, is_same = amount, amount == credit if credit else amount <= 0
        elif debit:
            told, is_same = -abs(amount), abs(amount) == abs(debit) and side != CAME_IN
        else:
            return amount
        if not is_same:
            other = "debit" if debit else "credit"
            first, second = self._sheet.heading_of("amount"), self._sheet.heading_of(other)
            raise AmountsDiffer(row=number, first=first, second=second)
        return told

    def _of_two(self, number: int, said: dict[str, Any]) -> int:
        credit, debit = said["credit"], said.get("debit")
        if credit and debit:
            first, second = self._sheet.heading_of("credit"), self._sheet.heading_of("debit")
            raise TwoAmounts(row=number, first=first, second=second)
        if debit is not None and not credit:
            # Some banks write it with a minus, in a column that says as much.
            return -abs(int(debit))
        return int(self._needed(credit, "credit", number))

    def _demand_one_currency(self, number: int, account: str, currency: str) -> None:
        first = self._currencies.setdefault(account, currency)
        if first != currency:
            raise CurrenciesMixed(row=number, currency=first, other=currency)

    def _needed(self, value: Any, name: str, number: int) -> Any:
        if value is None:
            raise CellMissing(row=number, column=self._sheet.heading_of(name))
        return value

    def _value(self, name: str, number: int, cells: Sequence[Cell], currency: str = "") -> Any:
        """Return what a cell says, None for a blank one. Raises CellRefused."""
        cell = cells[self._sheet.columns[name]]
        if not str(cell).strip():
            return None
        if (name, currency) not in self._converters:
            self._converters[name, currency] = COLUMNS[name].prepare(self._formats, currency)
        try:
            return self._converters[name, currency](cell)
        except Refusal as problem:
            shown, heading = str(cell).strip()[:LONGEST_SHOWN], self._sheet.heading_of(name)
            raise CellRefused(row=number, column=heading, found=shown, problem=problem) from problem


def _account(said: Any) -> str:
    return "".join(str(said or "").split()).upper()[:34]
