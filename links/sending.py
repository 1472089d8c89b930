"""A link sent by hand: to one contact point of a debtor who has something to look at.

Unless the debtor asked for it, it is an approach: see docs/decisions/0013.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core import audit
from core.database import db
from core.organisations.models import Organisation
from core.organisations.queries import creditors_of
from core.refusals import N_, Refusal
from invoices.models import INVOICE_IS_OPEN, Channel, ContactPoint, ContactState, Debtor, Invoice
from links.models import AccessLink
from links.operations import issue
from messaging.approaches import free_from
from messaging.models import Message
from messaging.queueing import queue
from messaging.wording import number_of_invoices


class NothingOpen(Refusal):
    """A link would show an empty page."""

    sentence = N_("This debtor has no open invoice, so there is nothing to show.")


class ContactNotUsable(Refusal):
    """Not one of the debtor's contact points, or none that carries a link now."""

    sentence = N_("Choose an e-mail address or a mobile number that can be used.")


def send_link(
    *,
    organisation: Organisation,
    debtor: Debtor,
    contact_public_id: str,
    submission_key: str,
    was_asked_for: bool,
    member_id: int,
    now: datetime,
) -> Message:
    """Issue a link and queue the message with it; the same `submission_key` again returns the same message.

    One that was not asked for leaves when the debtor may be approached: `not_before` of the message. The link
    is issued as of then, so that it works as long as the message says.

    Raises NothingOpen and ContactNotUsable.
    """
    dedupe_key = f"invoice_link:{debtor.public_id}:{submission_key}"
    before = db.session.scalar(
        select(Message).where(Message.organisation_id == organisation.id, Message.dedupe_key == dedupe_key)
    )
    if before is not None:
        return before
    contact = _contact(organisation.id, debtor.id, contact_public_id)
    invoices = _open_invoices(organisation.id, debtor.id)
    if not invoices:
        raise NothingOpen
    leaves_at = now if was_asked_for else leaves_unasked_at(organisation=organisation, debtor=debtor, now=now)
    link = _issue(organisation, contact, leaves_at)
    _tell(link, was_asked_for=was_asked_for, member_id=member_id, now=now)
    return queue(
        organisation_id=organisation.id,
        dedupe_key=dedupe_key,
        event="invoice_link",
        channel=contact.channel,
        language=debtor.language,
        recipient=contact.value,
        values={
            "creditor": _creditors(organisation, invoices),
            "invoice_count": number_of_invoices(len(invoices), language=debtor.language),
        },
        now=now,
        debtor_id=debtor.id,
        contact_point_id=contact.id,
        link_id=link.id,
        invoice_ids=[invoice.id for invoice in invoices],
        is_approach=not was_asked_for,
        not_before=leaves_at,
        expires_at=link.expires_at,
    )


def leaves_unasked_at(*, organisation: Organisation, debtor: Debtor, now: datetime) -> datetime:
    """Return from when a link that this debtor did not ask for may leave."""
    return free_from(organisation=organisation, debtor_id=debtor.id, country=debtor.country, now=now)


def _issue(organisation: Organisation, contact: ContactPoint, issued_at: datetime) -> AccessLink:
    return issue(
        organisation=organisation,
        debtor_id=contact.debtor_id,
        contact_point_id=contact.id,
        channel=contact.channel,
        now=issued_at,
    )


def _tell(link: AccessLink, *, was_asked_for: bool, member_id: int, now: datetime) -> None:
    audit.record(
        organisation_id=link.organisation_id,
        what="link.sent_as_asked" if was_asked_for else "link.sent",
        about="link",
        about_id=link.id,
        now=now,
        member_id=member_id,
        debtor_id=link.debtor_id,
        details={"channel": link.channel.value},
    )


def _contact(organisation_id: int, debtor_id: int, public_id: str) -> ContactPoint:
    found = db.session.scalar(
        select(ContactPoint).where(
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.debtor_id == debtor_id,
            ContactPoint.public_id == public_id,
            ContactPoint.state == ContactState.USABLE,
            ContactPoint.channel.in_((Channel.EMAIL, Channel.SMS)),
        )
    )
    if found is None:
        raise ContactNotUsable
    return found


def _open_invoices(organisation_id: int, debtor_id: int) -> Sequence[Invoice]:
    return db.session.scalars(
        select(Invoice).where(
            Invoice.organisation_id == organisation_id,
            Invoice.debtor_id == debtor_id,
            INVOICE_IS_OPEN,
        )
    ).all()


def _creditors(organisation: Organisation, invoices: Sequence[Invoice]) -> str:
    """Return in whose name the invoices are, without the organisation's own."""
    wanted = {invoice.creditor_id for invoice in invoices}
    names = (row.name for row in creditors_of(organisation_id=organisation.id) if row.id in wanted)
    return ", ".join(name for name in dict.fromkeys(names) if name != organisation.name)
