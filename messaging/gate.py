"""The gate at hand-over: what is asked in the transaction that marks a message `handing`.

Whatever was stored before that transaction is seen by it, and a reaction that is being stored takes the same
lock on the invoice: one of the two is always first.
"""

from datetime import datetime

from core.organisations.models import Organisation
from invoices.locking import Held, hold_together
from invoices.models import Channel
from messaging import claims
from messaging.approaches import opening
from messaging.claims import Claim
from messaging.last_look import last_look, take_out
from messaging.link_text import LinksOf, has_link
from messaging.models import MessageState
from messaging.rendering import Rendered
from messaging.sms_limits import count_or_hold
from messaging.standing import Standing, standing_of, why_not_leave
from messaging.writing import Written


def may_leave(claim: Claim, written: Written, links_of: LinksOf, now: datetime) -> bool:
    """Mark the message `handing` or keep it back, in the caller's transaction, and return whether it leaves.

    An invoice that may not be dunned any more is taken out of the message. When some are left the message
    goes back to the queue, to be written again without it; when none is left, or none that has come as far
    as the message's text, it is suppressed. What nobody asked for, outside the contact hours or one too many
    in a week, goes back to the queue until it may leave; a collection message to a debtor in a pause is
    suppressed. An SMS leaves within the limits of its organisation. Nothing leaves after a restore that was
    not released.
    """
    message, made = written.message, written.rendered
    is_approach, held = message.is_collection or message.is_approach, Held("", ())
    if is_approach:
        held = hold_together(
            organisation_id=claim.organisation_id,
            debtor_id=message.debtor_id,
            invoice_ids=made.invoice_ids if message.is_collection else (),
        )
    standing = standing_of(organisation=written.organisation, message_id=claim.id, now=now)
    if standing.is_held:
        claims.give_back(claim)
        return False
    if message.expires_at is not None and message.expires_at <= now:
        _end(claim, MessageState.EXPIRED, "too_late")
        return False
    link = links_of([message]).get(message.id) if has_link(message) else None
    why_not = why_not_leave(message, standing, link)
    if why_not:
        _end(claim, MessageState.SUPPRESSED, why_not)
        return False
    if is_approach and not _may_approach(claim, written, standing, held.country, now):
        return False
    if message.is_collection and not _all_may_be_dunned(claim, made, held, standing):
        return False
    if message.channel is Channel.SMS and not _within_limits(claim, written.organisation, now):
        return False
    return _hand(claim, made, now)


def _hand(claim: Claim, made: Rendered, now: datetime) -> bool:
    return claims.advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=MessageState.HANDING,
        handed_at=now,
        leased_until=now + claims.LEASE,
        subject=made.subject,
        body=made.body,
        sent_sha256=made.sha256,
        kept_mail=made.kept_mail,
    )


def _may_approach(claim: Claim, written: Written, standing: Standing, country: str, now: datetime) -> bool:
    """Return whether the debtor may be written to now without having asked; when not, it is kept back."""
    if written.message.is_collection and standing.is_paused:
        _end(claim, MessageState.SUPPRESSED, "paused")
        return False
    free_at = standing.week_has_room_at(now)
    from_then = opening(organisation=written.organisation, country=country, at=free_at)
    if from_then > now:
        claims.give_back(claim, not_before=from_then)
    return from_then <= now


def _within_limits(claim: Claim, owner: Organisation, now: datetime) -> bool:
    """Count an SMS and return whether it may leave; when not, it fails or waits for the next day."""
    held = count_or_hold(organisation=owner, number=claim.recipient, now=now)
    if held is not None and held.until is None:
        _end(claim, MessageState.FAILED, held.reason)
    elif held is not None:
        claims.give_back(claim, not_before=held.until, state_reason=held.reason)
    return held is None


def _all_may_be_dunned(claim: Claim, made: Rendered, held: Held, standing: Standing) -> bool:
    about = {"organisation_id": claim.organisation_id, "message_id": claim.id}
    found = last_look(
        **about,
        invoice_ids=made.invoice_ids,
        invoices=held.invoices,
        has_exemptions=standing.has_exemptions,
    )
    if found.why_not:
        _end(claim, MessageState.SUPPRESSED, found.why_not)
    elif found.blocked and claims.give_back(claim):
        take_out(**about, invoice_ids=found.blocked)
    return not found.why_not and not found.blocked


def _end(claim: Claim, state: MessageState, reason: str) -> None:
    claims.advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=state,
        state_reason=reason,
        claimed_by=None,
        leased_until=None,
    )
