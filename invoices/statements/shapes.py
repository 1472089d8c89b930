"""What every format of statement is read into, and what is checked of it whoever wrote it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.money import CURRENCIES, decimals_of
from core.texts import one_line
from invoices.statements.formats import StatementFormat
from invoices.statements.refusals import (
    CurrencyMixed,
    CurrencyUnknown,
    StatementBroken,
    StatementDoesNotAddUp,
    StatementEndsInFuture,
    StatementInFuture,
)

LARGEST_AMOUNT = 10**15
MOST_TEXT = 2_000
NOT_PROVIDED = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")


@dataclass(frozen=True, slots=True)
class Line:
    """One amount on an account, in minor units: above zero came in, below went out.

    `reference` is the structured one; `is_reversal` tells that an earlier line is taken back: money that
    came in went back to its payer, or money that we paid came back.
    """

    booked_on: date
    amount: int
    currency: str
    name: str = ""
    iban: str = ""
    reference: str = ""
    remittance: str = ""
    end_to_end_id: str = ""
    bank_reference: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account; balances are signed, in minor units. A table has none."""

    format: StatementFormat
    account: str
    number: str
    currency: str
    opening: int | None
    closing: int | None
    closed_on: date
    lines: tuple[Line, ...]

    @property
    def begins_on(self) -> date:
        """The first day on which something was booked, or the day of the closing balance."""
        return min((self.closed_on, *(line.booked_on for line in self.lines)))

    @property
    def ends_on(self) -> date:
        """The last day on which something was booked, or the day of the closing balance."""
        return max((self.closed_on, *(line.booked_on for line in self.lines)))


def minor(amount: Decimal, currency: str, *, where: str) -> int:
    """Return an amount in minor units. Raises StatementBroken for a fraction of one, and for no amount."""
    # Looked at before it is scaled: an exponent that is large enough is an error of arithmetic.
    if not amount.is_finite() or abs(amount) >= LARGEST_AMOUNT:
        raise StatementBroken(where=where)
    scaled = amount.scaleb(decimals_of(currency))
    if scaled != scaled.to_integral_value() or abs(scaled) >= LARGEST_AMOUNT:
        raise StatementBroken(where=where)
    return int(scaled)


def words(parts: Iterable[str | None], *, most: int = MOST_TEXT) -> str:
    """Return what is said in several places on one line."""
    return one_line(" ".join(part for part in parts if part))[:most]


def provided(text: str | None) -> str:
    """Return an id, or nothing for what banks write when there is none."""
    told = words((text,), most=60)
    return "" if told.upper() in NOT_PROVIDED else told


def check(statement: Statement, *, today: date) -> None:
    """Look a statement over.

    Raises CurrencyUnknown, CurrencyMixed, StatementDoesNotAddUp and, for lines booked after `today`,
    StatementInFuture; StatementEndsInFuture for a balance of a later day than it is anywhere.
    """
    number, currency = statement.number, statement.currency
    if currency not in CURRENCIES:
        raise CurrencyUnknown(number=number, currency=currency)
    for line in statement.lines:
        if line.currency != currency:
            raise CurrencyMixed(number=number, currency=currency, other=line.currency)
        if line.booked_on > today:
            raise StatementInFuture(number=number, day=line.booked_on.isoformat())
    if statement.closed_on > today + timedelta(days=1):
        raise StatementEndsInFuture(number=number, day=statement.closed_on.isoformat())
    if statement.opening is None or statement.closing is None:
        return
    if statement.opening + sum(line.amount for line in statement.lines) != statement.closing:
        raise StatementDoesNotAddUp(number=number)
