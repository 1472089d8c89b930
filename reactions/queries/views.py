"""Which actions a member wants to see, and in which order."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, func, or_, select

from core.members.models import Member
from invoices.finding import name_says, number_says
from invoices.models import Debtor, Invoice
from invoices.queries import like
from reactions.models import ACTION_IS_OPEN, Action, ActionState, Reaction, ReactionInvoice, ReactionType

NOBODY = "nobody"
LONGEST_SEARCH = 100
FAR = date(9999, 12, 31)


class View(StrEnum):
    """A ready selection of actions."""

    NEEDS_ANSWER = "needs_answer"
    OVERDUE = "overdue"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    PROMISES_DUE = "promises_due"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member asked the inbox for.

    `assignee` is a member's public id or `nobody`, which finds what somebody left behind too; `debtor` is a
    debtor's public id; `within_days` counts back from now to when the debtor reacted; `search` finds
    references, names, customer numbers and invoice numbers.
    """

    view: View = View.NEEDS_ANSWER
    type_key: str | None = None
    state: ActionState | None = None
    assignee: str | None = None
    debtor: str | None = None
    within_days: int | None = None
    search: str = ""
    page: int = 1


def conditions(
    view: View,
    organisation_id: int | BindParameter[int],
    member_id: int | BindParameter[int],
    today: date | BindParameter[date],
) -> list[ColumnElement[bool]]:
    """Return what an action has to be to stand in the view."""
    if view == View.CLOSED:
        return [Action.state == ActionState.CLOSED]
    narrower: dict[View, ColumnElement[bool]] = {
        View.OVERDUE: Action.review_on < today,
        View.MINE: Action.assignee_id == member_id,
        View.UNASSIGNED: _nobodys(organisation_id),
        View.PROMISES_DUE: Action.promised_on <= today,
    }
    return [ACTION_IS_OPEN, narrower[view]] if view in narrower else [ACTION_IS_OPEN]


def _nobodys(organisation_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return SQL about an action: nobody has it, or somebody who can no longer sign in."""
    gone = select(Member.id).where(Member.organisation_id == organisation_id, Member.active.is_(False))
    return or_(Action.assignee_id.is_(None), Action.assignee_id.in_(gone))


def order_of(view: View) -> tuple[Any, ...]:
    """Return the order: what has to be looked at first, then the organisation's order of types, then age."""
    if view == View.CLOSED:
        return (Action.closed_at.desc(), Action.id.desc())
    return (func.coalesce(Action.review_on, FAR), ReactionType.position, Action.created_at, Action.id)


def found_by(organisation_id: int, member_id: int, wanted: Wanted, today: date, now: datetime) -> Select[int]:
    """Return the statement that finds the ids of the wanted actions, in order."""
    found = (
        select(Action.id)
        .join(Reaction, Reaction.id == Action.reaction_id)
        .join(ReactionType, ReactionType.id == Action.type_id)
        .join(Debtor, Debtor.id == Action.debtor_id)
        .where(
            Action.organisation_id == organisation_id,
            *conditions(wanted.view, organisation_id, member_id, today),
        )
    )
    if wanted.type_key:
        found = found.where(ReactionType.key == wanted.type_key)
    if wanted.state:
        found = found.where(Action.state == wanted.state)
    if wanted.assignee == NOBODY:
        found = found.where(_nobodys(organisation_id))
    elif wanted.assignee:
        chosen = select(Member.id).where(
            Member.organisation_id == organisation_id, Member.public_id == wanted.assignee
        )
        found = found.where(Action.assignee_id.in_(chosen))
    if wanted.debtor:
        found = found.where(Debtor.public_id == wanted.debtor)
    if wanted.within_days is not None:
        found = found.where(Action.created_at >= now - timedelta(days=wanted.within_days))
    text = wanted.search.replace("\0", "").strip()[:LONGEST_SEARCH]
    if text:
        found = found.where(_mentions(organisation_id, text))
    return found.order_by(*order_of(wanted.view))


def _mentions(organisation_id: int, text: str) -> ColumnElement[bool]:
    pattern = like(text)
    about = (
        select(ReactionInvoice.reaction_id)
        .join(Invoice, Invoice.id == ReactionInvoice.invoice_id)
        .where(ReactionInvoice.organisation_id == organisation_id, number_says(text))
    )
    return or_(
        Reaction.reference.ilike(pattern, escape="\\"),
        name_says(text),
        Debtor.customer_number.ilike(pattern, escape="\\"),
        Action.reaction_id.in_(about),
    )
