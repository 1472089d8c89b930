"""What is known about overdue invoices and their debtors, asked in a few statements per chunk of debtors."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from core.bulk import among
from core.database import db
from core.organisations.models import Organisation
from dunning.accounts import laws_of
from dunning.bills import Law, Letter
from dunning.given_terms import free_until
from dunning.letters import correspondence, letters_about, reached_by
from dunning.schedule import Correspondence, Decision, Plan, Reason, Standing, decide_together
from invoices.models import INVOICE_IS_OPEN, Invoice
from invoices.queries import Standing as InvoiceStanding
from invoices.queries import UsableContact, WhyNot, covered_by, exemptions_in_force, why_not_dun

DEBTORS_IN_A_CHUNK = 2_500


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
    withdrawn_at: datetime | None

    @property
    def as_it_stands(self) -> InvoiceStanding:
        """What the gate asks about it."""
        return InvoiceStanding(self.id, self.amount_open, self.withdrawn_at)


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


def is_last(debtor_ids: Sequence[int]) -> bool:
    """Return whether no debtors come after these, which `debtors_after` found."""
    return len(debtor_ids) < DEBTORS_IN_A_CHUNK


def outcomes(
    *,
    organisation: Organisation,
    plan: Plan,
    contacts: Mapping[int, Sequence[UsableContact]],
    posted: Collection[int],
    debtor_ids: Collection[int],
    today: date,
) -> Iterator[Outcome]:
    """Yield what the plan decides today about every overdue invoice of these debtors, in order of debtors."""
    known = facts(
        organisation=organisation,
        contacts=contacts,
        posted=posted,
        debtor_ids=debtor_ids,
        today=today,
        due_before=today,
    )
    for _debtor_id, same in groupby(known, key=lambda fact: fact.debtor_id):
        invoices = list(same)
        decisions = decided(plan=plan, invoices=invoices, today=today)
        yield from map(Outcome, invoices, decisions)


def decided(*, plan: Plan, invoices: Sequence[Facts], today: date) -> list[Decision]:
    """Return what the plan decides today about each of these invoices of one debtor, taken together."""
    return decide_together(
        plan=plan,
        invoices=[one.standing for one in invoices],
        debtor=invoices[0].debtor,
        today=today,
    )


def facts(
    *,
    organisation: Organisation,
    contacts: Mapping[int, Sequence[UsableContact]],
    posted: Collection[int],
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
    of_invoices: dict[str, Any] = {"organisation_id": organisation.id, "invoice_ids": ids}
    held = exemptions_in_force(**of_invoices)
    why_not = why_not_dun(**of_invoices, invoices=[one.as_it_stands for one in invoices], held=held)
    of_debtors: dict[str, Any] = {
        "organisation_id": organisation.id,
        "zone": organisation.zone,
        "debtor_ids": debtor_ids,
    }
    letters = letters_about(**of_debtors)
    debtors = correspondence(**of_debtors, contacts=contacts, posted=posted, today=today)
    laws = laws_of(organisation=organisation, debtor_ids=debtor_ids)
    for invoice in invoices:
        no = why_not[invoice.id]
        amount = invoice.amount_open
        if invoice.id in held:
            amount -= covered_by(held[invoice.id])
        if no is None and amount <= 0:
            # More is open than a statement ago, and what is not exempt of it is new: the next run may write.
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


def _invoices(
    organisation_id: int, debtor_ids: Collection[int], which: ColumnElement[bool]
) -> list[_Invoice]:
    rows = db.session.execute(
        select(
            Invoice.id,
            Invoice.debtor_id,
            Invoice.due_on,
            Invoice.currency,
            Invoice.amount_open,
            Invoice.withdrawn_at,
        )
        .where(Invoice.organisation_id == organisation_id, among(Invoice.debtor_id, debtor_ids), which)
        .order_by(Invoice.debtor_id, Invoice.due_on, Invoice.id)
    )
    return [_Invoice(*row) for row in rows]
