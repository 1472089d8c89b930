"""After a restore: which messages may have left since the backup, and what somebody decides about each.

The backup knows them as waiting or doubtful. Whether the portal, as it went on after the backup, sent them
stands nowhere here: so none leaves before a person decided. Of an SMS whose text says its link the
provider's own list tells, by the key in it: it is doubtful from the start, and `messaging.asking` asks.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update

from core import audit
from core.database import db
from core.organisations.models import Restore
from invoices.models import Channel
from messaging.events import EVENTS, Part
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.models import Message, MessageState
from messaging.printing import put_back
from messaging.queries import MessageRow, rows_where
from messaging.rendering import texts_of
from messaging.restored_models import Decision, RestoredMessage

SIZE = 50
OPEN = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING, MessageState.UNKNOWN)
# What still needs somebody's decision; the other two of the above were settled when the backup was restored.
UNDECIDED = (MessageState.NEW, MessageState.UNKNOWN)
FREE: Mapping[str, Any] = {"claimed_by": None, "leased_until": None, "ask_at": None}


def hold_back(*, restore: Restore) -> int:
    """List what may have left since the backup and let go of what its workers held; return how many.

    A message that a worker was handing over is doubtful, and none that is doubtful goes again by itself. A
    letter of a PDF that was being made is decided about like one that waits; of one that was made the desk
    asks its agent, as it did before.
    """
    of_it = (RestoredMessage.organisation_id == restore.organisation_id,)
    db.session.execute(delete(RestoredMessage).where(*of_it, RestoredMessage.restore_id == restore.id))
    mine = (Message.organisation_id == restore.organisation_id, Message.cleared_at.is_(None))
    listed = select(literal(restore.organisation_id), literal(restore.id), Message.id, Message.state)
    db.session.execute(
        insert(RestoredMessage).from_select(
            ["organisation_id", "restore_id", "message_id", "was"],
            listed.where(*mine, Message.state.in_(OPEN)),
        )
    )
    _let_go_of_letters(restore.organisation_id)
    _change(*mine, Message.state == MessageState.CLAIMED, state=MessageState.NEW, **FREE)
    _change(
        *mine,
        Message.state == MessageState.HANDING,
        # Whether a printed letter was posted its agent knows.
        Message.channel != Channel.LETTER,
        state=MessageState.UNKNOWN,
        state_reason="worker_lost",
        **FREE,
    )
    _change(*mine, Message.state == MessageState.UNKNOWN, leased_until=None, claimed_by=None)
    _ask_about_sms(restore)
    return number_undecided(restore=restore)


def _ask_about_sms(restore: Restore) -> None:
    """Let the provider's list tell about every SMS that waits and whose text in use says its link.

    The attempt that may have been made since is the next one: its reports and its answer belong to that. What
    it said is not known, but for the link's key.
    """
    mine = (
        Message.organisation_id == restore.organisation_id,
        Message.cleared_at.is_(None),
        Message.state == MessageState.NEW,
        Message.channel == Channel.SMS,
        Message.link_id.is_not(None),
    )
    found = db.session.execute(select(Message.event, Message.language).where(*mine).distinct()).all()
    for event, language in found:
        text = texts_of(
            organisation_id=restore.organisation_id, event=event, channel=Channel.SMS, language=language
        )
        if "link" not in EVENTS[event].parse(Part.SMS, text[Part.SMS]).names:
            continue
        _change(
            *mine,
            Message.event == event,
            Message.language == language,
            state=MessageState.UNKNOWN,
            state_reason="restored",
            attempt=Message.attempt + 1,
            handed_at=restore.backup_at,
            body="",
        )


def _let_go_of_letters(organisation_id: int) -> None:
    """Let the batches wait of which a worker was making the PDF, with all their letters.

    So do those that were being filled: what their runs had not queued is kept back, so nobody fills them up.
    """
    left = select(LetterBatch).where(
        LetterBatch.organisation_id == organisation_id,
        LetterBatch.state.in_((LetterBatchState.FILLING, LetterBatchState.MAKING)),
    )
    for batch in db.session.scalars(left.with_for_update().execution_options(populate_existing=True)):
        put_back(organisation_id=organisation_id, batch_id=batch.id)
        batch.state, batch.leased_until = LetterBatchState.WAITING, None
    db.session.flush()


def number_undecided(*, restore: Restore) -> int:
    """Return how many messages still wait for a decision."""
    return db.session.scalar(select(func.count(Message.id)).where(*_undecided(restore))) or 0


def undecided(*, restore: Restore, page: int) -> Sequence[MessageRow]:
    """Return a page of those, newest first."""
    return rows_where(_undecided(restore), limit=SIZE, offset=(page - 1) * SIZE)


def decide(
    *,
    restore: Restore,
    decision: Decision,
    public_ids: Collection[str] | None,
    member_id: int,
    now: datetime,
) -> int:
    """Keep what somebody decided about these messages, or about all of them (None); return about how many.

    The caller holds the restore (`core.organisations.restores.held_restore`). What was decided meanwhile, or
    came to its end by itself, is left as it is.
    """
    chosen = _undecided(restore)
    if public_ids is not None:
        chosen.append(Message.public_id.in_(public_ids))
    changed = db.session.execute(
        update(RestoredMessage)
        .where(
            RestoredMessage.organisation_id == restore.organisation_id,
            RestoredMessage.restore_id == restore.id,
            RestoredMessage.message_id.in_(select(Message.id).where(*chosen)),
        )
        .values(decision=decision, decided_at=now, decided_by_id=member_id)
        .returning(RestoredMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    _carry_out(restore, decision, now)
    if changed:
        audit.record(
            organisation_id=restore.organisation_id,
            what="restore.decided",
            about="restore",
            about_id=restore.id,
            now=now,
            member_id=member_id,
            details={"decision": decision.value, "messages": len(changed)},
        )
    return len(changed)


def _carry_out(restore: Restore, decision: Decision, now: datetime) -> None:
    """Change the messages that this was decided about and that have not come to their end."""
    those = select(RestoredMessage.message_id).where(
        RestoredMessage.organisation_id == restore.organisation_id,
        RestoredMessage.restore_id == restore.id,
        RestoredMessage.decision == decision,
    )
    mine = (Message.organisation_id == restore.organisation_id, Message.id.in_(those))
    waiting, doubtful = (Message.state == state for state in UNDECIDED)
    match decision:
        case Decision.SEND:
            again = {"state": MessageState.NEW, "state_reason": "", "handed_at": None, "not_before": now}
            _change(*mine, doubtful, losses=0, **FREE, **again)
        case Decision.HAS_LEFT:
            # Somewhere between the backup and the restore: what is written next keeps its distance from both.
            left_at = func.coalesce(Message.handed_at, restore.restored_at)
            sent = {"state": MessageState.SENT, "state_reason": "settled_by_person", "sent_at": left_at}
            _change(*mine, Message.state.in_(UNDECIDED), **FREE, **sent)
        case Decision.SET_ASIDE:
            kept = {"state_reason": "set_aside", **FREE}
            _change(*mine, waiting, state=MessageState.SUPPRESSED, **kept)
            _change(*mine, doubtful, state=MessageState.FAILED, cleared_at=now, **kept)


def _undecided(restore: Restore) -> list[ColumnElement[bool]]:
    listed = select(RestoredMessage.message_id).where(
        RestoredMessage.organisation_id == restore.organisation_id,
        RestoredMessage.restore_id == restore.id,
        RestoredMessage.decision.is_(None),
    )
    return [
        Message.organisation_id == restore.organisation_id,
        Message.id.in_(listed),
        Message.state.in_(UNDECIDED),
        Message.cleared_at.is_(None),
    ]


def _change(*which: ColumnElement[bool], **values: Any) -> None:
    changing = update(Message).where(*which).values(**values)
    db.session.execute(changing.execution_options(synchronize_session=False))
