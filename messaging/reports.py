"""What a provider reports of an attempt after it answered, or instead of answering.

Reports come in any order, again and again, and sometimes before our own commit. Each is kept once, and only
one of a higher rank than all before it changes the message, so any order leads to the same end.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select

from core.database import db
from messaging import opting, reachability, retries, senders
from messaging.callbacks import AttemptUnknown
from messaging.models import Message, MessageAttempt, MessageState
from messaging.providers.outcomes import OF_THE_CHANNEL, Remedy
from messaging.providers.twilio_errors import remedy_of
from messaging.sms_models import OptOutSource, ProviderEvent, Report

log = structlog.get_logger()
DEAD = frozenset({Report.CANCELED, Report.FAILED, Report.UNDELIVERED})
# What an attempt of ours may be in when the provider says that it took it.
_TAKEN_FROM = frozenset({MessageState.NEW, MessageState.HANDING, MessageState.UNKNOWN})
# A newer attempt is waiting or claimed: nothing was handed over again yet, and now nothing will be.
_TAKEN_BEFORE = frozenset({MessageState.NEW, MessageState.CLAIMED})
_DIED_FROM = _TAKEN_FROM | {MessageState.SENT, MessageState.FAILED, MessageState.BOUNCED}


@dataclass(frozen=True, slots=True)
class Reported:
    """One report: the provider's name for the message, what became of it, and its error number, if any."""

    provider_id: str
    status: Report
    code: int | None = None


def message_named(*, public_id: str) -> Message:
    """Return the message, of whatever organisation, locked for the transaction. Raises AttemptUnknown."""
    found = db.session.scalar(
        select(Message)
        .where(Message.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise AttemptUnknown
    return found


def take_report(*, message: Message, attempt: int, reported: Reported, now: datetime) -> bool:
    """Keep a report of an attempt of this locked message, and return whether it changed the message.

    Raises AttemptUnknown for an attempt that was never made.
    """
    if attempt > message.attempt:
        raise AttemptUnknown
    known = db.session.scalars(
        select(ProviderEvent.status).where(
            ProviderEvent.organisation_id == message.organisation_id,
            ProviderEvent.provider_id == reported.provider_id,
        )
    ).all()
    if reported.status in known:
        return False
    db.session.add(
        ProviderEvent(
            organisation_id=message.organisation_id,
            message_id=message.id,
            attempt=attempt,
            provider_id=reported.provider_id,
            status=reported.status,
            code=str(reported.code or ""),
            received_at=now,
        )
    )
    changed = all(status.rank < reported.status.rank for status in known) and _settle(
        message, attempt, reported, now
    )
    db.session.flush()
    log.info("reported", id=message.id, attempt=attempt, status=reported.status.value, changed=changed)
    return changed


def _settle(message: Message, attempt: int, reported: Reported, now: datetime) -> bool:
    is_newest = attempt == message.attempt
    if reported.status is Report.DELIVERED:
        _delivered(message, reported, now)
    elif reported.status in DEAD:
        if not is_newest or message.state not in _DIED_FROM:
            return False
        _died(message, reported, now)
    elif message.state in (_TAKEN_FROM if is_newest else _TAKEN_BEFORE):
        sent_at = message.handed_at or now
        _become(message, MessageState.SENT, provider_id=reported.provider_id, sent_at=sent_at)
    else:
        return False
    _note(message, attempt, reported, now)
    return True


def _delivered(message: Message, reported: Reported, now: datetime) -> None:
    """It arrived: whatever else we thought of it, or of the number, was wrong."""
    sent_at = message.sent_at or message.handed_at or now
    provider_id = reported.provider_id
    _become(message, MessageState.DELIVERED, provider_id=provider_id, sent_at=sent_at, delivered_at=now)
    reachability.mark_working(message=message, now=now)


def _died(message: Message, reported: Reported, now: datetime) -> None:
    remedy = remedy_of(reported.code)
    reason = f"{remedy.value} {reported.code or ''}".strip()
    # Another message may have taken the place of one that was cleared.
    again_at = None if message.cleared_at else _again_at(message, remedy, reason, now)
    if again_at is not None:
        again = {"not_before": again_at, "handed_at": None, "sent_at": None}
        _become(message, MessageState.NEW, reason, provider_id=reported.provider_id, **again)
        return
    if reported.status is Report.UNDELIVERED:
        sent_at = message.sent_at or message.handed_at or now
        _become(message, MessageState.BOUNCED, reason, provider_id=reported.provider_id, sent_at=sent_at)
    else:
        _become(message, MessageState.FAILED, reason, provider_id=reported.provider_id, sent_at=None)
    if remedy is Remedy.OPTED_OUT:
        opting.opt_out(
            organisation_id=message.organisation_id,
            channel=message.channel,
            value=message.recipient,
            source=OptOutSource.PROVIDER,
            now=now,
        )
    elif remedy is Remedy.CONTACT_DEAD:
        reachability.mark_failed(message=message, reason=f"Twilio {reported.code}", now=now)


def _again_at(message: Message, remedy: Remedy, reason: str, now: datetime) -> datetime | None:
    """Return when a message that did not get through is tried again, or None."""
    if remedy in OF_THE_CHANNEL:
        planned = senders.rest(channel=message.channel, remedy=remedy, words=reason, now=now)
        return planned if message.expires_at is None or planned < message.expires_at else None
    if remedy is not Remedy.RETRY:
        return None
    return retries.next_reach(
        tried=_tried(message), created_at=message.created_at, expires_at=message.expires_at, now=now
    )


def _tried(message: Message) -> int:
    """Return how many attempts before the newest did not reach the telephone."""
    return (
        db.session.scalar(
            select(func.count()).where(
                MessageAttempt.organisation_id == message.organisation_id,
                MessageAttempt.message_id == message.id,
                MessageAttempt.attempt < message.attempt,
                MessageAttempt.outcome == Remedy.RETRY,
            )
        )
        or 0
    )


def _become(message: Message, state: MessageState, reason: str = "", **changes: Any) -> None:
    message.state, message.state_reason = state, reason
    message.claimed_by = message.leased_until = message.ask_at = None
    for name, value in changes.items():
        setattr(message, name, value)


def _note(message: Message, attempt: int, reported: Reported, now: datetime) -> None:
    """Keep what came of the attempt; of one whose worker died there is no line yet."""
    line = db.session.scalar(
        select(MessageAttempt).where(
            MessageAttempt.organisation_id == message.organisation_id,
            MessageAttempt.message_id == message.id,
            MessageAttempt.attempt == attempt,
        )
    )
    if line is None:
        line = MessageAttempt(
            organisation_id=message.organisation_id,
            message_id=message.id,
            attempt=attempt,
            started_at=message.handed_at or now,
        )
        db.session.add(line)
    if reported.status in DEAD:
        line.outcome = remedy_of(reported.code).value
    else:
        line.outcome = "delivered" if reported.status is Report.DELIVERED else "sent"
    line.code = str(reported.code or "")
    line.words = f"Twilio: {reported.status.value}" if line.outcome != "sent" else ""
