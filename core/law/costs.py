"""What reminders and collection may cost: each amount comes with the rows it was computed by. Pure.

Amounts are Decimal in the currency of the row. A sum the law fixes is rounded half up to the cent; a sum the
law caps is rounded down, so that no rounding lifts it over its cap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from core.days import days_after
from core.law.rows import Book, Segment, Slice
from core.money import Money

CENT = Decimal("0.01")
NOTHING = Decimal(0)
PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount in major units of its currency, the ids of the rows of law behind it, and if VAT is in it."""

    amount: Decimal
    currency: str
    rows: tuple[str, ...]
    includes_vat: bool = False

    @property
    def money(self) -> Money:
        """The amount in whole minor units, as it is stored."""
        return Money.of(self.amount, self.currency)


def collection_cost(
    *,
    book: Book,
    country: str,
    segment: Segment,
    on: date,
    principals: Sequence[Decimal],
    adds_vat: bool = False,
) -> Charge:
    """Return the cost of collecting these claims out of court (Netherlands: Stb. 2012, 141, art. 2).

    The claims are added up first (art. 6:96(7) BW) and are principal only: no interest, no earlier cost. The
    minimum and the maximum are before VAT, which is added for a creditor who cannot reclaim it. Nothing is
    owed on nothing. Raises LawSilent.
    """
    row = book.row("collection_cost", country=country, segment=segment, on=on)
    principal = _sum(principals)
    if not principal:
        return Charge(NOTHING, row.text("currency"), (row.id,))
    cost = min(max(_cut(row.slices(), principal), row.number("minimum")), row.number("maximum"))
    rows = [row.id]
    if adds_vat:
        vat = book.row("vat", country=country, segment=segment, on=on)
        cost *= 1 + vat.number("percent") * PERCENT
        rows.append(vat.id)
    return Charge(cost.quantize(CENT, ROUND_HALF_UP), row.text("currency"), tuple(rows), adds_vat)


def penalty_cap(*, book: Book, country: str, segment: Segment, on: date, balance: Decimal) -> Charge:
    """Return the most a penalty clause may bring on this balance (Belgium: art. XIX.4). Raises LawSilent."""
    row = book.row("penalty", country=country, segment=segment, on=on)
    owed = _sum([balance])
    most = min(_step(row.slices(), owed), row.number("maximum")) if owed else NOTHING
    return Charge(most.quantize(CENT, ROUND_DOWN), row.text("currency"), (row.id,))


def reminder_cost_cap(
    *,
    book: Book,
    country: str,
    segment: Segment,
    on: date,
    reminders_before: int,
    due_dates_reminded_this_year: int | None,
    postage: Decimal,
) -> Charge:
    """Return the most one more reminder may cost (Belgium: art. XIX.2). Raises LawSilent.

    `reminders_before` are those about the same due date. `due_dates_reminded_this_year` counts the other due
    dates of the contract with a reminder in this calendar year; None for one without regular deliveries,
    where the first reminder is always free. `postage` is what sending it costs.
    """
    row = book.row("reminder_cost", country=country, segment=segment, on=on)
    is_first = reminders_before < row.whole("free_reminders")
    are_some_left = due_dates_reminded_this_year is None or due_dates_reminded_this_year < row.whole(
        "free_due_dates_a_year"
    )
    most = NOTHING if is_first and are_some_left else row.number("maximum") + _sum([postage])
    return Charge(most.quantize(CENT, ROUND_DOWN), row.text("currency"), (row.id,))


def fee(
    *,
    book: Book,
    country: str,
    segment: Segment,
    kind: str,
    due_on: date,
    sent_on: date,
    charged_before: int,
) -> Charge:
    """Return the fee for a "reminder", "notice" or "demand" (Norway: inkassoforskriften, chapter 1).

    It is nothing when the message goes too soon after the due date, or when `charged_before` fees of these
    kinds were charged already (reminders and notices count together). Raises LawSilent.
    """
    row = book.row("fee", country=country, segment=segment, on=sent_on, kind=kind)
    unit = book.row("fee_unit", country=country, segment=segment, on=sent_on)
    is_early = sent_on < days_after(due_on, row.whole("days_after_due"))
    if is_early or charged_before >= row.whole("most"):
        return Charge(NOTHING, unit.text("currency"), (row.id, unit.id))
    amount = row.number("units") * unit.number("amount")
    rounding = book.find("fee_rounding", country=country, segment=segment, on=sent_on)
    step = CENT if rounding is None else rounding.number("to")
    rows = (row.id, unit.id) if rounding is None else (row.id, unit.id, rounding.id)
    return Charge((amount // step * step).quantize(CENT), unit.text("currency"), rows)


def recovery_sum(*, book: Book, country: str, segment: Segment, on: date) -> Charge:
    """Return the sum a late business owes without a reminder (Directive 2011/7/EU). Raises LawSilent."""
    row = book.row("recovery_sum", country=country, segment=segment, on=on)
    return Charge(row.number("amount").quantize(CENT), row.text("currency"), (row.id,))


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    if any(amount < 0 for amount in amounts):
        raise ValueError("What is owed is never less than nothing.")
    return sum(amounts, start=NOTHING)


def _cut(slices: Sequence[Slice], amount: Decimal) -> Decimal:
    """Return the percentages of the parts of the amount that lie in each slice, added up."""
    total, below = NOTHING, NOTHING
    for part in slices:
        top = amount if part.up_to is None else min(amount, part.up_to)
        total += max(top - below, NOTHING) * part.percent * PERCENT
        below = part.up_to or below
    return total


def _step(slices: Sequence[Slice], amount: Decimal) -> Decimal:
    """Return the fixed sum of the slice the amount falls in, and the percentage of what is above its foot."""
    part = _slice_of(slices, amount)
    foot = max((one.up_to for one in slices if one.up_to is not None and one.up_to < amount), default=NOTHING)
    return part.fixed + (amount - foot) * part.percent * PERCENT


def _slice_of(slices: Sequence[Slice], amount: Decimal) -> Slice:
    return next(part for part in slices if part.up_to is None or amount <= part.up_to)
