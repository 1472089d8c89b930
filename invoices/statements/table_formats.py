"""How the dates and amounts of a table of payments are written: told by all of them together, or asked."""

from collections.abc import Iterator, Mapping
from datetime import date

from invoices.importing.amounts import DecimalSign, amount_readings
from invoices.importing.column_kinds import Formats
from invoices.importing.dates import DateOrder, date_readings
from invoices.importing.evidence import Evidence, Finding, Verdict
from invoices.statements.sheets import Sheet
from invoices.statements.table_refusals import AmountOpen, AmountsConflict, DayOpen, DaysConflict

SUMS = ("amount", "credit", "debit")
# No bank and no bookkeeper hands out older payments: it tells the year from the day in 05.11.26.
MOST_YEARS = 10


def formats_of(
    sheet: Sheet,
    *,
    currency: str,
    today: date,
    date_order: DateOrder | None = None,
    decimal_sign: DecimalSign | None = None,
) -> Formats:
    """Return how to read the table: as chosen, else as its values tell.

    Where they leave the day open and a heading is not English, the day stands before the month: English alone
    knows the other order. Raises DayOpen, DaysConflict, AmountOpen and AmountsConflict.
    """
    order, sign = date_order or _date_order(sheet, today), decimal_sign or _decimal_sign(sheet)
    return Formats(order, sign, country="", currency=currency, two_digit_years=True)


def _date_order(sheet: Sheet, today: date) -> DateOrder:
    dates: Evidence[DateOrder] = Evidence(default=DateOrder.YMD)
    for _, text in _texts(sheet, "booked_on"):
        if dates.is_new(text):
            dates.add(text, _likely(date_readings(text), today))
    found = dates.finding()
    if found.choice is not None:
        return found.choice
    if found.verdict == Verdict.CONFLICTING:
        one, other = _two_of(found)
        raise DaysConflict(column=sheet.heading_of("booked_on"), found=one, other=other)
    if DateOrder.DMY in found.samples and not sheet.is_english:
        return DateOrder.DMY
    number, column, text = _place_of(sheet, found, "booked_on")
    raise DayOpen(row=number, column=column, found=text)


def _likely(readings: Mapping[DateOrder, date], today: date) -> Mapping[DateOrder, date]:
    recent = {order: day for order, day in readings.items() if day.year >= today.year - MOST_YEARS}
    return recent or readings


def _decimal_sign(sheet: Sheet) -> DecimalSign:
    decimals: Evidence[DecimalSign] = Evidence(default=DecimalSign.COMMA)
    columns = [name for name in SUMS if name in sheet.columns]
    for name in columns:
        for _, text in _texts(sheet, name):
            if decimals.is_new(text):
                decimals.add(text, amount_readings(text))
    found = decimals.finding()
    if found.choice is not None:
        return found.choice
    if found.verdict == Verdict.CONFLICTING:
        one, other = _two_of(found)
        raise AmountsConflict(column=sheet.heading_of(columns[0]), found=one, other=other)
    number, column, text = _place_of(sheet, found, *columns)
    raise AmountOpen(row=number, column=column, found=text)


def _texts(sheet: Sheet, column: str) -> Iterator[tuple[int, str]]:
    """Yield row and text of a column's cells; a workbook's own dates and numbers need no guess."""
    position = sheet.columns[column]
    for number, cells in sheet.rows():
        cell = cells[position]
        if isinstance(cell, str) and cell.strip():
            yield number, cell.strip()


def _two_of(found: Finding[DateOrder] | Finding[DecimalSign]) -> tuple[str, str]:
    one, other, *_ = [texts[0] for texts in found.samples.values()]
    return one, other


def _place_of(
    sheet: Sheet, found: Finding[DateOrder] | Finding[DecimalSign], *columns: str
) -> tuple[int, str, str]:
    """Return row, heading and text of the first value that is open."""
    is_open = {text for texts in found.samples.values() for text in texts}
    places = [
        (number, sheet.heading_of(column), text)
        for column in columns
        for number, text in _texts(sheet, column)
        if text in is_open
    ]
    return min(places)
