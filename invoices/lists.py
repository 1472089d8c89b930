"""Lists of debtors and invoices as the desk shows them: found, filtered, a page at a time, with totals."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from core.database import db
from invoices.finding import name_says, number_says, reference_says
from invoices.models import INVOICE_IS_OPEN, Debtor, DebtorKind, Exemption, Invoice
from invoices.queries import like

SIZE = 50
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


class Owing(StrEnum):
    """What a debtor owes."""

    OPEN = "open"
    OVERDUE = "overdue"
    NOTHING = "nothing"


class Standing(StrEnum):
    """Where an invoice stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open in one currency, in its minor units."""

    currency: str
    invoices: int
    amount: int
    first_due_on: date


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice with whose it is."""

    id: int
    public_id: str
    number: str
    invoiced_on: date
    due_on: date
    currency: str
    amount: int
    amount_open: int
    is_withdrawn: bool
    debtor_public_id: str
    debtor: Debtor


def debtors_found(
    *,
    organisation_id: int,
    today: date,
    text: str = "",
    kind: DebtorKind | None = None,
    owing: Owing | None = None,
    page: int = 1,
    size: int = SIZE,
) -> tuple[Sequence[Debtor], int]:
    """Return a page of debtors by name, and how many there are.

    Found by name, customer number or the number of an invoice.
    """
    wanted = select(Debtor).where(Debtor.organisation_id == organisation_id)
    if text:
        wanted = wanted.where(_debtor_says(organisation_id, text))
    if kind:
        wanted = wanted.where(Debtor.kind == kind)
    if owing:
        wanted = wanted.where(_owes(organisation_id, owing, today))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.scalars(_page_of(wanted.order_by(Debtor.sort_name, Debtor.id), page, size)).all()
    return rows, total


def owed_by_each(*, organisation_id: int, debtor_ids: Collection[int]) -> Mapping[int, Sequence[Owed]]:
    """Return what each of these debtors owes, by currency; who owes nothing is not in it. One statement."""
    rows = db.session.execute(
        select(
            Invoice.debtor_id,
            Invoice.currency,
            func.count(),
            func.sum(Invoice.amount_open),
            func.min(Invoice.due_on),
        )
        .where(
            Invoice.organisation_id == organisation_id,
            Invoice.debtor_id.in_(debtor_ids),
            INVOICE_IS_OPEN,
        )
        .group_by(Invoice.debtor_id, Invoice.currency)
        .order_by(Invoice.debtor_id, Invoice.currency)
    )
    owed: dict[int, list[Owed]] = {}
    for debtor_id, currency, invoices, amount, first_due_on in rows:
        owed.setdefault(debtor_id, []).append(Owed(currency, invoices, int(amount), first_due_on))
    return owed


def invoices_found(
    *,
    organisation_id: int,
    today: date,
    text: str = "",
    standing: Standing | None = None,
    debtor_id: int | None = None,
    page: int = 1,
    size: int = SIZE,
) -> tuple[Sequence[InvoiceRow], Sequence[Owed]]:
    """Return a page of invoices, those due first in front, and what all of them come to by currency.

    Found by their number, their payment reference or who owes; with `debtor_id` those of one debtor only.
    """
    which = [Invoice.organisation_id == organisation_id]
    if debtor_id is not None:
        which.append(Invoice.debtor_id == debtor_id)
    if text:
        which.append(_invoice_says(text))
    if standing:
        which.append(_stands(organisation_id, standing, today))
    rows = db.session.execute(
        _page_of(
            select(Invoice, Debtor)
            .join(Debtor, _of_its_debtor())
            .where(*which)
            .order_by(Invoice.due_on.desc() if standing == Standing.SETTLED else Invoice.due_on, Invoice.id),
            page,
            size,
        )
    ).all()
    return [_row(invoice, debtor) for invoice, debtor in rows], _totals(which)


def invoices_of(*, organisation_id: int, debtor_id: int, most: int = SIZE) -> Sequence[InvoiceRow]:
    """Return the first invoices of a debtor: open ones by due date, then the others, newest first."""
    rows = db.session.execute(
        select(Invoice, Debtor)
        .join(Debtor, _of_its_debtor())
        .where(Invoice.organisation_id == organisation_id, Invoice.debtor_id == debtor_id)
        .order_by(
            Invoice.amount_open == 0,
            case((INVOICE_IS_OPEN, Invoice.due_on)),
            Invoice.due_on.desc(),
            Invoice.id,
        )
        .limit(most)
    ).all()
    return [_row(*row) for row in rows]


def number_of_invoices_of(*, organisation_id: int, debtor_id: int) -> int:
    """Return how many invoices a debtor has, settled ones too."""
    theirs = select(func.count(Invoice.id)).where(
        Invoice.organisation_id == organisation_id, Invoice.debtor_id == debtor_id
    )
    return db.session.scalar(theirs) or 0


def invoices_named(*, organisation_id: int, invoice_ids: Collection[int]) -> Sequence[InvoiceRow]:
    """Return these invoices by due date."""
    rows = db.session.execute(
        select(Invoice, Debtor)
        .join(Debtor, _of_its_debtor())
        .where(Invoice.organisation_id == organisation_id, Invoice.id.in_(invoice_ids))
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    return [_row(*row) for row in rows]


def _page_of(statement: Statement, page: int, size: int) -> Statement:
    return statement.limit(size).offset((page - 1) * size)


def _row(invoice: Invoice, debtor: Debtor) -> InvoiceRow:
    return InvoiceRow(
        id=invoice.id,
        public_id=invoice.public_id,
        number=invoice.number,
        invoiced_on=invoice.invoiced_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        amount=invoice.amount,
        amount_open=invoice.amount_open,
        is_withdrawn=invoice.withdrawn_at is not None,
        debtor_public_id=debtor.public_id,
        debtor=debtor,
    )


def _of_its_debtor() -> ColumnElement[bool]:
    return and_(Debtor.organisation_id == Invoice.organisation_id, Debtor.id == Invoice.debtor_id)


def _totals(which: Sequence[ColumnElement[bool]]) -> Sequence[Owed]:
    rows = db.session.execute(
        select(Invoice.currency, func.count(), func.sum(Invoice.amount_open), func.min(Invoice.due_on))
        .select_from(Invoice)
        .join(Debtor, _of_its_debtor())
        .where(*which)
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    return [Owed(currency, invoices, int(amount), first) for currency, invoices, amount, first in rows]


def _debtor_says(organisation_id: int, text: str) -> ColumnElement[bool]:
    with_invoice = select(Invoice.debtor_id).where(
        Invoice.organisation_id == organisation_id, number_says(text)
    )
    return or_(
        name_says(text),
        Debtor.customer_number.ilike(like(text), escape="\\"),
        Debtor.id.in_(with_invoice),
    )


def _invoice_says(text: str) -> ColumnElement[bool]:
    return or_(
        number_says(text),
        reference_says(text),
        Debtor.customer_number.ilike(like(text), escape="\\"),
        name_says(text),
    )


def _owes(organisation_id: int, owing: Owing, today: date) -> ColumnElement[bool]:
    still_open = select(Invoice.debtor_id).where(Invoice.organisation_id == organisation_id, INVOICE_IS_OPEN)
    if owing == Owing.OVERDUE:
        return Debtor.id.in_(still_open.where(Invoice.due_on < today))
    return Debtor.id.in_(still_open) if owing == Owing.OPEN else Debtor.id.not_in(still_open)


def _stands(organisation_id: int, standing: Standing, today: date) -> ColumnElement[bool]:
    if standing == Standing.SETTLED:
        return Invoice.amount_open == 0
    if standing == Standing.OVERDUE:
        return and_(INVOICE_IS_OPEN, Invoice.due_on < today)
    if standing == Standing.OPEN:
        return INVOICE_IS_OPEN
    held = select(Exemption.invoice_id).where(
        Exemption.organisation_id == organisation_id, Exemption.ended_at.is_(None)
    )
    return and_(INVOICE_IS_OPEN, Invoice.id.in_(held))
