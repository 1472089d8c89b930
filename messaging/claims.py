"""Who holds which message: claims by lease, fenced by owner and attempt: a late worker changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Update, or_, select, update

from core.database import db
from invoices.models import Channel
from messaging.models import Message, MessageAttempt, MessageState

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """One message held by one worker for one attempt."""

    id: int
    organisation_id: int
    attempt: int
    owner: str
    created_at: datetime
    expires_at: datetime | None


def claim_due(*, channels: Sequence[Channel], owner: str, limit: int, now: datetime) -> list[Claim]:
    """Take up to `limit` messages that may leave now, in the order in which they became due."""
    # A CTE is worked out once; PostgreSQL may run a subquery with a LIMIT again for every row it joins.
    due = (
        select(Message.id)
        .where(
            Message.state == MessageState.NEW,
            Message.not_before <= now,
            Message.channel.in_(channels),
            or_(Message.expires_at.is_(None), Message.expires_at > now),
        )
        .order_by(Message.not_before, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = db.session.execute(
        update(Message)
        .where(Message.id.in_(select(due.c.id)), Message.state == MessageState.NEW)
        .values(
            state=MessageState.CLAIMED,
            claimed_by=owner,
            leased_until=now + LEASE,
            attempt=Message.attempt + 1,
        )
        .returning(
            Message.id, Message.organisation_id, Message.attempt, Message.created_at, Message.expires_at
        )
        .execution_options(synchronize_session=False)
    ).all()
    return [
        Claim(row.id, row.organisation_id, row.attempt, owner, row.created_at, row.expires_at)
        for row in sorted(rows, key=lambda row: row.id)
    ]


def settle_lost(*, now: datetime) -> int:
    """Settle what dead workers left: a claim goes back to the queue, a handing becomes doubtful.

    A doubtful message keeps its owner, so that an answer which comes late after all still settles it. Also
    ends what waited past its own end. Returns how many rows changed.
    """
    lost = Message.leased_until < now
    free: dict[str, Any] = {"leased_until": None, "claimed_by": None}
    changes = (
        (Message.state == MessageState.CLAIMED, lost, free | {"state": MessageState.NEW}),
        (
            Message.state == MessageState.HANDING,
            lost,
            {"state": MessageState.UNKNOWN, "state_reason": "worker_lost", "leased_until": None},
        ),
        (
            Message.state == MessageState.NEW,
            Message.expires_at <= now,
            free | {"state": MessageState.EXPIRED, "state_reason": "too_late"},
        ),
    )
    return sum(
        _changed(update(Message).where(state, condition).values(**values))
        for state, condition, values in changes
    )


def advance(claim: Claim, *, only_from: Collection[MessageState], **changes: Any) -> bool:
    """Change the message if this worker still holds it in this attempt; return whether it did."""
    held = update(Message).where(
        Message.organisation_id == claim.organisation_id,
        Message.id == claim.id,
        Message.claimed_by == claim.owner,
        Message.attempt == claim.attempt,
        Message.state.in_(only_from),
    )
    return bool(_changed(held.values(**changes)))


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


def _changed(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount


def note_attempt(
    claim: Claim, *, started_at: datetime, outcome: str, code: str = "", words: str = ""
) -> None:
    """Keep what came of this attempt, with the provider's words."""
    db.session.add(
        MessageAttempt(
            organisation_id=claim.organisation_id,
            message_id=claim.id,
            attempt=claim.attempt,
            started_at=started_at,
            outcome=outcome,
            code=code[:24],
            words=words[:400],
        )
    )
