"""What members do with an action: assign, note, change, close. Nobody overwrites a colleague silently."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from core.texts import several_lines
from reactions.models import OUR_ANSWERS, Action, ActionNote, ActionState, CloseReason, ReactionType
from reactions.operations import exempting, letters, promising
from reactions.operations.endings import end
from reactions.operations.holding import held, stored, tell

LONGEST_TEXT = 5000


class MemberUnknown(Refusal):
    """There is no such active member in this organisation."""

    sentence = N_("This person cannot be chosen.")


class ActionTypeUnknown(Refusal):
    """There is no such reaction type in this organisation."""

    sentence = N_("This action type cannot be chosen.")


class NoteEmpty(Refusal):
    """A note without a word."""

    sentence = N_("Write something first.")


class TextAboveLimit(Refusal):
    """More characters than a note or an answer takes."""

    sentence = N_("This text is too long: %(length)s characters. At most %(most)s characters fit.")


class ReasonUnknown(Refusal):
    """Not one of the reasons a member can close an action with."""

    sentence = N_("Choose how the action ends.")


class PartNotPositive(Refusal):
    """A part of nothing or less."""

    sentence = N_("Fill in an amount above zero, or leave it empty.")


def assign(
    *,
    organisation_id: int,
    action_public_id: str,
    version: int,
    member_id: int,
    assignee_public_id: str | None,
    now: datetime,
) -> Action:
    """Give the action to a member, or to nobody. Raises ActionUnknown, MemberUnknown and the 409 refusals."""
    assignee = worker(organisation_id=organisation_id, public_id=assignee_public_id)
    tried = {"assignee": assignee.name if assignee else None}
    action = held(organisation_id=organisation_id, public_id=action_public_id, version=version, tried=tried)
    action.assignee_id = assignee.id if assignee else None
    tell(action, "action.assigned", now, member_id, **tried)
    return action


def note(
    *,
    organisation_id: int,
    action_public_id: str,
    version: int,
    member_id: int,
    text: str,
    now: datetime,
) -> ActionNote:
    """Add words for colleagues. Raises ActionUnknown, NoteEmpty, TextAboveLimit and the 409 refusals."""
    text = _fitting(text)
    if not text:
        raise NoteEmpty
    action = held(
        organisation_id=organisation_id, public_id=action_public_id, version=version, tried={"note": text}
    )
    _begin_work(action)
    return _write_note(action, text, now, member_id)


def change(
    *,
    organisation_id: int,
    action_public_id: str,
    version: int,
    member_id: int,
    type_key: str,
    exempts: bool,
    amount_disputed: int | None,
    promised_on: date | None,
    review_on: date | None,
    now: datetime,
    state: ActionState = ActionState.IN_PROGRESS,
    note: str = "",
) -> Action:
    """Change what the action is and what it holds off; `amount_disputed` (minor units) exempts only a part.

    Raises ActionUnknown, ActionTypeUnknown, PartNotPositive, exempting.PartAboveOpen,
    exempting.PartOfSeveralCurrencies, promising.PromiseDayMissing, promising.PromiseDayOutOfRange,
    TextAboveLimit and the 409 refusals.
    """
    if amount_disputed is not None and amount_disputed <= 0:
        raise PartNotPositive
    note = _fitting(note)
    worked = ActionState.NEW if state == ActionState.NEW else ActionState.IN_PROGRESS
    tried = {
        "type": type_key,
        "exempts": exempts,
        "amount_disputed": amount_disputed,
        "promised_on": promised_on.isoformat() if promised_on else None,
        "review_on": review_on.isoformat() if review_on else None,
        "state": worked.value,
        "note": note,
    }
    action = held(organisation_id=organisation_id, public_id=action_public_id, version=version, tried=tried)
    before = stored(action, tried)
    type_ = _type(organisation_id, type_key)
    promising.move_promise(action, type_=type_, promised_on=promised_on, review_on=review_on, now=now)
    action.type_id, action.state = type_.id, worked
    action.exempts, action.amount_disputed = exempts, amount_disputed
    exempting.hold_off(action, type_key=type_key, now=now)
    _tell_changes(action, before, now, member_id)
    if note:
        _write_note(action, note, now, member_id)
    return action


def close(
    *,
    organisation_id: int,
    action_public_id: str,
    version: int,
    member_id: int,
    reason: str,
    answer: str,
    now: datetime,
    note: str = "",
) -> Action:
    """End the action and its exemptions; `answer` is for the debtor, who gets it as a message too.

    `reason` is answered, accepted or rejected. Raises ActionUnknown, ReasonUnknown, TextAboveLimit and the
    409 refusals.
    """
    if reason not in OUR_ANSWERS:
        raise ReasonUnknown
    answer, note = _fitting(answer), _fitting(note)
    tried = {"close_reason": reason, "answer": answer, "note": note}
    action = held(organisation_id=organisation_id, public_id=action_public_id, version=version, tried=tried)
    action.answer, action.closed_by_id = answer, member_id
    end(action, reason=CloseReason(reason), now=now, member_id=member_id)
    if note:
        _write_note(action, note, now, member_id)
    if answer:
        letters.say_answered(action, now=now)
    return action


def worker(*, organisation_id: int, public_id: str | None) -> Member | None:
    """Return the member whom an action can be given to, or None for nobody. Raises MemberUnknown."""
    if not public_id:
        return None
    found = db.session.scalar(
        select(Member).where(
            Member.organisation_id == organisation_id, Member.public_id == public_id, Member.active
        )
    )
    if found is None:
        raise MemberUnknown
    return found


def _type(organisation_id: int, key: str) -> ReactionType:
    found = db.session.scalar(
        select(ReactionType).where(ReactionType.organisation_id == organisation_id, ReactionType.key == key)
    )
    if found is None:
        raise ActionTypeUnknown
    return found


def _fitting(text: str) -> str:
    text = several_lines(text)
    if len(text) > LONGEST_TEXT:
        raise TextAboveLimit(length=len(text), most=LONGEST_TEXT)
    return text


def _tell_changes(action: Action, before: Mapping[str, Any], now: datetime, member_id: int) -> None:
    after = stored(action, before)
    changed = (key for key in before if key != "note" and before[key] != after[key])
    tell(
        action, "action.changed", now, member_id, changes={key: [before[key], after[key]] for key in changed}
    )


def _begin_work(action: Action) -> None:
    if action.state == ActionState.NEW:
        action.state = ActionState.IN_PROGRESS


def _write_note(action: Action, text: str, now: datetime, member_id: int) -> ActionNote:
    row = ActionNote(
        organisation_id=action.organisation_id,
        action_id=action.id,
        member_id=member_id,
        note=text,
        written_at=now,
    )
    db.session.add(row)
    tell(action, "action.noted", now, member_id)
    return row
