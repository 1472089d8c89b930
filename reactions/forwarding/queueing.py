"""Reactions put on their way, claimed for a try, and what came of it, in the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core import audit
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from reactions.forwarding.models import ForwardedReaction, ForwardingState, ForwardingTarget
from reactions.forwarding.targets import target_of
from reactions.models import Action, Reaction

# Longer than a try ever takes: after it whoever made the try is taken for dead.
LEASE = timedelta(minutes=2)
# After the first try, the second and so on; after the last of these again and again.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
KEEPS_TRYING = timedelta(hours=72)


class NotForwardable(Refusal):
    """It is on its way, or delivered, or there is nowhere to send it."""

    sentence = N_("This reaction cannot be sent again.")
    status = 409


@dataclass(frozen=True, slots=True)
class Claim:
    """One try: what is posted where, and with which key it is signed."""

    id: int
    organisation_id: int
    reaction_id: int
    public_id: str
    attempt: int
    asked_at: datetime
    url: str
    secret: str


def set_going(reaction: Reaction, *, now: datetime) -> None:
    """Have a new reaction forwarded, where the organisation has a system for it."""
    if target_of(organisation_id=reaction.organisation_id, holds=True) is not None:
        db.session.add(
            ForwardedReaction(
                organisation_id=reaction.organisation_id,
                reaction_id=reaction.id,
                asked_at=now,
                not_before=now,
            )
        )


def is_any_due(*, now: datetime) -> bool:
    """Return whether any organisation's reaction may be due: asked at every ring, and writes nothing."""
    due = select(ForwardedReaction.id).where(
        ForwardedReaction.state == ForwardingState.WAITING, ForwardedReaction.not_before <= now
    )
    return db.session.scalar(due.limit(1)) is not None


def claim_next(*, now: datetime, without: Collection[int]) -> Claim | None:
    """Take the reaction of any organisation that is due first, but for these organisations; None if none is.

    Whoever takes it has `LEASE` to say what came of it.
    """
    found = db.session.execute(
        select(ForwardedReaction, ForwardingTarget.url, ForwardingTarget.secret)
        .join(ForwardingTarget, ForwardingTarget.organisation_id == ForwardedReaction.organisation_id)
        .join(Organisation, Organisation.id == ForwardedReaction.organisation_id)
        .where(
            ForwardedReaction.state == ForwardingState.WAITING,
            ForwardedReaction.not_before <= now,
            ForwardedReaction.organisation_id.not_in([*without]),
            ForwardedReaction.organisation_id.not_in(restores.held()),
            Organisation.closed_at.is_(None),
        )
        .order_by(ForwardedReaction.not_before, ForwardedReaction.id)
        .limit(1)
        .with_for_update(of=ForwardedReaction, skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        return None
    one: ForwardedReaction = found[0]
    one.attempt += 1
    one.not_before = now + LEASE
    db.session.flush()
    return Claim(
        one.id, one.organisation_id, one.reaction_id, one.public_id, one.attempt, one.asked_at, *found[1:]
    )


def settle(claim: Claim, *, now: datetime, why_not: str) -> ForwardingState | None:
    """Store what came of a try: it was taken, or why not (a short word). Return the state it has then.

    None when a later try has taken over, or somebody sent it again meanwhile: then nothing changes.
    """
    changes: dict[str, object] = {"state": ForwardingState.WAITING, "reason": why_not}
    if not why_not:
        changes |= {"state": ForwardingState.DELIVERED, "delivered_at": now}
    elif now - claim.asked_at >= KEEPS_TRYING:
        changes |= {"state": ForwardingState.GIVEN_UP}
    else:
        changes |= {"not_before": now + WAITS[min(claim.attempt, len(WAITS)) - 1]}
    return db.session.scalar(
        update(ForwardedReaction)
        .where(
            ForwardedReaction.organisation_id == claim.organisation_id,
            ForwardedReaction.id == claim.id,
            ForwardedReaction.attempt == claim.attempt,
            ForwardedReaction.asked_at == claim.asked_at,
            ForwardedReaction.state == ForwardingState.WAITING,
        )
        .values(changes)
        .returning(ForwardedReaction.state)
        .execution_options(synchronize_session=False)
    )


def send_again(*, organisation_id: int, action: Action, member_id: int, now: datetime) -> None:
    """Try again what was given up, for as long as a new one. Raises NotForwardable."""
    target = target_of(organisation_id=organisation_id, holds=True)
    one = forwarded(organisation_id=organisation_id, reaction_id=action.reaction_id, lock=True)
    if target is None or one is None or one.state is not ForwardingState.GIVEN_UP:
        raise NotForwardable
    one.state, one.reason = ForwardingState.WAITING, ""
    one.asked_at = one.not_before = now
    one.attempt = 0
    db.session.flush()
    audit.record(
        organisation_id=organisation_id,
        what="action.forwarded_again",
        about="action",
        about_id=action.id,
        now=now,
        member_id=member_id,
        debtor_id=action.debtor_id,
    )


def forwarded(*, organisation_id: int, reaction_id: int, lock: bool = False) -> ForwardedReaction | None:
    """Return what became of forwarding a reaction, None where it was never to be."""
    statement = select(ForwardedReaction).where(
        ForwardedReaction.organisation_id == organisation_id, ForwardedReaction.reaction_id == reaction_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)
