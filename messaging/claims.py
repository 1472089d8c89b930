"""Who holds which message: claims by lease, fenced by owner and attempt: a late worker changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, literal, or_, select, update

from core import prepared
from core.database import db
from core.organisations import restores
from invoices.models import Channel
from messaging.models import Message, MessageAttempt, MessageState

LEASE = timedelta(seconds=60)
# A worker that is still busy with a message after this renews its lease. No step of a conversation with a
# provider takes the rest of it.
RENEWED_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """One message held by one worker for one attempt."""

    id: int
    organisation_id: int
    event: str
    channel: Channel
    recipient: str
    is_collection: bool
    attempt: int
    created_at: datetime
    expires_at: datetime | None
    owner: str

    @property
    def domain(self) -> str:
        """The domain of an e-mail address, in small letters."""
        return self.recipient.rpartition("@")[2].lower()


def is_in(state: MessageState) -> ColumnElement[bool]:
    """Return that a message is in this state, written out: an index on few states is used only for those."""
    return Message.state == literal(state, Message.state.type, literal_execute=True)


# The columns that `Claim` takes, in its order, but for the owner.
_OF_CLAIM = (
    Message.id,
    Message.organisation_id,
    Message.event,
    Message.channel,
    Message.recipient,
    Message.is_collection,
    Message.attempt,
    Message.created_at,
    Message.expires_at,
)


def claim_due(
    *, organisation_id: int, channel: Channel, owner: str, limit: int, now: datetime
) -> list[Claim]:
    """Take up to `limit` messages of an organisation that may leave now: what is no reminder, such as a link
    that a debtor asked for, first, then in the order in which they became due."""
    if limit <= 0:
        return []
    mine = (Message.organisation_id == organisation_id, Message.channel == channel, Message.losses == 0)
    order = (Message.is_collection, Message.not_before, Message.id)
    return _taken(_due(*mine, now=now).order_by(*order).limit(limit), owner=owner, now=now)


def claim_suspect(*, channel: Channel, owner: str, now: datetime) -> list[Claim]:
    """Take one message that a worker died with; alone, so that if it kills, no other is lost with it."""
    suspect = _due(Message.channel == channel, Message.losses > literal(0, literal_execute=True), now=now)
    return _taken(suspect.order_by(Message.not_before, Message.id).limit(1), owner=owner, now=now)


def _due(*which: ColumnElement[bool], now: datetime) -> Select[int]:
    fresh = or_(Message.expires_at.is_(None), Message.expires_at > now)
    released = Message.organisation_id.not_in(restores.held())
    return select(Message.id).where(
        *which, is_in(MessageState.NEW), Message.not_before <= now, fresh, released
    )


def _taken(due: Select[int], *, owner: str, now: datetime) -> list[Claim]:
    # A CTE is worked out once; PostgreSQL may run a subquery with a LIMIT again for every row it joins.
    chosen = due.with_for_update(skip_locked=True).cte("due")
    rows = db.session.execute(
        update(Message)
        .where(Message.id.in_(select(chosen.c.id)), is_in(MessageState.NEW))
        .values(
            state=MessageState.CLAIMED,
            claimed_by=owner,
            leased_until=now + LEASE,
            attempt=Message.attempt + 1,
        )
        .returning(*_OF_CLAIM)
        .execution_options(synchronize_session=False)
    ).all()
    return [Claim(*row, owner) for row in sorted(rows, key=lambda row: (row.is_collection, row.id))]


def advance(claim: Claim, *, only_from: Collection[MessageState], **changes: Any) -> bool:
    """Change the message if this worker still holds it in this attempt; return whether it did."""
    changed = prepared.ask(
        _advancing(tuple(changes), tuple(only_from)),
        organisation_id=claim.organisation_id,
        held_id=claim.id,
        held_by=claim.owner,
        in_attempt=claim.attempt,
        **{f"to_{name}": value for name, value in changes.items()},
    )
    return bool(changed.rowcount)


@cache
def _advancing(names: tuple[str, ...], only_from: tuple[MessageState, ...]) -> Update:
    """Return the statement that changes these columns; there are as many as places that call `advance`."""
    return (
        update(Message)
        .where(
            Message.organisation_id == bindparam("of_organisation"),
            Message.id == bindparam("held_id"),
            Message.claimed_by == bindparam("held_by"),
            Message.attempt == bindparam("in_attempt"),
            or_(*(Message.state == state for state in only_from)),
        )
        .values({name: bindparam(f"to_{name}") for name in names})
    )


def renew(claim: Claim, *, now: datetime) -> bool:
    """Hold the message for a whole lease from now on; return whether this worker still held it."""
    held = (MessageState.CLAIMED, MessageState.HANDING)
    return advance(claim, only_from=held, leased_until=now + LEASE)


def handing_still(*, worker: str, before: datetime) -> list[tuple[str, datetime | None, Claim]]:
    """Return public id, moment and claim of what this worker is handing over, or others since before then."""
    rows = db.session.execute(
        select(Message.public_id, Message.handed_at, *_OF_CLAIM, Message.claimed_by).where(
            is_in(MessageState.HANDING),
            Message.leased_until.is_not(None),
            or_(Message.claimed_by == worker, Message.handed_at < before),
        )
    )
    return [(name, handed_at, Claim(*of_claim)) for name, handed_at, *of_claim in rows]


def give_back(claim: Claim, **changes: Any) -> bool:
    """Return a message that was not tried to the queue; no attempt is burnt."""
    return advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=MessageState.NEW,
        attempt=claim.attempt - 1,
        claimed_by=None,
        leased_until=None,
        **changes,
    )


def note_attempt(
    claim: Claim, *, started_at: datetime, outcome: str, code: str = "", words: str = ""
) -> None:
    """Keep what came of this attempt, with the provider's words."""
    prepared.add(
        MessageAttempt,
        organisation_id=claim.organisation_id,
        message_id=claim.id,
        attempt=claim.attempt,
        started_at=started_at,
        outcome=outcome,
        code=code[:24],
        words=words[:400],
    )
