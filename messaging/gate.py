"""The gate at hand-over: what is asked in the transaction that marks a message `handing`.

Whatever was stored before that transaction is seen by it, and a reaction that is being stored takes the same
lock on the invoice: one of the two is always first.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from core.database import db
from invoices.models import ContactPoint, ContactState
from invoices.queries import why_not_dun
from messaging import claims
from messaging.claims import Claim
from messaging.models import Message, MessageInvoice, MessageState
from messaging.rendering import LinkText, Rendered

AddressOfLink = Callable[[Message], LinkText | None]
"""What a message says about its link, a debtor's or a member's; None when that opens nothing."""


def standing(message: Message, address_of_link: AddressOfLink) -> tuple[LinkText | None, str]:
    """Return what the message says about its link, and why it may not leave: `link_ended`,
    `contact_changed`, `contact_unusable`, or nothing."""
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
    return link, ""


def may_leave(claim: Claim, made: Rendered, address_of_link: AddressOfLink, now: datetime) -> bool:
    """Mark the message `handing` or keep it back, in the caller's transaction, and return whether it leaves.

    An invoice that may not be dunned any more is taken out of the message. When some are left the message
    goes back to the queue, to be written again without it; when none is left it is suppressed.
    """
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
    if message.is_collection and not _all_may_be_dunned(claim, made):
        return False
    return claims.advance(
        claim,
        only_from=(MessageState.CLAIMED,),
        state=MessageState.HANDING,
        handed_at=now,
        leased_until=now + claims.LEASE,
        subject=made.subject,
        body=made.body,
    )


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
