"""Look through a whole file once: how many rows, and how its dates and amounts are written."""

from dataclasses import dataclass

from core.refusals import N_, Refusal
from invoices.importing.amounts import DecimalSign, amount_readings
from invoices.importing.column_kinds import Formats
from invoices.importing.columns import COLUMNS
from invoices.importing.dates import DateOrder, date_readings, has_two_digit_year
from invoices.importing.evidence import Evidence, Finding
from invoices.importing.matching import Matching
from invoices.importing.tables import Table


class DateOrderUndecided(Refusal):
    """The dates could be read in more than one order, and nobody chose."""

    sentence = N_("Choose in which order day, month and year stand in this file.")


class DecimalSignUndecided(Refusal):
    """The amounts could be read in two ways, and nobody chose."""

    sentence = N_("Choose whether a comma or a point stands before the cents in this file.")


class TwoDigitYearsUndecided(Refusal):
    """Years have two digits, and nobody said that 26 means 2026."""

    sentence = N_("Years have two digits in this file. Say that 26 means 2026, or write them with four.")


@dataclass(frozen=True, slots=True)
class Profile:
    """What all rows of a file tell about its dates and amounts."""

    rows: int
    dates: Finding[DateOrder]
    decimals: Finding[DecimalSign]
    two_digit_years: bool

    def formats(
        self,
        *,
        country: str,
        currency: str,
        date_order: DateOrder | None = None,
        decimal_sign: DecimalSign | None = None,
        two_digit_years: bool = False,
    ) -> Formats:
        """Return how to read the file: as chosen, else as found. Nothing that is open is decided here.

        Refuses `DateOrderUndecided`, `DecimalSignUndecided`, `TwoDigitYearsUndecided`.
        """
        order, sign = date_order or self.dates.choice, decimal_sign or self.decimals.choice
        if order is None:
            raise DateOrderUndecided
        if sign is None:
            raise DecimalSignUndecided
        if self.two_digit_years and not two_digit_years:
            raise TwoDigitYearsUndecided
        return Formats(order, sign, country, currency, two_digit_years)


def profile(*, table: Table, matching: Matching) -> Profile:
    """Read all rows once and weigh the columns matched as dates and amounts. Refuses what reading refuses."""
    dates: Evidence[DateOrder] = Evidence(default=DateOrder.YMD)
    decimals: Evidence[DecimalSign] = Evidence(default=DecimalSign.COMMA)
    date_positions = [at for at, name in matching.columns.items() if COLUMNS[name].is_date]
    amount_positions = [at for at, name in matching.columns.items() if COLUMNS[name].is_amount]
    rows, short_years = 0, False
    for _, cells in table.rows():
        rows += 1
        for position in date_positions:
            cell = cells[position]
            # A workbook's own dates and numbers need no guess.
            if isinstance(cell, str) and dates.is_new(cell):
                dates.add(cell, date_readings(cell))
                short_years = short_years or has_two_digit_year(cell)
        for position in amount_positions:
            cell = cells[position]
            if isinstance(cell, str) and decimals.is_new(cell):
                decimals.add(cell, amount_readings(cell))
    return Profile(rows, dates.finding(), decimals.finding(), short_years)
