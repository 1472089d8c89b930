"""Which doubtful messages go out again by themselves, and what dead workers left behind."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, case, null, or_, update

from core.database import db
from invoices.models import Channel
from messaging.claims import is_in
from messaging.events import EVENTS, WhenDoubtful
from messaging.models import Message, MessageState

# As often a message may be tried while nobody knows what comes of it, or while workers die of it.
TRIES = 5
# A late answer still settles a doubtful message, so it waits a while before it goes again.
PATIENCE = timedelta(minutes=1)
RESENT = frozenset(event.name for event in EVENTS.values() if event.when_doubtful is WhenDoubtful.RESEND)


def goes_again(*, event: str, channel: Channel, is_collection: bool, attempt: int) -> bool:
    """Return whether a message that is doubtful after this attempt goes out again by itself.

    Only e-mail carries a name that tells the reader's mailbox that two copies are one message.
    """
    return event in RESENT and channel is Channel.EMAIL and not is_collection and attempt < TRIES


def settle_lost(*, now: datetime) -> int:
    """Settle what dead workers left; return how many messages changed.

    A claim goes back to the queue: it was certainly not sent. A handing becomes doubtful; it keeps its owner,
    so that an answer which comes late after all still settles it. A doubtful message that goes out again does
    so after `PATIENCE`. A message that so many workers died of fails. Also ends what waited past its own end.
    """
    lost = Message.leased_until < now
    free: dict[str, Any] = {"leased_until": None, "claimed_by": None}
    claimed, again = is_in(MessageState.CLAIMED), {"state": MessageState.NEW, "losses": Message.losses + 1}
    poison = {"state": MessageState.FAILED, "state_reason": "worker_lost", "losses": TRIES}
    doubtful = {"state": MessageState.UNKNOWN, "state_reason": "worker_lost"}
    resent = {"state": MessageState.NEW, "not_before": now, "handed_at": None, "leased_until": None}
    late = {"state": MessageState.EXPIRED, "state_reason": "too_late"}
    return sum(
        (
            _changed(and_(claimed, lost, Message.losses < TRIES - 1), free | again),
            _changed(and_(claimed, lost), free | poison),
            _changed(and_(is_in(MessageState.UNKNOWN), lost), resent),
            _changed(
                and_(is_in(MessageState.HANDING), lost),
                doubtful | {"leased_until": case((_goes_again(now), now + PATIENCE), else_=null())},
            ),
            _changed(and_(is_in(MessageState.NEW), Message.expires_at <= now), free | late),
        )
    )


def _goes_again(now: datetime) -> ColumnElement[bool]:
    return and_(
        Message.event.in_(sorted(RESENT)),
        Message.channel == Channel.EMAIL,
        Message.is_collection.is_(False),
        Message.attempt < TRIES,
        or_(Message.expires_at.is_(None), Message.expires_at > now + PATIENCE),
    )


def _changed(which: ColumnElement[bool], values: dict[str, Any]) -> int:
    statement = update(Message).where(which).values(**values).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount
