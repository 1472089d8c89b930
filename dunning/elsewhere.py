"""A message that did not reach its debtor, written once more to another address or number of theirs.

It takes the place of the one before, in its run too, so that the next run knows what was written.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning.models import DunningNotice
from invoices.models import Channel, ContactPoint
from invoices.queries import usable_contacts_of
from links.models import AccessLink
from links.operations import issue
from messaging import charges
from messaging.events import EVENTS, Part
from messaging.models import Message
from messaging.operations import replace
from messaging.queries import invoice_ids_of, key_of_replacement
from messaging.queueing import queue

PARTS = {Channel.EMAIL: Part.BODY, Channel.SMS: Part.SMS}


class OtherWayUnusable(Refusal):
    """Not one of the debtor's other contact points, or none that this message can go to."""

    sentence = N_("Choose another address or number of this debtor that can be used.")


def other_ways(*, message: Message) -> Sequence[ContactPoint]:
    """Return where else the debtor can get this message: usable, and with a text for that channel."""
    if message.debtor_id is None or message.event not in EVENTS:
        return ()
    parts = EVENTS[message.event].parts
    usable = usable_contacts_of(organisation_id=message.organisation_id, debtor_id=message.debtor_id)
    return [one for one in usable if one.value != message.recipient and PARTS[one.channel] in parts]


def send_elsewhere(
    *,
    organisation: Organisation,
    message: Message,
    contact_public_id: str,
    attempt: int,
    member_id: int,
    now: datetime,
) -> Message:
    """Queue the message to another contact point, with a link of its own, and give up this one.

    `attempt` is the last one that the person saw. Raises OtherWayUnusable, and MessageNotInTrouble and
    MessageOvertaken of `messaging.operations`.
    """
    replace(message=message, attempt=attempt, member_id=member_id, now=now)
    contact = next((one for one in other_ways(message=message) if one.public_id == contact_public_id), None)
    if contact is None:
        raise OtherWayUnusable
    link = _link(organisation, message, contact, now)
    written = queue(
        organisation_id=organisation.id,
        dedupe_key=key_of_replacement(message),
        event=message.event,
        channel=contact.channel,
        language=message.language,
        recipient=contact.value,
        values=message.values,
        now=now,
        debtor_id=message.debtor_id,
        contact_point_id=contact.id,
        link_id=link.id if link else None,
        invoice_ids=invoice_ids_of(organisation_id=organisation.id, message_id=message.id),
        is_collection=message.is_collection,
        expires_at=_end(message, link, now),
    )
    charges.move(old=message, new=written)
    _take_over(message, written)
    return written


def _link(
    organisation: Organisation, message: Message, contact: ContactPoint, now: datetime
) -> AccessLink | None:
    if message.link_id is None:
        return None
    return issue(
        organisation=organisation,
        debtor_id=contact.debtor_id,
        contact_point_id=contact.id,
        channel=contact.channel,
        now=now,
    )


def _end(message: Message, link: AccessLink | None, now: datetime) -> datetime | None:
    """Return until when it may leave: as long as the one before had, and not after its link's end."""
    ends = [link.expires_at] if link else []
    if message.expires_at is not None:
        ends.append(now + (message.expires_at - message.created_at))
    return min(ends, default=None)


def _take_over(message: Message, written: Message) -> None:
    db.session.execute(
        update(DunningNotice)
        .where(
            DunningNotice.organisation_id == message.organisation_id,
            DunningNotice.debtor_id == message.debtor_id,
            DunningNotice.message_id == message.id,
        )
        .values(message_id=written.id, contact_point_id=written.contact_point_id)
        .execution_options(synchronize_session=False)
    )
