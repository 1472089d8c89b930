"""What a reminder adds to its invoices, and why not: pure rules, without database or clock.

The same rules decide at the hand-over, propose before it, explain for any day and simulate. They only ever
choose the careful side: what the law does not say, or nobody has found out, is not asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.days import days_after
from core.law.collecting import ONCE, ChargeKind, collection_charges, in_currency, reminder_charge
from core.law.interest import Interest, first_interest_day, interest_on, rates_of
from core.law.rows import LawSilent, Row
from core.law.terms import Way
from core.money import Money
from dunning.bills import Account, Bill, Law, Letter, Line, Omission, What, Why
from dunning.given_terms import first_term
from dunning.named_costs import NamedBy, shared_out, within_named
from dunning.schedule import Stage


@dataclass(frozen=True, slots=True)
class _Ripe:
    """An invoice whose collecting may be charged for, on which principal, and the reminder with its term."""

    account: Account
    principal: int
    letter: Letter | None


def bill(
    *,
    law: Law,
    items: Sequence[tuple[Stage, Account]],
    named_by: NamedBy,
    today: date,
    is_said: bool,
) -> Bill:
    """Return what a message about these invoices adds today, each by its own stage.

    `named_by` holds what the reminders that gave these invoices a term were about. `is_said` tells whether
    the message names what it adds; without it nothing is added.
    """
    items = sorted(items, key=lambda item: (item[1].due_on, item[1].invoice_id))
    answers: list[Line | Omission] = []
    if is_said:
        answers += _fees(law, [item for item in items if item[0].costs == "reminder"], today)
        some = [one for stage, one in items if stage.costs == "collection"]
        answers += _collection(law, some, named_by, today)
        answers += (_interest(law, one, today) for stage, one in items if stage.adds_interest)
    else:
        answers += (Omission(one.invoice_id, What.COSTS, Why.NOT_SAID) for s, one in items if s.costs)
        answers += (
            Omission(one.invoice_id, What.INTEREST, Why.NOT_SAID) for s, one in items if s.adds_interest
        )
    return Bill(
        [one for one in answers if isinstance(one, Line)],
        [one for one in answers if isinstance(one, Omission)],
    )


def _fees(law: Law, items: Sequence[tuple[Stage, Account]], today: date) -> Iterator[Line | Omission]:
    """Yield the fee of a reminder once: on the invoice due first of those that may bear it."""
    is_charged = False
    for stage, account in items:
        answer = _objected(law, account, today) or _fee(law, stage, account, today)
        if isinstance(answer, Line):
            if is_charged:
                answer = Omission(account.invoice_id, What.COSTS, Why.ASKED_BEFORE)
            is_charged = True
        yield answer


def _fee(law: Law, stage: Stage, account: Account, today: date) -> Line | Omission:
    first = first_term(law=law, account=account)
    since = [one for one in account.letters if first and one.sent_on >= first[0].sent_on]
    try:
        charge = reminder_charge(
            **law.on(today),
            due_on=account.due_on,
            is_notice=stage.begins_term,
            fees_before=account.fees,
            reminders_before=len(since),
        )
    except LawSilent:
        return Omission(account.invoice_id, What.COSTS, Why.LAW_SILENT)
    if not charge.amount:
        return Omission(account.invoice_id, What.COSTS, Why.FREE)
    if charge.currency != account.currency:
        return Omission(account.invoice_id, What.COSTS, Why.OTHER_CURRENCY, charge.currency)
    return Line(
        account.invoice_id,
        ChargeKind.REMINDER_FEE,
        charge.money.minor,
        account.currency,
        account.amount,
        None,
        today,
        _basis(law, charge.rows),
    )


def _collection(
    law: Law, accounts: Sequence[Account], named_by: NamedBy, today: date
) -> Iterator[Line | Omission]:
    """Yield the costs of collecting: computed over all these invoices together, and shared out over them."""
    ripe: dict[str, list[_Ripe]] = {}
    for account in accounts:
        answer = _ripe(law, account, today)
        if isinstance(answer, Omission):
            yield answer
        else:
            ripe.setdefault(account.currency, []).append(answer)
    for currency, some in ripe.items():
        yield from _shared(law, some, named_by, currency, today)


def _ripe(law: Law, account: Account, today: date) -> _Ripe | Omission:
    """Return the invoice with the principal that may be charged on, or why nothing may.

    It is no more than the reminder with the term spoke of: the cost it named is the most there will be.
    """
    objected = _objected(law, account, today)
    if objected is not None:
        return objected
    if any(kind in ONCE for kind in account.asked):
        return Omission(account.invoice_id, What.COSTS, Why.ASKED_BEFORE)
    if law.find("term", today, channel=Way.ELECTRONIC.value) is None:
        return _Ripe(account, account.amount, None)
    found = first_term(law=law, account=account)
    if found is None:
        return Omission(account.invoice_id, What.COSTS, Why.NO_TERM)
    letter, given = found
    if today < given.first_cost_on:
        detail = given.first_cost_on.isoformat()
        return Omission(account.invoice_id, What.COSTS, Why.TERM_RUNNING, detail)
    return _Ripe(account, min(account.amount, letter.amount), letter)


def _objected(law: Law, account: Account, today: date) -> Omission | None:
    row = law.find("objection", today)
    if row is None or account.objections.isdisjoint(row.words("reasons")):
        return None
    return Omission(account.invoice_id, What.COSTS, Why.OBJECTED)


def _shared(
    law: Law, some: Sequence[_Ripe], named_by: NamedBy, currency: str, today: date
) -> Iterator[Line | Omission]:
    principals = [one.principal for one in some]
    charges = list(
        collection_charges(
            **law.on(today),
            principals=[Money(one, currency).amount for one in principals],
            due_on=min(one.account.due_on for one in some),
            # Costs of several creditors are computed together: one who can reclaim VAT asks for none.
            adds_vat=all(_adds_vat(law, one.account, today) for one in some),
        )
    )
    found = in_currency(iter(charges), currency)
    if found is None:
        paying = next((one.currency for _, one in charges if one.currency != currency), "")
        why = Why.OTHER_CURRENCY if paying else Why.FREE if charges else Why.LAW_SILENT
        yield from (Omission(one.account.invoice_id, What.COSTS, why, paying) for one in some)
        return
    kind, charge = found
    computed = charge.money.minor
    shares = within_named(
        law=law,
        letters=[one.letter for one in some],
        principals=principals,
        amount=computed,
        named_by=named_by,
        currency=currency,
    )
    basis = _basis(law, charge.rows, computed=computed, principals=principals)
    for one, share, uncapped in zip(some, shares, shared_out(computed, principals), strict=True):
        invoice_id = one.account.invoice_id
        if share:
            yield Line(invoice_id, kind, share, currency, one.principal, None, today, basis)
        else:
            yield Omission(invoice_id, What.COSTS, Why.ASKED_BEFORE if uncapped else Why.NOTHING)


def _adds_vat(law: Law, account: Account, today: date) -> bool:
    """Return whether the costs come with VAT: no more is asked than the reminder with the term named."""
    found = first_term(law=law, account=account)
    named_on = found[0].sent_on if found else today
    return account.adds_vat_from is not None and named_on >= account.adds_vat_from


def _interest(law: Law, account: Account, today: date) -> Line | Omission:
    found = first_term(law=law, account=account)
    first = first_interest_day(
        book=law.book,
        country=law.country,
        segment=law.segment,
        due_on=account.due_on,
        reminded_on=found[0].sent_on if found else None,
        first_cost_on=found[1].first_cost_on if found else None,
    )
    if first is None:
        return Omission(account.invoice_id, What.INTEREST, Why.NO_TERM)
    try:
        interest = interest_on(
            balances=[(after, Money(one, account.currency).amount) for after, one in account.balances],
            rates=rates_of(book=law.book, country=law.country, segment=law.segment),
            from_on=days_after(first, -1),
            until_on=today,
            frozen=account.frozen,
        )
    except LawSilent as silent:
        return Omission(account.invoice_id, What.INTEREST, Why.LAW_SILENT, str(silent.values["on"]))
    before = account.asked.get(ChargeKind.INTEREST, 0)
    rest = Money.of(interest.amount, account.currency).minor - before
    if rest <= 0:
        return Omission(account.invoice_id, What.INTEREST, Why.NOTHING)
    return Line(
        account.invoice_id,
        ChargeKind.INTEREST,
        rest,
        account.currency,
        account.amount,
        first,
        today,
        _basis(law, interest.rows, asked_before=before, stretches=_stretches(interest)),
    )


def _stretches(interest: Interest) -> list[dict[str, Any]]:
    return [
        {
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "days": one.days,
            "principal": str(one.principal),
            "percent": str(one.percent),
            "row": one.row,
        }
        for one in interest.stretches
    ]


def _basis(law: Law, rows: Sequence[str], **computed: Any) -> dict[str, Any]:
    """Return all that computed an amount, the rows of law written out: they may be others one day."""
    return {
        "country": law.country,
        "segment": law.segment.value,
        "rows": [_written(row) for row in law.book.rows if row.id in rows],
        **computed,
    }


def _written(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "rule": row.rule,
        "source": row.source,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "values": _plain(row.values),
    }


def _plain(value: Any) -> Any:
    """Return a value of a row as JSON can hold it; numbers stay exact as texts."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
