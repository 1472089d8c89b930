"""A message that did not reach its debtor, written once more to another address or number, or as a letter.

It takes the place of the one before, in its run too, so that the next run knows what was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning.models import DunningNotice
from invoices.models import Channel
from invoices.postal import postal_address
from invoices.queries import debtor_by_id, usable_contacts_of
from links.models import AccessLink
from links.sending_again import new_link_for
from messaging import charges
from messaging.events import EVENTS
from messaging.letter_batches import batch_for, close
from messaging.models import Message
from messaging.operations import replace
from messaging.own_texts import channels_of
from messaging.queries import behind_ids_of, invoice_ids_of, key_of_replacement
from messaging.queueing import queue

BY_LETTER = "letter"


class OtherWayUnusable(Refusal):
    """Not one of the debtor's other ways, or none that this message can go."""

    sentence = N_("Choose another address or number of this debtor that can be used.")


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Where else a message can go. `name` is the contact point's public id, or says that it is a letter."""

    name: str
    channel: Channel
    value: str
    contact_point_id: int | None


def other_ways(*, organisation: Organisation, message: Message) -> Sequence[OtherWay]:
    """Return where else the debtor can get this message: usable, and with a text for that channel."""
    if message.debtor_id is None or message.event not in EVENTS:
        return ()
    whom = {"organisation_id": organisation.id, "debtor_id": message.debtor_id}
    ways = [
        OtherWay(one.public_id, one.channel, one.value, one.id)
        for one in usable_contacts_of(**whom)
        if one.value != message.recipient
    ]
    address = postal_address(debtor=debtor_by_id(**whom), home=organisation.country)
    if address is not None and message.channel is not Channel.LETTER:
        ways.append(OtherWay(BY_LETTER, Channel.LETTER, address.in_short, None))
    return [way for way in ways if way.channel in channels_of(EVENTS[message.event])]


def send_elsewhere(
    *, organisation: Organisation, message: Message, way: str, attempt: int, member_id: int, now: datetime
) -> Message:
    """Queue the message another way (the name of one), with a link of its own, and give up this one.

    `attempt` is the last one that the person saw. Raises OtherWayUnusable, and MessageNotInTrouble and
    MessageOvertaken of `messaging.operations`.
    """
    replace(message=message, attempt=attempt, member_id=member_id, now=now)
    ways = other_ways(organisation=organisation, message=message)
    chosen = next((one for one in ways if one.name == way), None)
    if chosen is None:
        raise OtherWayUnusable
    link = _link(organisation, message, chosen, now)
    about = key_of_replacement(message)
    is_letter = chosen.channel is Channel.LETTER
    batch = batch_for(organisation_id=organisation.id, about=about, now=now) if is_letter else None
    written = queue(
        organisation_id=organisation.id,
        dedupe_key=about,
        event=message.event,
        channel=chosen.channel,
        language=message.language,
        recipient=chosen.value,
        values=message.values,
        now=now,
        debtor_id=message.debtor_id,
        contact_point_id=chosen.contact_point_id,
        link_id=link.id if link else None,
        letter_batch_id=batch.id if batch else None,
        invoice_ids=invoice_ids_of(organisation_id=organisation.id, message_id=message.id),
        behind_ids=behind_ids_of(organisation_id=organisation.id, message_id=message.id),
        is_collection=message.is_collection,
        is_approach=message.is_approach,
        expires_at=_end(message, link, now),
    )
    charges.move(old=message, new=written)
    close(organisation_id=organisation.id, about=about)
    _take_over(message, written)
    return written


def _link(organisation: Organisation, message: Message, way: OtherWay, now: datetime) -> AccessLink | None:
    return new_link_for(
        message,
        organisation=organisation,
        channel=way.channel,
        contact_point_id=way.contact_point_id,
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
