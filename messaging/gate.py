"""The gate at hand-over: what is asked in the transaction that marks a message `handing`.

Whatever was stored before that transaction is seen by it, and a reaction that is being stored takes the same
lock on the invoice: one of the two is always first.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from invoices.models import Channel, ContactPoint, ContactState
from invoices.queries import why_not_dun
from messaging import claims, opting
from messaging.approaches import is_paused, may_leave_from
from messaging.claims import Claim
from messaging.models import Message, MessageInvoice, MessageState
from messaging.rendering import LinkText, Rendered
from messaging.sms_limits import count_or_hold

AddressOfLink = Callable[[Message], LinkText | None]
"""What a message says about its link, a debtor's or a member's; None when that opens nothing."""


def standing(message: Message, address_of_link: AddressOfLink) -> tuple[LinkText | None, str]:
    """Return what the message says about its link, and why it may not leave: `link_ended`,
    `contact_changed`, `contact_unusable`, `opted_out`, or nothing."""
    link = None
    if message.link_id is not None or message.member_id is not None:
        link = address_of_link(message)
        if link is None:
            return None, "link_ended"
    if message.contact_point_id is not None:
        state, value = db.session.execute(
            select(ContactPoint.state, ContactPoint.value).where(ContactPoint.id == message.contact_point_id)
        ).one()
        if state != ContactState.USABLE:
            return link, "contact_unusable"
        if value != message.recipient:
            return link, "contact_changed"
        if opting.is_opted_out(
            organisation_id=message.organisation_id, channel=message.channel, value=message.recipient
        ):
            return link, "opted_out"
    return link, ""


def may_leave(claim: Claim, made: Rendered, address_of_link: AddressOfLink, now: datetime) -> bool:
    """Mark the message `handing` or keep it back, in the caller's transaction, and return whether it leaves.

    An invoice that may not be dunned any more is taken out of the message. When some are left the message
    goes back to the queue, to be written again without it; when none is left it is suppressed. A collection
    message outside the contact hours, or one too many in a week, goes back to the queue until it may leave;
    to a debtor in a pause it is suppressed. An SMS leaves within the limits of its organisation. Nothing
    leaves after a restore that was not released.
    """
    if restores.is_held(organisation_id=claim.organisation_id):
        claims.give_back(claim)
        return False
    message = db.session.scalars(
        select(Message).where(Message.id == claim.id).execution_options(populate_existing=True)
    ).one()
    if message.expires_at is not None and message.expires_at <= now:
        _end(claim, MessageState.EXPIRED, "too_late")
        return False
    _link, why_not = standing(message, address_of_link)
    if why_not:
        _end(claim, MessageState.SUPPRESSED, why_not)
        return False
    if message.is_collection and not _may_collect(claim, made, message.debtor_id, now):
        return False
    if message.channel is Channel.SMS and not _within_limits(claim, message, now):
        return False
    return claims.advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=MessageState.HANDING,
        handed_at=now,
        leased_until=now + claims.LEASE,
        subject=made.subject,
        body=made.body,
        sent_sha256=made.sha256,
    )


def _may_collect(claim: Claim, made: Rendered, debtor_id: int | None, now: datetime) -> bool:
    """Return whether a collection message may leave; when not, it is kept back."""
    if debtor_id is not None:
        # The debtor is held before the invoices, everywhere, so that two never wait crosswise.
        whom = {"organisation_id": claim.organisation_id, "debtor_id": debtor_id}
        if is_paused(now=now, **whom):
            _end(claim, MessageState.SUPPRESSED, "paused")
            return False
        from_then = may_leave_from(now=now, **whom)
        if from_then > now:
            claims.give_back(claim, not_before=from_then)
            return False
    return _all_may_be_dunned(claim, made)


def _within_limits(claim: Claim, message: Message, now: datetime) -> bool:
    """Count an SMS and return whether it may leave; when not, it fails or waits for the next day."""
    owner = db.session.get_one(Organisation, message.organisation_id)
    held = count_or_hold(organisation=owner, number=message.recipient, now=now)
    if held is not None and held.until is None:
        _end(claim, MessageState.FAILED, held.reason)
    elif held is not None:
        claims.give_back(claim, not_before=held.until, state_reason=held.reason)
    return held is None


def _all_may_be_dunned(claim: Claim, made: Rendered) -> bool:
    answers = why_not_dun(organisation_id=claim.organisation_id, invoice_ids=made.invoice_ids, lock=True)
    blocked = {invoice_id: why.reason for invoice_id, why in answers.items() if why is not None}
    if made.invoice_ids and not blocked:
        return True
    if len(blocked) < len(made.invoice_ids):
        _take_out(claim, blocked)
    else:
        _end(claim, MessageState.SUPPRESSED, ", ".join(sorted(set(blocked.values()))) or "no_invoice")
    return False


def _take_out(claim: Claim, blocked: dict[int, str]) -> None:
    if not claims.give_back(claim):
        return
    db.session.execute(
        delete(MessageInvoice).where(
            MessageInvoice.organisation_id == claim.organisation_id,
            MessageInvoice.message_id == claim.id,
            MessageInvoice.invoice_id.in_(blocked),
        )
    )


def _end(claim: Claim, state: MessageState, reason: str) -> None:
    claims.advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=state,
        state_reason=reason,
        claimed_by=None,
        leased_until=None,
    )
