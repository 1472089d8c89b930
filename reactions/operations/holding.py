"""An action held for one change: as the form showed it, or refused with both texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import audit
from core.audit import AuditEvent
from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from reactions.models import Action, ActionNote, ActionState, ReactionType
from reactions.operations.exempting import locked_invoices_of
from reactions.queries.actions import action_by_public_id


@dataclass(frozen=True, slots=True)
class Beaten:
    """What a member tried, beside what a colleague or a rule stored before.

    `stored` and `tried` have the same keys, among: type, exempts, amount_disputed, promised_on, review_on,
    state, assignee, answer, close_reason, note. `by` is the colleague's name, None when a rule or the debtor
    did it.
    """

    action: Action
    stored: Mapping[str, Any]
    tried: Mapping[str, Any]
    by: str | None
    at: datetime | None


class ActionOvertaken(Refusal):
    """Somebody was faster. `beaten` holds both texts."""

    status = 409

    def __init__(self, beaten: Beaten) -> None:
        self.beaten = beaten
        super().__init__()


class ActionAlreadyClosed(ActionOvertaken):
    """The action was closed before."""

    sentence = N_("This action was closed while you were working on it.")


class ActionChangedMeanwhile(ActionOvertaken):
    """The action is not as it was when the form was opened."""

    sentence = N_("This action was changed while you were working on it.")


def held(*, organisation_id: int, public_id: str, version: int, tried: Mapping[str, Any]) -> Action:
    """Return the action, held until the transaction ends, if it is as the form showed it.

    Invoices are held before actions everywhere, so that no two transactions wait for each other. Raises
    ActionUnknown, ActionAlreadyClosed, ActionChangedMeanwhile.
    """
    seen = action_by_public_id(organisation_id=organisation_id, public_id=public_id)
    locked_invoices_of(seen)
    action = db.session.scalars(
        select(Action)
        .where(Action.organisation_id == organisation_id, Action.id == seen.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if action.state == ActionState.CLOSED:
        raise ActionAlreadyClosed(_beaten(action, tried))
    if action.version != version:
        raise ActionChangedMeanwhile(_beaten(action, tried))
    return action


def _beaten(action: Action, tried: Mapping[str, Any]) -> Beaten:
    last = db.session.execute(
        select(Member.name, AuditEvent.at)
        .select_from(AuditEvent)
        .outerjoin(Member, Member.id == AuditEvent.member_id)
        .where(
            AuditEvent.organisation_id == action.organisation_id,
            AuditEvent.about == "action",
            AuditEvent.about_id == action.id,
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()
    by, at = last or (None, None)
    return Beaten(action=action, stored=stored(action, tried), tried=tried, by=by, at=at)


def stored(action: Action, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the present values of these keys, in the form the audit trail keeps them."""
    values: dict[str, Any] = {
        "exempts": action.exempts,
        "amount_disputed": action.amount_disputed,
        "promised_on": action.promised_on.isoformat() if action.promised_on else None,
        "review_on": action.review_on.isoformat() if action.review_on else None,
        "state": action.state.value,
        "answer": action.answer,
        "close_reason": action.close_reason,
    }
    if "type" in keys:
        values["type"] = db.session.get_one(ReactionType, action.type_id).key
    if "assignee" in keys:
        values["assignee"] = (
            db.session.get_one(Member, action.assignee_id).name if action.assignee_id else None
        )
    if "note" in keys:
        values["note"] = _last_note(action)
    return {key: values[key] for key in keys}


def _last_note(action: Action) -> str:
    latest = (
        select(ActionNote.note)
        .where(ActionNote.organisation_id == action.organisation_id, ActionNote.action_id == action.id)
        .order_by(ActionNote.id.desc())
        .limit(1)
    )
    return db.session.scalar(latest) or ""


def tell(action: Action, what: str, now: datetime, member_id: int | None, **details: Any) -> None:
    """Write the change to the database and a line to the audit trail."""
    db.session.flush()
    audit.record(
        organisation_id=action.organisation_id,
        what=what,
        about="action",
        about_id=action.id,
        now=now,
        member_id=member_id,
        debtor_id=action.debtor_id,
        details=details,
    )
