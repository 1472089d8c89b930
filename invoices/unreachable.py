"""Addresses and numbers that do not work or want no messages, of debtors who still owe: work for somebody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from core.database import db
from invoices.finding import name_says
from invoices.models import INVOICE_IS_OPEN, Channel, ContactPoint, ContactState, Debtor, Invoice
from invoices.queries import like

SIZE = 50
CARRYING = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A contact point that cannot be used, whose it is, and whether another one of theirs can."""

    contact: ContactPoint
    debtor: Debtor
    has_other_way: bool


def unreachable_contacts(
    *,
    organisation_id: int,
    states: Collection[ContactState] = (),
    text: str = "",
    page: int = 1,
    size: int = SIZE,
) -> tuple[Sequence[Unreachable], int]:
    """Return a page of unusable contact points whose debtor has an open invoice, and how many there are.

    By the debtor's name; found by that, by customer number or by the address itself.
    """
    which = [*_unusable(organisation_id), *([ContactPoint.state.in_(states)] if states else [])]
    if text:
        which.append(_says(text))
    of_debtor = and_(
        Debtor.organisation_id == ContactPoint.organisation_id, Debtor.id == ContactPoint.debtor_id
    )
    counted = select(func.count()).select_from(ContactPoint).join(Debtor, of_debtor).where(*which)
    rows = db.session.execute(
        select(ContactPoint, Debtor, _other_way())
        .join(Debtor, of_debtor)
        .where(*which)
        .order_by(Debtor.sort_name, Debtor.id, ContactPoint.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    return [Unreachable(*row) for row in rows], db.session.scalar(counted) or 0


def number_unreachable() -> Select[int]:
    """Return what counts them, as `number`; `core.prepared` asks it."""
    return select(func.count().label("number")).where(*_unusable(bindparam("of_organisation")))


def _unusable(organisation_id: int | BindParameter[int]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions; the state's is in the words of the index on these few."""
    usable = literal(ContactState.USABLE, ContactPoint.state.type, literal_execute=True)
    owes = exists().where(
        Invoice.organisation_id == ContactPoint.organisation_id,
        Invoice.debtor_id == ContactPoint.debtor_id,
        INVOICE_IS_OPEN,
    )
    return (
        ContactPoint.organisation_id == organisation_id,
        ContactPoint.state != usable,
        ContactPoint.channel.in_(CARRYING),
        owes,
    )


def _other_way() -> ColumnElement[bool]:
    other = aliased(ContactPoint)
    return exists().where(
        other.organisation_id == ContactPoint.organisation_id,
        other.debtor_id == ContactPoint.debtor_id,
        other.state == ContactState.USABLE,
        other.channel.in_(CARRYING),
    )


def _says(text: str) -> ColumnElement[bool]:
    pattern = like(text)
    return or_(
        ContactPoint.value.ilike(pattern, escape="\\"),
        Debtor.customer_number.ilike(pattern, escape="\\"),
        name_says(text),
    )
