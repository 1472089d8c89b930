"""Actions beside other things: with a debtor, with an invoice, and found by their reference."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from core.database import db
from invoices.models import Debtor, Invoice
from invoices.queries import like
from reactions.models import (
    ACTION_IS_OPEN,
    Action,
    ActionState,
    CloseReason,
    Reaction,
    ReactionInvoice,
    ReactionType,
    ReactionTypeText,
)
from reactions.queries.offered import LAST_RESORT

MOST = 50


@dataclass(frozen=True, slots=True)
class ListedAction:
    """An action as a line beside something else; `numbers` are the invoices it is about."""

    id: int
    public_id: str
    reference: str
    type_key: str
    type_name: str
    debtor_name: str
    state: ActionState
    reacted_at: datetime
    numbers: tuple[str, ...]


def actions_of(*, organisation_id: int, debtor_id: int, language: str) -> Sequence[ListedAction]:
    """Return a debtor's last actions, newest first; names in `language`."""
    return _listed(organisation_id, language, Action.debtor_id == debtor_id)


def actions_about(*, organisation_id: int, invoice_id: int, language: str) -> Sequence[ListedAction]:
    """Return the last actions about an invoice, newest first; names in `language`."""
    return _listed(organisation_id, language, _is_about(organisation_id, invoice_id))


def actions_closed_by_payment(
    *, organisation_id: int, invoice_id: int, since: datetime, language: str
) -> Sequence[ListedAction]:
    """Return the actions about an invoice that were closed since then because of what was paid, newest first.

    Names are in `language`.
    """
    return _listed(
        organisation_id,
        language,
        _is_about(organisation_id, invoice_id),
        Action.close_reason.in_((CloseReason.PAID, CloseReason.PROMISE_KEPT)),
        Action.closed_at >= since,
    )


def actions_by_reference(
    *, organisation_id: int, text: str, language: str, most: int = MOST
) -> Sequence[ListedAction]:
    """Return the actions whose reference holds the text, newest first; names in `language`."""
    said = Reaction.reference.ilike(like(text), escape="\\")
    return _listed(organisation_id, language, said, most=most)


def open_actions_of_each(*, organisation_id: int, debtor_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many actions wait for each of these debtors; who has none is not in it."""
    rows = db.session.execute(
        select(Action.debtor_id, func.count())
        .where(
            Action.organisation_id == organisation_id,
            Action.debtor_id.in_(debtor_ids),
            ACTION_IS_OPEN,
        )
        .group_by(Action.debtor_id)
    )
    return {row[0]: row[1] for row in rows}


def number_of_actions(*, organisation_id: int, debtor_id: int) -> int:
    """Return how many actions there are about a debtor, closed ones too."""
    theirs = select(func.count(Action.id)).where(
        Action.organisation_id == organisation_id, Action.debtor_id == debtor_id
    )
    return db.session.scalar(theirs) or 0


def open_actions_with(*, organisation_id: int, member_id: int) -> int:
    """Return how many open actions are assigned to a member."""
    theirs = select(func.count(Action.id)).where(
        Action.organisation_id == organisation_id, ACTION_IS_OPEN, Action.assignee_id == member_id
    )
    return db.session.scalar(theirs) or 0


def _is_about(organisation_id: int, invoice_id: int) -> ColumnElement[bool]:
    about = select(ReactionInvoice.reaction_id).where(
        ReactionInvoice.organisation_id == organisation_id, ReactionInvoice.invoice_id == invoice_id
    )
    return Action.reaction_id.in_(about)


def _listed(
    organisation_id: int, language: str, *which: ColumnElement[bool], most: int = MOST
) -> Sequence[ListedAction]:
    lines = db.session.execute(
        select(Action, Reaction, Debtor, ReactionType)
        .join(Reaction, Reaction.id == Action.reaction_id)
        .join(Debtor, Debtor.id == Action.debtor_id)
        .join(ReactionType, ReactionType.id == Action.type_id)
        .where(Action.organisation_id == organisation_id, *which)
        .order_by(Reaction.reacted_at.desc(), Action.id.desc())
        .limit(most)
    ).all()
    names = _names(organisation_id, {type_.id for *_, type_ in lines}, language)
    numbers = _numbers(organisation_id, [reaction.id for _, reaction, _, _ in lines])
    return [
        ListedAction(
            id=action.id,
            public_id=action.public_id,
            reference=reaction.reference,
            type_key=type_.key,
            type_name=names.get(type_.id, type_.code),
            debtor_name=debtor.name,
            state=action.state,
            reacted_at=reaction.reacted_at,
            numbers=tuple(numbers.get(reaction.id, ())),
        )
        for action, reaction, debtor, type_ in lines
    ]


def _names(organisation_id: int, type_ids: Collection[int], language: str) -> Mapping[int, str]:
    rows = db.session.execute(
        select(ReactionTypeText.type_id, ReactionTypeText.language, ReactionTypeText.name).where(
            ReactionTypeText.organisation_id == organisation_id,
            ReactionTypeText.type_id.in_(type_ids),
            ReactionTypeText.language.in_((language, LAST_RESORT)),
        )
    ).all()
    otherwise = {type_id: name for type_id, spoken, name in rows if spoken == LAST_RESORT}
    return otherwise | {type_id: name for type_id, spoken, name in rows if spoken == language}


def _numbers(organisation_id: int, reaction_ids: Collection[int]) -> Mapping[int, list[str]]:
    numbers: dict[int, list[str]] = {}
    for reaction_id, number in db.session.execute(
        select(ReactionInvoice.reaction_id, Invoice.number)
        .join(Invoice, Invoice.id == ReactionInvoice.invoice_id)
        .where(
            ReactionInvoice.organisation_id == organisation_id,
            ReactionInvoice.reaction_id.in_(reaction_ids),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ):
        numbers.setdefault(reaction_id, []).append(number)
    return numbers
