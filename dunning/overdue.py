"""What is known about overdue invoices and their debtors, asked in a few statements per chunk of debtors."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from core.database import db
from core.organisations.models import Organisation
from dunning.accounts import laws_of
from dunning.bills import Law, Letter
from dunning.given_terms import free_until
from dunning.letters import correspondence, letters_about, reached_by
from dunning.schedule import Correspondence, Decision, Plan, Reason, Standing, decide
from invoices.models import INVOICE_IS_OPEN, ContactPoint, Invoice
from invoices.queries import WhyNot, exemptions_in_force, why_not_dun

# As many as fit one list of parameters on both databases, with room to spare.
MOST_IN_A_LIST = 5_000
DEBTORS_IN_A_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an invoice and its debtor; `language` is that of their messages."""

    invoice_id: int
    debtor_id: int
    standing: Standing
    debtor: Correspondence
    law: Law
    language: str
    letters: Sequence[Letter]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run decides about one overdue invoice; `amount` is what may be reminded of, in minor units."""

    facts: Facts
    decision: Decision

    @property
    def invoice_id(self) -> int:
        """The invoice."""
        return self.facts.invoice_id

    @property
    def debtor_id(self) -> int:
        """Its debtor."""
        return self.facts.debtor_id

    @property
    def amount(self) -> int:
        """What may be reminded of."""
        return self.facts.standing.amount


@dataclass(frozen=True, slots=True)
class _Invoice:
    id: int
    debtor_id: int
    due_on: date
    currency: str
    amount_open: int


def debtors_after(*, organisation_id: int, due_before: date, after: int) -> Sequence[int]:
    """Return the next debtors (ids above `after`, in order) with an open invoice due before the day."""
    return db.session.scalars(
        select(Invoice.debtor_id)
        .where(
            Invoice.organisation_id == organisation_id,
            INVOICE_IS_OPEN,
            Invoice.due_on < due_before,
            Invoice.debtor_id > after,
        )
        .distinct()
        .order_by(Invoice.debtor_id)
        .limit(DEBTORS_IN_A_CHUNK)
    ).all()


def outcomes(
    *,
    organisation: Organisation,
    plan: Plan,
    contacts: dict[int, Sequence[ContactPoint]],
    debtor_ids: Collection[int],
    today: date,
) -> Iterator[Outcome]:
    """Yield what the plan decides today about every overdue invoice of these debtors, in order of debtors."""
    known = facts(
        organisation=organisation,
        contacts=contacts,
        debtor_ids=debtor_ids,
        today=today,
        due_before=today,
    )
    for fact in known:
        decision = decide(plan=plan, invoice=fact.standing, debtor=fact.debtor, today=today)
        yield Outcome(fact, decision)


def facts(
    *,
    organisation: Organisation,
    contacts: dict[int, Sequence[ContactPoint]],
    debtor_ids: Collection[int],
    today: date,
    due_before: date,
    invoice_id: int | None = None,
) -> Iterator[Facts]:
    """Yield what the rules need to know today about each open invoice that is due before a day.

    With `invoice_id` about that one too, whatever is open on it and whenever it is due.
    """
    which = and_(INVOICE_IS_OPEN, Invoice.due_on < due_before)
    if invoice_id is not None:
        which = or_(which, Invoice.id == invoice_id)
    invoices = _invoices(organisation.id, debtor_ids, which)
    ids = [invoice.id for invoice in invoices]
    exempt = _amounts_exempt(organisation.id, ids)
    why_not = gate(organisation_id=organisation.id, invoice_ids=ids)
    of_debtors: dict[str, Any] = {
        "organisation_id": organisation.id,
        "zone": organisation.zone,
        "debtor_ids": debtor_ids,
    }
    letters = letters_about(**of_debtors)
    debtors = correspondence(**of_debtors, contacts=contacts, today=today)
    laws = laws_of(organisation=organisation, debtor_ids=debtor_ids)
    for invoice in invoices:
        no = why_not[invoice.id]
        amount = invoice.amount_open - exempt.get(invoice.id, 0)
        if no is None and amount <= 0:
            # The exemption was in force a statement ago and has just ended: the next run may write.
            no = WhyNot(Reason.EXEMPT)
        law, language = laws[invoice.debtor_id]
        sent = letters.get(invoice.id, ())
        standing = _standing(invoice, amount, sent, law, no)
        yield Facts(invoice.id, invoice.debtor_id, standing, debtors[invoice.debtor_id], law, language, sent)


def _standing(
    invoice: _Invoice, amount: int, letters: Sequence[Letter], law: Law, no: WhyNot | None
) -> Standing:
    """Return how an invoice stands after these reminders."""
    position, day = reached_by(letters)
    return Standing(
        due_on=invoice.due_on,
        amount=amount,
        currency=invoice.currency,
        reached=position,
        reached_on=day,
        why_not=None if no is None else (no.reason, no.detail),
        free_until=free_until(law=law, letters=letters),
    )


def gate(*, organisation_id: int, invoice_ids: Sequence[int]) -> dict[int, WhyNot | None]:
    """Ask `invoices.queries.why_not_dun` about any number of invoices."""
    answers: dict[int, WhyNot | None] = {}
    for some in _slices(invoice_ids):
        answers |= why_not_dun(organisation_id=organisation_id, invoice_ids=some)
    return answers


def _invoices(
    organisation_id: int, debtor_ids: Collection[int], which: ColumnElement[bool]
) -> list[_Invoice]:
    rows = db.session.execute(
        select(Invoice.id, Invoice.debtor_id, Invoice.due_on, Invoice.currency, Invoice.amount_open)
        .where(Invoice.organisation_id == organisation_id, Invoice.debtor_id.in_(debtor_ids), which)
        .order_by(Invoice.debtor_id, Invoice.due_on, Invoice.id)
    )
    return [_Invoice(*row) for row in rows]


def _amounts_exempt(organisation_id: int, invoice_ids: Sequence[int]) -> dict[int, int]:
    """Return how much of each invoice is left alone; whole exemptions are the gate's business."""
    amounts: dict[int, int] = defaultdict(int)
    for some in _slices(invoice_ids):
        held = exemptions_in_force(organisation_id=organisation_id, invoice_ids=some)
        for invoice_id, parts in held.items():
            amounts[invoice_id] += sum(amount or 0 for _, amount in parts)
    return amounts


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MOST_IN_A_LIST):
        yield ids[start : start + MOST_IN_A_LIST]
