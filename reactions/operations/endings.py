"""How actions end: by a member, or by a rule when invoices are paid and promises are kept or broken."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Invoice
from invoices.queries import lock_invoices
from reactions.models import (
    ACTION_IS_OPEN,
    Action,
    ActionState,
    CloseReason,
    Reaction,
    ReactionInvoice,
    ReactionType,
)
from reactions.operations import exempting
from reactions.operations.holding import tell
from reactions.promises import last_ripe_day


def end(action: Action, *, reason: CloseReason, now: datetime, member_id: int | None = None) -> None:
    """Close a held action and end its exemptions; a rule closes without a member."""
    action.state, action.closed_at, action.close_reason = ActionState.CLOSED, now, reason.value
    action.closed_by_id = member_id
    exempting.let_go(action, reason=reason.value, now=now)
    tell(action, "action.closed", now, member_id, reason=reason.value, answer=action.answer)


def close_settled(*, organisation_id: int, invoice_ids: Collection[int], now: datetime) -> int:
    """Close open actions about these invoices whose type says so and whose invoices are all settled by now.

    For whoever recorded payments, in the same transaction. Returns how many were closed; nobody is told.
    """
    lock_invoices(organisation_id=organisation_id, invoice_ids=invoice_ids)
    about = select(ReactionInvoice.reaction_id).where(
        ReactionInvoice.organisation_id == organisation_id, ReactionInvoice.invoice_id.in_(invoice_ids)
    )
    closing = select(ReactionType.id).where(
        ReactionType.organisation_id == organisation_id, ReactionType.closes_when_paid
    )
    candidates = _open_actions(organisation_id, Action.reaction_id.in_(about), Action.type_id.in_(closing))
    settled = [action for action in candidates if not any(left for _, left in _open_amounts(action))]
    for action in settled:
        end(action, reason=CloseReason.PAID, now=now)
    return len(settled)


def break_promises(*, organisation_id: int, now: datetime) -> int:
    """Close the promises whose day and grace have passed, so that dunning goes on.

    Where files tell about payments, they have to be known that far: nobody is told that money did not come
    before somebody looked. A promise about a part is kept when that part was paid. Returns how many were
    closed.
    """
    owner = db.session.get_one(Organisation, organisation_id)
    is_due = Action.promised_on <= last_ripe_day(organisation=owner, today=day_in(now, owner.zone))
    lock_invoices(organisation_id=organisation_id, invoice_ids=_promised_invoices(organisation_id, is_due))
    due = _open_actions(organisation_id, is_due)
    for action in due:
        end(action, reason=_outcome(action), now=now)
    return len(due)


def _open_actions(organisation_id: int, *wanted: ColumnElement[bool]) -> Sequence[Action]:
    """Return open actions as they are now, held until the transaction ends; their invoices come first."""
    return db.session.scalars(
        select(Action)
        .where(Action.organisation_id == organisation_id, ACTION_IS_OPEN, *wanted)
        .order_by(Action.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _promised_invoices(organisation_id: int, is_due: ColumnElement[bool]) -> Sequence[int]:
    return db.session.scalars(
        select(ReactionInvoice.invoice_id)
        .join(Action, Action.reaction_id == ReactionInvoice.reaction_id)
        .where(ReactionInvoice.organisation_id == organisation_id, ACTION_IS_OPEN, is_due)
    ).all()


def _outcome(action: Action) -> CloseReason:
    amounts = _open_amounts(action)
    still_open = sum(left for _, left in amounts)
    if not still_open:
        return CloseReason.PAID
    promised = _promised_part(action)
    paid_since = sum(before for before, _ in amounts) - still_open
    return CloseReason.PROMISE_KEPT if promised and paid_since >= promised else CloseReason.PROMISE_BROKEN


def _promised_part(action: Action) -> int | None:
    """Return the part in minor units, if the debtor promised no more than a part."""
    reaction = db.session.get_one(Reaction, action.reaction_id)
    amounts = (answer["value"]["minor"] for answer in reaction.answers if answer["kind"] == "amount")
    return next(amounts, None)


def _open_amounts(action: Action) -> list[tuple[int, int]]:
    """Return (open when the debtor reacted, open now) of each invoice."""
    rows = db.session.execute(
        select(ReactionInvoice.amount_open, Invoice.amount_open)
        .join(Invoice, Invoice.id == ReactionInvoice.invoice_id)
        .where(
            ReactionInvoice.organisation_id == action.organisation_id,
            ReactionInvoice.reaction_id == action.reaction_id,
        )
    )
    return [(before, left) for before, left in rows]
