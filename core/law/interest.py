"""Interest for late payment: simple, actual days over 365, rounded half up once for each invoice. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from core.days import days_after
from core.law.rows import Book, LawSilent, Segment, Status

DAYS_A_YEAR = 365
CENT = Decimal("0.01")
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly percentage from a day to another, both included; `valid_to` None means still."""

    percent: Decimal
    valid_from: date
    valid_to: date | None
    row: str


@dataclass(frozen=True, slots=True)
class Span:
    """Days without interest: from `starts_on` until the day before `ends_on`; None means for good."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both included, of one principal at one rate."""

    first: date
    last: date
    principal: Decimal
    percent: Decimal
    row: str

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest in major units, the days that bore it, and the stretches it was computed by."""

    amount: Decimal
    days: int
    stretches: tuple[Stretch, ...]

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the rates used, each once."""
        return tuple(dict.fromkeys(one.row for one in self.stretches))


def rates_of(*, book: Book, country: str, segment: Segment) -> tuple[Rate, ...]:
    """Return the rates of late payment that are switched on, oldest first."""
    rates = (
        Rate(row.number("percent"), row.valid_from, row.valid_to, row.id)
        for row in book.rows
        if row.rule == "interest"
        and row.status is Status.SURE
        and row.country == country
        and segment in row.segments
    )
    return tuple(sorted(rates, key=lambda rate: rate.valid_from))


def simple_interest(
    *,
    principal: Decimal,
    rates: Sequence[Rate],
    from_on: date,
    until_on: date,
    frozen: Iterable[Span] = (),
) -> Interest:
    """Return the interest on one invoice over the days after `from_on`, up to and including `until_on`.

    So 25 November to 25 April are 151 days. Each day has the rate in force on it, and the sum of all is
    rounded once. Days in `frozen` bear none. Raises LawSilent when a day that counts has no rate: a missing
    rate is never guessed.
    """
    return interest_on(
        balances=((from_on, principal),), rates=rates, from_on=from_on, until_on=until_on, frozen=frozen
    )


def interest_on(
    *,
    balances: Sequence[tuple[date, Decimal]],
    rates: Sequence[Rate],
    from_on: date,
    until_on: date,
    frozen: Iterable[Span] = (),
) -> Interest:
    """Return the same for an invoice that was paid in parts: each principal counts after its day.

    `balances` are in the order of their days; the day of a payment itself still bears interest on what was
    open before. Days on which nothing is open need no rate.
    """
    stretches = tuple(
        stretch
        for first, last in _bearing(from_on, until_on, tuple(frozen))
        for start, end, principal in _by_balance(first, last, balances)
        for stretch in _by_rate(start, end, principal, rates)
    )
    total = sum((one.principal * one.percent * one.days for one in stretches), start=Decimal(0))
    amount = (total / HUNDRED / DAYS_A_YEAR).quantize(CENT, ROUND_HALF_UP)
    return Interest(amount, sum(one.days for one in stretches), stretches)


def plan_freeze(
    *,
    book: Book,
    country: str,
    segment: Segment,
    requested_on: date,
    decided_on: date | None,
) -> Span | None:
    """Return the days without interest because a plan was asked for and nobody decided in time.

    Belgium: after 30 days without a decision the interest stops until the day of the decision. None where
    the law says nothing, or the decision came in time.
    """
    row = book.find("plan_decision", country=country, segment=segment, on=requested_on)
    if row is None:
        return None
    starts_on = days_after(requested_on, row.whole("days") + 1)
    if decided_on is not None and decided_on <= starts_on:
        return None
    return Span(starts_on, decided_on)


def first_interest_day(
    *,
    book: Book,
    country: str,
    segment: Segment,
    due_on: date,
    reminded_on: date | None,
    first_cost_on: date | None,
) -> date | None:
    """Return the first day that bears interest: the day after the due date, or later where the law says so.

    Where it starts with a reminder, `reminded_on` and `first_cost_on` (of its term) say when; None as long
    as there was none.
    """
    if reminded_on is not None:
        after = book.find("interest_starts_after_reminder", country=country, segment=segment, on=reminded_on)
        if after is not None:
            return days_after(reminded_on, 1)
    on = reminded_on or due_on
    if book.find("interest_starts_after_term", country=country, segment=segment, on=on) is not None:
        return first_cost_on
    return days_after(due_on, 1)


def _bearing(from_on: date, until_on: date, pauses: Sequence[Span]) -> Iterator[tuple[date, date]]:
    """Yield the stretches of days, both included, after `from_on` that are not frozen."""
    day = days_after(from_on, 1)
    for pause in sorted(pauses, key=lambda one: one.starts_on):
        last = min(days_after(pause.starts_on, -1), until_on)
        if day <= last:
            yield day, last
        if pause.ends_on is None:
            return
        day = max(day, pause.ends_on)
    if day <= until_on:
        yield day, until_on


def _by_balance(
    first: date, last: date, balances: Sequence[tuple[date, Decimal]]
) -> Iterator[tuple[date, date, Decimal]]:
    """Yield the stretches, both days included, on which one principal above nothing is open."""
    for number, (after, principal) in enumerate(balances):
        end = balances[number + 1][0] if number + 1 < len(balances) else last
        start = max(first, days_after(after, 1))
        if principal > 0 and start <= min(end, last):
            yield start, min(end, last), principal


def _by_rate(first: date, last: date, principal: Decimal, rates: Sequence[Rate]) -> Iterator[Stretch]:
    while first <= last:
        rate = next(
            (one for one in rates if one.valid_from <= first <= (one.valid_to or date.max)),
            None,
        )
        if rate is None:
            raise LawSilent(rule="interest", country="", on=first.isoformat())
        end = min(last, rate.valid_to or last)
        yield Stretch(first, end, principal, rate.percent, rate.row)
        if end == last:
            return
        first = days_after(end, 1)
