"""What a reminder may add, whichever country's law holds: one question in place of many. Pure.

`costs` holds the rules; here stands which of them a country has, and in which order they are tried.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from core.law import costs
from core.law.costs import NOTHING, Charge
from core.law.rows import Book, LawSilent, Segment


class ChargeKind(StrEnum):
    """What is added to an invoice."""

    REMINDER_FEE = "reminder_fee"
    COLLECTION_COST = "collection_cost"
    PENALTY = "penalty"
    DEMAND_FEE = "demand_fee"
    RECOVERY_SUM = "recovery_sum"
    INTEREST = "interest"


# Of these an invoice gets one, once: they pay for the collection, not for a single reminder.
ONCE = frozenset(
    {ChargeKind.COLLECTION_COST, ChargeKind.PENALTY, ChargeKind.DEMAND_FEE, ChargeKind.RECOVERY_SUM}
)


def collection_charges(
    *,
    book: Book,
    country: str,
    segment: Segment,
    on: date,
    principals: Sequence[Decimal],
    due_on: date,
    adds_vat: bool = False,
) -> Iterator[tuple[ChargeKind, Charge]]:
    """Yield what collecting these claims may cost by each rule the law has, the one that counts first.

    `due_on` is the first day on which one of them was due; `adds_vat` says that their creditor cannot
    reclaim VAT, which only the Dutch scale asks about.
    """
    whom: dict[str, Any] = {"book": book, "country": country, "segment": segment}
    ways: tuple[tuple[ChargeKind, Callable[[], Charge]], ...] = (
        (
            ChargeKind.COLLECTION_COST,
            partial(costs.collection_cost, on=on, principals=principals, adds_vat=adds_vat, **whom),
        ),
        (ChargeKind.PENALTY, partial(_penalty, principals, on=on, **whom)),
        (
            ChargeKind.DEMAND_FEE,
            partial(costs.fee, kind="demand", due_on=due_on, sent_on=on, charged_before=0, **whom),
        ),
        (ChargeKind.RECOVERY_SUM, partial(costs.recovery_sum, on=on, **whom)),
    )
    for kind, compute in ways:
        try:
            yield kind, compute()
        except LawSilent:
            continue


def _penalty(principals: Sequence[Decimal], **whom: Any) -> Charge:
    """Return the lower of the caps on all balances together and on each: they may be of several contracts."""
    together = costs.penalty_cap(balance=sum(principals, start=NOTHING), **whom)
    apart = [costs.penalty_cap(balance=one, **whom) for one in principals]
    amount = min(together.amount, sum((one.amount for one in apart), start=NOTHING))
    return Charge(amount, together.currency, together.rows)


def reminder_charge(
    *,
    book: Book,
    country: str,
    segment: Segment,
    on: date,
    due_on: date,
    is_notice: bool,
    fees_before: int,
    reminders_before: int,
) -> Charge:
    """Return what one more reminder itself may cost, sent on this day by e-mail. Raises LawSilent.

    `is_notice` says that it begins a term. `fees_before` are the reminders and notices that cost something,
    `reminders_before` those that went out since the first one the law counts. Nobody here knows which
    invoices are of one contract, so the first reminder of every due date is free (Belgium, art. XIX.2).
    """
    kind = "notice" if is_notice else "reminder"
    whom: dict[str, Any] = {"book": book, "country": country, "segment": segment}
    if book.find("fee", on=on, country=country, segment=segment, kind=kind) is not None:
        return costs.fee(kind=kind, due_on=due_on, sent_on=on, charged_before=fees_before, **whom)
    return costs.reminder_cost_cap(
        on=on,
        reminders_before=reminders_before,
        due_dates_reminded_this_year=None,
        postage=NOTHING,
        **whom,
    )


def in_currency(
    charges: Iterator[tuple[ChargeKind, Charge]], currency: str
) -> tuple[ChargeKind, Charge] | None:
    """Return the first one that is more than nothing in this currency."""
    return next(
        ((kind, one) for kind, one in charges if one.amount > Decimal(0) and one.currency == currency), None
    )
