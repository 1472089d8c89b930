"""The desk's inbox: which actions wait, in which order, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, select

from core.clock import day_in
from core.database import Key, db
from core.members.models import Member
from core.organisations.models import Organisation
from invoices.models import Debtor, Invoice
from reactions.models import (
    ACTION_IS_OPEN,
    Action,
    ActionState,
    Reaction,
    ReactionInvoice,
    ReactionType,
    ReactionTypeText,
)
from reactions.queries.offered import LAST_RESORT
from reactions.queries.views import View, Wanted, conditions, found_by, order_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One action in the list. `numbers` are invoices; `amounts` what is open on them, per currency."""

    public_id: str
    reference: str
    version: int
    state: ActionState
    type_key: str
    type_name: str
    debtor_public_id: str
    debtor_name: str
    assignee_name: str | None
    created_at: datetime
    review_on: date | None
    promised_on: date | None
    first_choice: str
    numbers: tuple[str, ...] = ()
    amounts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of actions. `type_counts` is per type, of the open ones."""

    rows: tuple[Row, ...]
    total: int
    pages: int
    type_counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The public ids before and after an action in the same list, its place in it and the list's length."""

    previous: str | None
    next: str | None
    place: int
    total: int


def inbox(*, organisation_id: int, member_id: int, wanted: Wanted, language: str, now: datetime) -> Inbox:
    """Return one page of what was asked for, those to be looked at first on top, in five statements."""
    today = _today(organisation_id, now)
    found = found_by(organisation_id, member_id, wanted, today, now)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(wanted.page, 1), pages)
    rows = _rows(organisation_id, found.limit(PAGE).offset((page - 1) * PAGE), language)
    return Inbox(
        rows=_with_invoices(organisation_id, rows),
        total=total,
        pages=pages,
        type_counts=_type_counts(organisation_id),
    )


def counts() -> Select[*tuple[Any, ...]]:
    """Return what counts the open actions of each view, in columns of the views' names.

    It is asked by `core.prepared`, with `of_member` and `today`.
    """
    mine = bindparam("of_organisation", type_=Key)
    member, today = bindparam("of_member", type_=Key), bindparam("today", type_=Date())
    views = [view for view in View if view != View.CLOSED]
    return select(
        *(func.count().filter(*conditions(view, mine, member, today)).label(view.value) for view in views)
    ).where(Action.organisation_id == mine, ACTION_IS_OPEN)


def neighbours(
    *, organisation_id: int, action_public_id: str, member_id: int, wanted: Wanted, now: datetime
) -> Neighbours | None:
    """Return what stands before and after the action in this list, or None when it is not there."""
    today = _today(organisation_id, now)
    order = order_of(wanted.view)
    listed = found_by(organisation_id, member_id, wanted, today, now).order_by(None)
    listed = listed.with_only_columns(
        Action.public_id.label("public_id"),
        func.lag(Action.public_id).over(order_by=order).label("previous"),
        func.lead(Action.public_id).over(order_by=order).label("next"),
        func.row_number().over(order_by=order).label("place"),
        func.count().over().label("total"),
    )
    lines = listed.subquery()
    found = db.session.execute(
        select(lines.c.previous, lines.c.next, lines.c.place, lines.c.total).where(
            lines.c.public_id == action_public_id
        )
    ).one_or_none()
    return Neighbours(*found) if found else None


def _today(organisation_id: int, now: datetime) -> date:
    zone = db.session.scalars(select(Organisation.zone).where(Organisation.id == organisation_id)).one()
    return day_in(now, zone)


def _rows(organisation_id: int, found: Select[int], language: str) -> list[tuple[int, Row]]:
    name = (
        select(ReactionTypeText.name)
        .where(ReactionTypeText.type_id == ReactionType.id, ReactionTypeText.language == language)
        .scalar_subquery()
    )
    otherwise = (
        select(ReactionTypeText.name)
        .where(ReactionTypeText.type_id == ReactionType.id, ReactionTypeText.language == LAST_RESORT)
        .scalar_subquery()
    )
    listed = found.with_only_columns(
        Action, Reaction, Debtor, ReactionType.key, func.coalesce(name, otherwise, ReactionType.code)
    )
    lines = db.session.execute(listed).all()
    names = _names(organisation_id, {action.assignee_id for action, *_ in lines if action.assignee_id})
    return [
        (reaction.id, _row(action, reaction, debtor, key, type_name, names))
        for action, reaction, debtor, key, type_name in lines
    ]


def _row(
    action: Action, reaction: Reaction, debtor: Debtor, key: str, type_name: str, names: dict[int, str]
) -> Row:
    choices = (answer["shown"] for answer in reaction.answers if answer["kind"] == "choice")
    return Row(
        public_id=action.public_id,
        reference=reaction.reference,
        version=action.version,
        state=action.state,
        type_key=key,
        type_name=type_name,
        debtor_public_id=debtor.public_id,
        debtor_name=debtor.name,
        assignee_name=names.get(action.assignee_id) if action.assignee_id else None,
        created_at=action.created_at,
        review_on=action.review_on,
        promised_on=action.promised_on,
        first_choice=next(choices, ""),
    )


def _names(organisation_id: int, member_ids: set[int]) -> dict[int, str]:
    if not member_ids:
        return {}
    rows = db.session.execute(
        select(Member.id, Member.name).where(
            Member.organisation_id == organisation_id, Member.id.in_(member_ids)
        )
    )
    return {row.id: row.name for row in rows}


def _with_invoices(organisation_id: int, rows: Sequence[tuple[int, Row]]) -> tuple[Row, ...]:
    invoices: dict[int, list[tuple[str, str, int]]] = {}
    for reaction_id, number, currency, amount_open in db.session.execute(
        select(ReactionInvoice.reaction_id, Invoice.number, Invoice.currency, Invoice.amount_open)
        .join(Invoice, Invoice.id == ReactionInvoice.invoice_id)
        .where(
            ReactionInvoice.organisation_id == organisation_id,
            ReactionInvoice.reaction_id.in_([reaction_id for reaction_id, _ in rows]),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ):
        invoices.setdefault(reaction_id, []).append((number, currency, amount_open))
    return tuple(_complete(row, invoices.get(reaction_id, [])) for reaction_id, row in rows)


def _complete(row: Row, invoices: Sequence[tuple[str, str, int]]) -> Row:
    amounts: dict[str, int] = {}
    for _, currency, amount in invoices:
        amounts[currency] = amounts.get(currency, 0) + amount
    return replace(row, numbers=tuple(number for number, _, _ in invoices), amounts=tuple(amounts.items()))


def _type_counts(organisation_id: int) -> dict[str, int]:
    rows = db.session.execute(
        select(ReactionType.key, func.count(Action.id))
        .join(Action, Action.type_id == ReactionType.id)
        .where(Action.organisation_id == organisation_id, ACTION_IS_OPEN)
        .group_by(ReactionType.key)
    )
    return {row[0]: row[1] for row in rows}
