"""What the rules of charging ask and answer: a law, the invoices as they stand, and what a message adds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from core.law.collecting import ChargeKind
from core.law.interest import Span
from core.law.rows import Book, Row, Segment
from core.law.terms import Way

_STORED = ("kind", "amount", "currency", "principal", "from_on", "until_on", "basis")


class Why(StrEnum):
    """Why nothing is added; the detail is an ISO date, a currency, or nothing."""

    NO_TERM = "no_term"
    TERM_RUNNING = "term_running"
    FREE = "free"
    ASKED_BEFORE = "asked_before"
    LAW_SILENT = "law_silent"
    OTHER_CURRENCY = "other_currency"
    OBJECTED = "objected"
    NOT_SAID = "not_said"
    NOTHING = "nothing"


class What(StrEnum):
    """What a stage may add."""

    COSTS = "costs"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class Law:
    """The law a debtor stands under."""

    book: Book
    country: str
    segment: Segment
    is_holiday: Callable[[date], bool]

    def find(self, rule: str, on: date, **marks: str) -> Row | None:
        """Return the row of a rule; None when the law is silent."""
        return self.book.find(rule, country=self.country, segment=self.segment, on=on, **marks)

    def on(self, day: date) -> dict[str, Any]:
        """Return what the rules of `core.law` ask for first."""
        return {"book": self.book, "country": self.country, "segment": self.segment, "on": day}


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder about an invoice that left: `amount` is what it reminded of, in minor units.

    `message_id` is the message, the same for all its invoices.
    Without `received_on` nobody knows when it arrived, and the days of post of its way count. One that is
    not `is_certain` may or may not have arrived; no term is counted from it.
    """

    message_id: int
    position: int
    sent_on: date
    received_on: date | None
    way: Way
    begins_term: bool
    amount: int
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """An invoice as the rules of charging need it, in minor units of its currency.

    `amount` may be asked for today; `balances` are what bore interest after each day. `asked` is what was
    added before by kind, `fees` how many messages about it cost a fee. Reminders said from
    `adds_vat_from` on that the costs come with VAT; None where they never did.
    """

    invoice_id: int
    due_on: date
    currency: str
    amount: int
    balances: Sequence[tuple[date, int]]
    letters: Sequence[Letter] = ()
    asked: Mapping[ChargeKind, int] = field(default_factory=dict)
    fees: int = 0
    frozen: Sequence[Span] = ()
    objections: frozenset[str] = frozenset()
    adds_vat_from: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One amount added to an invoice, in minor units, with all that computed it."""

    invoice_id: int
    kind: ChargeKind
    amount: int
    currency: str
    principal: int
    from_on: date | None
    until_on: date
    basis: dict[str, Any]

    def stored(self) -> dict[str, Any]:
        """Return it as `messaging.charges.add` takes it, beside its invoice."""
        return {name: getattr(self, name) for name in _STORED}


@dataclass(frozen=True, slots=True)
class Omission:
    """What a stage would add to an invoice, and the reason why it does not."""

    invoice_id: int
    what: What
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one message adds, and what it does not."""

    lines: Sequence[Line] = ()
    omissions: Sequence[Omission] = ()

    def of(self, invoice_id: int) -> "Bill":
        """Return what concerns one invoice."""
        return Bill(
            [one for one in self.lines if one.invoice_id == invoice_id],
            [one for one in self.omissions if one.invoice_id == invoice_id],
        )

    @property
    def has_fee(self) -> bool:
        """Whether the message itself costs something."""
        return any(one.kind is ChargeKind.REMINDER_FEE for one in self.lines)

    @property
    def costs(self) -> int:
        """All costs, in minor units; of one invoice they have one currency."""
        return sum(one.amount for one in self.lines if one.kind is not ChargeKind.INTEREST)

    @property
    def interest(self) -> int:
        """All interest, in minor units."""
        return sum(one.amount for one in self.lines if one.kind is ChargeKind.INTEREST)
