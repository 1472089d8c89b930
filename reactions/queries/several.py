"""Invoices that were reacted to more than once: all of it, and what the debtor needs to read first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from core.bulk import among
from core.database import db
from reactions.models import (
    OUR_ANSWERS,
    Action,
    ActionState,
    CloseReason,
    Reaction,
    ReactionInvoice,
    ReactionType,
    ReactionTypeText,
)


class Given(NamedTuple):
    """A reaction and what became of it, under the names that `listed.ListedInvoice` has for them."""

    reaction_public_id: str
    label: str
    type_key: str
    reacted_at: datetime
    answer_by: date | None
    promised_on: date | None
    state: ActionState
    close_reason: str | None
    answer: str
    closed_at: datetime | None


def all_given(
    *, organisation_id: int, invoice_ids: Collection[int], language: str
) -> Mapping[int, Sequence[Given]]:
    """Return every reaction to each of these invoices, newest first; labels are in the language."""
    rows = db.session.execute(
        select(
            ReactionInvoice.invoice_id,
            Reaction.public_id,
            func.coalesce(ReactionTypeText.label, Reaction.type_label),
            ReactionType.key,
            Reaction.reacted_at,
            Reaction.answer_by,
            Action.promised_on,
            Action.state,
            Action.close_reason,
            Action.answer,
            Action.closed_at,
        )
        .join(Reaction, Reaction.id == ReactionInvoice.reaction_id)
        .join(Action, Action.reaction_id == Reaction.id)
        .join(ReactionType, ReactionType.id == Action.type_id)
        .outerjoin(
            ReactionTypeText,
            (ReactionTypeText.type_id == Reaction.type_id) & (ReactionTypeText.language == language),
        )
        .where(
            ReactionInvoice.organisation_id == organisation_id,
            among(ReactionInvoice.invoice_id, invoice_ids),
        )
        .order_by(Reaction.reacted_at.desc(), Reaction.id.desc())
    )
    found: dict[int, list[Given]] = {}
    for invoice_id, *given in rows:
        found.setdefault(invoice_id, []).append(Given._make(given))
    return found


def foremost(given: Sequence[Given]) -> Given:
    """Return the one of these, newest first, that the debtor reads first: where something happened last.

    That is what they wrote and we look into, or our answer, or a promise that was not kept. A broken promise
    says nothing that counts while we still look into something else, and what a payment closed is past.
    """
    waits = any(one.state != ActionState.CLOSED for one in given)

    def told(one: Given) -> tuple[bool, datetime]:
        counts = one.state != ActionState.CLOSED or one.close_reason in OUR_ANSWERS
        is_broken = one.close_reason == CloseReason.PROMISE_BROKEN
        return counts or (is_broken and not waits), one.closed_at or one.reacted_at

    return max(given, key=told)
