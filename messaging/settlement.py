"""What came of an attempt, kept: sent, refused, doubtful, or to be tried again later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core import tenancy
from core.database import db
from core.transaction import DatabaseBusy, reading, writing
from invoices.models import Channel
from messaging import claims, opting, paces, reachability, retries, senders
from messaging.claims import Claim
from messaging.doubt import TRIES, goes_again
from messaging.journal import Journal
from messaging.models import Message, MessageState
from messaging.providers.outcomes import (
    OF_THE_CHANNEL,
    NotHanded,
    Outcome,
    Refused,
    Remedy,
    Sent,
    Unknown,
    Withheld,
)
from messaging.sms_limits import country_of
from messaging.sms_models import OptOutSource

log = structlog.get_logger()

# A late answer still settles a message whose lease ran out while the provider was thinking, also when it is
# to go out again and nobody took it yet.
STILL_OPEN = (MessageState.CLAIMED, MessageState.HANDING, MessageState.UNKNOWN, MessageState.NEW)
# A worker that still stores nothing after this waits for somebody; what it was told is stored for it.
LIVELY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim being carried out, and when that began."""

    claim: Claim
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What an attempt came to, in a word, and how long its channel had better rest, if at all."""

    outcome: str
    rest: timedelta | None = None


def settle(attempt: Attempt, outcome: Outcome, now: datetime) -> Settled:
    """Keep a provider's outcome."""
    match outcome:
        case Sent():
            with writing():
                keep_taken(attempt, outcome, now)
            return Settled(MessageState.SENT.value)
        case Unknown(reason):
            return _doubtful(attempt, now, "line_cut", reason)
        case Withheld():
            return Settled("withheld")
        case NotHanded():
            return _not_handed(attempt, outcome, now)
        case Refused(remedy) if remedy in OF_THE_CHANNEL:
            return _pause(attempt, outcome, now)
        case Refused(remedy, reason=reason) if outcome.permanent:
            return keep(attempt, MessageState.FAILED, remedy, code=_code(outcome), words=reason)
        case Refused(remedy, reason=reason):
            return _later(attempt, now, remedy, reason, code=_code(outcome))


def _not_handed(attempt: Attempt, outcome: NotHanded, now: datetime) -> Settled:
    """Put the message back for a later try, and let the others of this worker wait with it.

    Where nobody answers they would only meet the same time-out, one by one. No wish of a provider is followed
    for longer than a channel that is refused rests.
    """
    wait = min(outcome.retry_after or timedelta(), retries.CHANNEL_PAUSE)
    settled = _later(attempt, now, "not_handed", outcome.reason, wait=wait)
    if outcome.is_too_fast:
        with writing():
            senders.slow_down(channel=attempt.claim.channel, wait=wait, now=now)
    return Settled(settled.outcome, max(wait, retries.CHANNEL_REST))


def _code(refused: Refused) -> str:
    return str(refused.enhanced or refused.code or "")


def _doubtful(attempt: Attempt, now: datetime, why: str, words: str) -> Settled:
    """Keep that nobody can know; what may be sent twice goes again after a while, unless an answer comes."""
    claim = attempt.claim
    again_at = None
    if goes_again(
        event=claim.event, channel=claim.channel, is_collection=claim.is_collection, attempt=claim.attempt
    ):
        again_at = _next_try(claim, now)
    return keep(attempt, MessageState.UNKNOWN, why, words=words, leased_until=again_at)


def _next_try(claim: Claim, now: datetime, wait: timedelta | None = None) -> datetime | None:
    return retries.next_try(
        attempt=claim.attempt,
        created_at=claim.created_at,
        expires_at=claim.expires_at,
        now=now,
        wait=wait,
    )


def _later(
    attempt: Attempt, now: datetime, why: str, words: str, *, wait: timedelta | None = None, code: str = ""
) -> Settled:
    """Put the message back for a later try, or give up when it would come too late."""
    next_at = _next_try(attempt.claim, now, wait)
    if next_at is None:
        return keep(attempt, MessageState.FAILED, why, code=code, words=words)
    return keep(attempt, MessageState.NEW, why, code=code, words=words, not_before=next_at, handed_at=None)


def _pause(attempt: Attempt, refused: Refused, now: datetime) -> Settled:
    """The account is refused, not the message: it waits with the others and burns no attempt."""
    words = f"{refused.remedy} {_code(refused)} {refused.reason}"
    with writing():
        # A report holds the message when it lets the sender rest: in the other order both would wait.
        db.session.execute(select(Message.id).where(Message.id == attempt.claim.id).with_for_update())
        until = senders.rest(channel=attempt.claim.channel, remedy=refused.remedy, words=words, now=now)
        claims.advance(
            attempt.claim,
            only_from=STILL_OPEN,
            state=MessageState.NEW,
            state_reason=words[:240],
            attempt=attempt.claim.attempt - 1,
            not_before=until,
            handed_at=None,
            claimed_by=None,
            leased_until=None,
        )
    log.error("channel pauses", id=attempt.claim.id, why=refused.remedy.value, code=_code(refused))
    return Settled(refused.remedy.value, until - now)


def keep(
    attempt: Attempt, state: MessageState, why: str = "", *, code: str = "", words: str = "", **changes: Any
) -> Settled:
    """Store the new state if this worker still holds the message, with a line for the attempt."""
    with writing():
        _store(attempt, state, why, code=code, words=words, **changes)
    return Settled(state.value)


def keep_taken(attempt: Attempt, taken: Sent, at: datetime) -> None:
    """Keep that the provider took the message at this moment, in the caller's transaction."""
    _store(attempt, MessageState.SENT, "", sent_at=at, provider_id=taken.provider_id[:80] or None)


def _store(
    attempt: Attempt, state: MessageState, why: str, *, code: str = "", words: str = "", **changes: Any
) -> None:
    claim = attempt.claim
    reason = " ".join(part for part in (why, code, words) if part)[:240]
    # What is doubtful keeps its owner; see `doubt.settle_lost`.
    owner = claim.owner if state is MessageState.UNKNOWN else None
    changes = {"leased_until": None, "state": state, "state_reason": reason, "claimed_by": owner} | changes
    kept = claims.advance(claim, only_from=STILL_OPEN, **changes)
    if kept:
        claims.note_attempt(
            claim, started_at=attempt.started_at, outcome=why or state, code=code, words=words
        )
    _follow(claim, state, why, words, attempt.started_at)
    if claim.channel is Channel.EMAIL and (code == "554" or code.startswith("5.7.")):
        paces.count_refusal(domain=claim.domain, now=attempt.started_at)
    log.info("message", id=claim.id, attempt=claim.attempt, state=state.value, why=why, code=code, kept=kept)


def keep_broken(attempt: Attempt, error: Exception, now: datetime) -> Settled:
    """Keep that our own program failed at this message: it alone waits, and fails after `TRIES` tries."""
    words = f"{type(error).__name__}: {error}"[:400]
    with writing():
        states = select(Message.state).where(Message.id == attempt.claim.id)
        was_handing = db.session.scalar(states) is MessageState.HANDING
    if was_handing:
        return _doubtful(attempt, now, "program_error", words)
    if attempt.claim.attempt >= TRIES:
        return keep(attempt, MessageState.FAILED, "program_error", words=words)
    return _later(attempt, now, "program_error", words)


def _follow(claim: Claim, state: MessageState, why: str, words: str, now: datetime) -> None:
    """Do what a refusal means beyond its message: for the contact, for its owner's wish, for the sender."""
    if state is not MessageState.FAILED:
        # `opted_out` also says why we kept a message back, and then the provider said nothing.
        return
    if why == Remedy.CONTACT_DEAD:
        message = db.session.scalars(select(Message).where(Message.id == claim.id)).one()
        reachability.mark_failed(message=message, reason=words, now=now)
    elif why == Remedy.OPTED_OUT:
        opting.opt_out(
            organisation_id=claim.organisation_id,
            channel=claim.channel,
            value=claim.recipient,
            source=OptOutSource.PROVIDER,
            now=now,
        )
    elif why == Remedy.COUNTRY_CLOSED:
        country = country_of(claim.recipient)
        senders.warn(subject=f"country:{country}", channel=claim.channel, words=f"{country} {words}", now=now)


def settle_taken(journal: Journal, *, worker: str, now: datetime) -> int:
    """Store what workers of this host were told and could not store; return how many messages that settled.

    Of `worker` itself that is what the database was away for, of others what they died before. It is a fact
    whoever tells it, so nothing breaks when the other lives after all: one of the two changes nothing.
    """
    with tenancy.everywhere(), reading():
        handing = claims.handing_still(worker=worker, before=now - LIVELY)
    settled = 0
    for name, handed_at, claim in handing:
        taken = journal.last_of(claim.owner)
        if taken is None or (taken.message, taken.attempt) != (name, claim.attempt):
            continue
        try:
            with tenancy.scope(claim.organisation_id):
                settle(Attempt(claim, handed_at or now), Sent(taken.provider_id), taken.at)
        except (OperationalError, DatabaseBusy):
            raise
        except Exception as error:  # It becomes doubtful, and the others are stored.
            log.error("message broken", id=claim.id, exc_info=error)
        else:
            settled += 1
    return settled


def give_back(rest: Sequence[Claim], *, until: datetime | None = None) -> None:
    """Return what was not tried to the queue, to wait as long as the channel rests, if it does."""
    changes = {"not_before": until} if until else {}
    with tenancy.everywhere(), writing():
        for claim in rest:
            claims.give_back(claim, **changes)
