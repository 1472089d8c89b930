"""What came of an attempt, kept: sent, refused, doubtful, or to be tried again later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from core import tenancy
from core.database import db
from core.transaction import writing
from invoices.models import ContactPoint, ContactState
from messaging import claims, retries
from messaging.claims import Claim
from messaging.models import Message, MessageState
from messaging.providers.outcomes import NotHanded, Outcome, Refused, Remedy, Sent, Unknown, Withheld

log = structlog.get_logger()


def settle(claim: Claim, outcome: Outcome, started_at: datetime, now: datetime) -> str:
    """Keep a provider's outcome and return its name for the count."""
    match outcome:
        case Sent(provider_id):
            return keep(claim, started_at, MessageState.SENT, sent_at=now, provider_id=provider_id or None)
        case Unknown(reason):
            return keep(claim, started_at, MessageState.UNKNOWN, "line_cut", words=reason)
        case Withheld():
            return "withheld"
        case NotHanded(reason, wait):
            return _later(claim, started_at, now, "not_handed", reason, wait=wait)
        case Refused() if outcome.permanent:
            return _give_up(claim, outcome, started_at)
        case Refused(remedy, code, _enhanced, reason):
            return _later(claim, started_at, now, remedy, reason, code=str(code or ""))


def _give_up(claim: Claim, refused: Refused, started_at: datetime) -> str:
    code = str(refused.enhanced or refused.code or "")
    state = {Remedy.CONTACT_DEAD: ContactState.FAILED, Remedy.OPTED_OUT: ContactState.OPTED_OUT}.get(
        refused.remedy
    )
    if state is not None:
        with writing():
            contact = db.session.scalar(
                select(ContactPoint)
                .join(Message, Message.contact_point_id == ContactPoint.id)
                .where(Message.id == claim.id)
            )
            if contact is not None:
                contact.state, contact.state_reason = state, refused.reason[:200]
    return keep(claim, started_at, MessageState.FAILED, refused.remedy, code=code, words=refused.reason)


def _later(
    claim: Claim,
    started_at: datetime,
    now: datetime,
    why: str,
    words: str,
    *,
    wait: timedelta | None = None,
    code: str = "",
) -> str:
    """Put the message back for a later try, or give up when it would come too late."""
    pausing = why in (Remedy.CHANNEL_PAUSES, Remedy.CHANNEL_STOPS)
    next_at = retries.next_try(
        attempt=1 if pausing else claim.attempt,
        created_at=claim.created_at,
        expires_at=claim.expires_at,
        now=now,
        wait=retries.CHANNEL_PAUSE if pausing else wait,
    )
    if next_at is None:
        return keep(claim, started_at, MessageState.FAILED, why, code=code, words=words)
    return keep(
        claim, started_at, MessageState.NEW, why, code=code, words=words, not_before=next_at, handed_at=None
    )


def keep(
    claim: Claim,
    started_at: datetime,
    state: MessageState,
    why: str = "",
    *,
    code: str = "",
    words: str = "",
    **changes: Any,
) -> str:
    """Store the new state if this worker still holds the message, with a line for the attempt."""
    changes |= {"state": state, "state_reason": f"{why} {words}".strip()[:240], "leased_until": None}
    changes["claimed_by"] = None
    with writing():
        kept = claims.advance(claim, only_from=MessageState.HANDING, **changes) or claims.advance(
            claim, only_from=MessageState.CLAIMED, **changes
        )
        if kept:
            claims.note_attempt(claim, started_at=started_at, outcome=why or state, code=code, words=words)
    log.info("message", id=claim.id, attempt=claim.attempt, state=state.value, why=why, code=code, kept=kept)
    return why if why in (Remedy.CHANNEL_PAUSES, Remedy.CHANNEL_STOPS) else state.value


def give_back(rest: Sequence[Claim], now: datetime) -> None:
    """Return what was not tried to the queue, to wait as long as the channel pauses; no attempt is burnt."""
    with tenancy.everywhere(), writing():
        for claim in rest:
            claims.advance(
                claim,
                only_from=MessageState.CLAIMED,
                state=MessageState.NEW,
                attempt=claim.attempt - 1,
                not_before=now + retries.CHANNEL_PAUSE,
                claimed_by=None,
                leased_until=None,
            )
