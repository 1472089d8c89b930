"""Who came by a link says what may be sent to where it went: nothing more, or messages again.

For them it is what STOP is to a number, and names that send SMS cannot be answered with STOP. It holds for
the address, whoever else of the organisation's debtors is reached there.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.contacts import masked
from invoices.models import Channel, ContactPoint
from links.models import AccessLink
from links.queries import BY_MESSAGE
from messaging import opting
from messaging.sms_models import OptOutSource


class NothingToSay(Refusal):
    """The link went by letter, or to no address: there is nothing to say about it."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a link went, `masked`: an address others may read over a shoulder.

    `is_wanted` tells whether messages go there. Where STOP was sent from a number, `is_open` is false: only
    START from it takes that back.
    """

    channel: Channel
    masked: str
    is_wanted: bool
    is_open: bool


def reached_by(*, organisation_id: int, link_id: int) -> Reached:
    """Return where the link went. Raises NothingToSay."""
    contact = _contact_behind(organisation_id, link_id)
    source = opting.source_at(contact=contact)
    return Reached(
        channel=contact.channel,
        masked=masked(contact.value),
        is_wanted=source is None,
        is_open=source not in opting.BY_SMS,
    )


def send_nothing(*, organisation_id: int, link_id: int, now: datetime) -> bool:
    """Send nothing more to where the link went; return whether that is new. Raises NothingToSay."""
    contact = _contact_behind(organisation_id, link_id)
    return opting.opt_out(
        organisation_id=organisation_id,
        channel=contact.channel,
        value=contact.value,
        source=OptOutSource.DEBTOR,
        now=now,
    )


def send_again(*, organisation_id: int, link_id: int, now: datetime) -> bool:
    """Send to where the link went again; return whether nothing was. Raises NothingToSay and OptedOut."""
    contact = _contact_behind(organisation_id, link_id)
    opting.demand_open(contact=contact)
    return opting.opt_in(
        organisation_id=organisation_id,
        channel=contact.channel,
        value=contact.value,
        said=opting.REASONS[OptOutSource.DEBTOR],
        now=now,
    )


def _contact_behind(organisation_id: int, link_id: int) -> ContactPoint:
    found = db.session.scalar(
        select(ContactPoint)
        .join(
            AccessLink,
            (AccessLink.organisation_id == ContactPoint.organisation_id)
            & (AccessLink.contact_point_id == ContactPoint.id)
            & (AccessLink.channel == ContactPoint.channel),
        )
        .where(
            AccessLink.organisation_id == organisation_id,
            AccessLink.id == link_id,
            ContactPoint.channel.in_(BY_MESSAGE),
        )
    )
    if found is None:
        raise NothingToSay
    return found
