"""A link sent by hand: to one contact point of a debtor who has something to look at."""

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
    member_id: int,
    now: datetime,
) -> Message:
    """Issue a link and queue the message with it; the same `submission_key` again returns the same message.

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
    link = _issue(organisation, contact, member_id=member_id, now=now)
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
        expires_at=link.expires_at,
    )


def _issue(organisation: Organisation, contact: ContactPoint, *, member_id: int, now: datetime) -> AccessLink:
    link = issue(
        organisation=organisation,
        debtor_id=contact.debtor_id,
        contact_point_id=contact.id,
        channel=contact.channel,
        now=now,
    )
    audit.record(
        organisation_id=organisation.id,
        what="link.sent",
        about="link",
        about_id=link.id,
        now=now,
        member_id=member_id,
        debtor_id=contact.debtor_id,
        details={"channel": contact.channel.value},
    )
    return link


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
