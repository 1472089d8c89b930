"""The outbox carried out: claim, render, ask the gate, hand over, keep what came of it.

This job opens its own transactions, short ones: none is held while a provider is spoken to. `handing` is
committed, together with the gate's answer, just before the provider gets the message; whatever breaks before
was certainly not sent, whatever breaks after is doubtful and is shown to a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, select

from core import tenancy
from core.database import db
from core.transaction import reading, writing
from invoices.models import Channel, ContactPoint, ContactState
from invoices.queries import why_not_dun
from messaging import claims
from messaging.claims import Claim
from messaging.mail import Mailbox
from messaging.models import Message, MessageInvoice, MessageState
from messaging.providers.outcomes import Provider, Remedy
from messaging.rendering import LinkText, Rendered, render
from messaging.settlement import give_back, keep, settle

log = structlog.get_logger()
BATCH = 50

AddressOfLink = Callable[[int, int], LinkText | None]
"""(organisation's id, link's id) -> what a message says about the link, or None when it opens nothing."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """The ways out that this worker has; a channel without one waits."""

    mail: Callable[[], Provider[Any]] | None
    sms: Callable[[], Provider[Any]] | None
    sender: Mailbox

    def of(self, channel: Channel) -> Callable[[], Provider[Any]] | None:
        """Return what opens the way for a channel."""
        return {Channel.EMAIL: self.mail, Channel.SMS: self.sms}.get(channel)


@dataclass(slots=True)
class Delivered:
    """What one round did: how many messages came to which outcome."""

    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: str) -> None:
        """Add one."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    @property
    def total(self) -> int:
        """How many messages were tried."""
        return sum(self.outcomes.values())


def deliver_due(
    *,
    carriers: Carriers,
    address_of_link: AddressOfLink,
    clock: Callable[[], datetime],
    worker: str,
    limit: int = BATCH,
) -> Delivered:
    """Carry out what is due, at most `limit` messages of each channel, and say what came of them."""
    done = Delivered()
    with tenancy.everywhere(), writing():
        claims.settle_lost(now=clock())
    for channel in (Channel.EMAIL, Channel.SMS):
        opened = carriers.of(channel)
        if opened is None:
            continue
        with tenancy.everywhere(), writing():
            held = claims.claim_due(channels=(channel,), owner=worker, limit=limit, now=clock())
        if held:
            _carry(held, opened, carriers.sender, address_of_link, clock, done)
    return done


def _carry(
    held: Sequence[Claim],
    opened: Callable[[], Provider[Any]],
    sender: Mailbox,
    address_of_link: AddressOfLink,
    clock: Callable[[], datetime],
    done: Delivered,
) -> None:
    with opened() as provider:
        for position, claim in enumerate(held):
            with tenancy.scope(claim.organisation_id):
                outcome = _deliver_one(claim, provider, sender, address_of_link, clock)
            done.count(outcome)
            if outcome in (Remedy.CHANNEL_STOPS, Remedy.CHANNEL_PAUSES):
                give_back(held[position + 1 :], clock())
                return


def _deliver_one(
    claim: Claim,
    provider: Provider[Any],
    sender: Mailbox,
    address_of_link: AddressOfLink,
    clock: Callable[[], datetime],
) -> str:
    started_at = clock()
    try:
        made = _made(claim, sender, address_of_link, started_at)
    except Exception as error:
        log.exception("message not rendered", message=claim.id)
        return keep(claim, started_at, MessageState.FAILED, "not_rendered", words=str(error))
    if isinstance(made, str):
        return keep(claim, started_at, MessageState.SUPPRESSED, made)
    outcome = provider.hand_over(made.outgoing, before_handing=lambda: _may_leave(claim, made, clock()))
    return settle(claim, outcome, started_at, clock())


def _made(claim: Claim, sender: Mailbox, address_of_link: AddressOfLink, now: datetime) -> Rendered | str:
    """Return the message as it leaves, or the reason why it does not: `link_ended`, `contact_unusable`."""
    with reading():
        message = db.session.scalars(select(Message).where(Message.id == claim.id)).one()
        contact = message.contact_point_id and db.session.scalar(
            select(ContactPoint.state).where(ContactPoint.id == message.contact_point_id)
        )
        if contact and contact != ContactState.USABLE:
            return "contact_unusable"
        link = None
        if message.link_id is not None:
            link = address_of_link(claim.organisation_id, message.link_id)
            if link is None:
                return "link_ended"
        return render(message=message, link=link, sender=sender, now=now)


def _may_leave(claim: Claim, made: Rendered, now: datetime) -> bool:
    """The gate at hand-over: commit `handing`, or keep the message back, in one transaction.

    An invoice that may not be dunned any more is taken out of the message. When some are left the message
    goes back to the queue, to be written again without it; when none is left it is suppressed.
    """
    with writing():
        message = db.session.scalars(
            select(Message).where(Message.id == claim.id).execution_options(populate_existing=True)
        ).one()
        if message.is_collection:
            blocked = _blocked(claim, made.invoice_ids)
            if blocked or not made.invoice_ids:
                _take_out(claim, blocked, left=len(made.invoice_ids) - len(blocked))
                return False
        return claims.advance(
            claim,
            only_from=MessageState.CLAIMED,
            state=MessageState.HANDING,
            handed_at=now,
            leased_until=now + claims.LEASE,
            subject=made.subject,
            body=made.body,
        )


def _blocked(claim: Claim, invoice_ids: Sequence[int]) -> dict[int, str]:
    answers = why_not_dun(organisation_id=claim.organisation_id, invoice_ids=invoice_ids, lock=True)
    return {invoice_id: why.reason for invoice_id, why in answers.items() if why is not None}


def _take_out(claim: Claim, blocked: dict[int, str], *, left: int) -> None:
    reason = ", ".join(sorted(set(blocked.values()))) or "no_invoice"
    if left <= 0:
        claims.advance(
            claim,
            only_from=MessageState.CLAIMED,
            state=MessageState.SUPPRESSED,
            state_reason=reason,
            claimed_by=None,
            leased_until=None,
        )
        return
    db.session.execute(
        delete(MessageInvoice).where(
            MessageInvoice.organisation_id == claim.organisation_id,
            MessageInvoice.message_id == claim.id,
            MessageInvoice.invoice_id.in_(blocked),
        )
    )
    claims.advance(
        claim, only_from=MessageState.CLAIMED, state=MessageState.NEW, claimed_by=None, leased_until=None
    )
