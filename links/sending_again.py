"""A message that goes out once more: with a new link where its own ended.

By itself never where that was taken back; another address that a person chose gets one.
"""

from datetime import datetime

from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import Channel
from links.models import AccessLink
from links.operations import issue
from links.queries import link_by_id
from messaging import operations
from messaging.models import Message


class LinkTakenBack(Refusal):
    """Somebody ended the link in it on purpose; a new one would undo that."""

    sentence = N_(
        "The link in this message was revoked, so the message is not sent again. "
        "If the debtor may have a new link, send one from the debtor's page."
    )
    status = 409


def send_again(
    *, organisation: Organisation, message: Message, attempt: int, member_id: int, now: datetime
) -> None:
    """Put a message in trouble back in the queue with a link that opens.

    A link that has ended, or was revoked because its contact was corrected, is replaced by a new one; what is
    no reminder ends with its link, so it gets until the end of the new one. Raises LinkTakenBack, and what
    `messaging.operations.send_again` raises.
    """
    if operations.is_repeatable(message):
        _renew_link(organisation, message, now)
    operations.send_again(message=message, attempt=attempt, member_id=member_id, now=now)


def new_link_for(
    message: Message,
    *,
    organisation: Organisation,
    channel: Channel,
    contact_point_id: int | None,
    now: datetime,
) -> AccessLink | None:
    """Return a link of its own for a message that carries one, to where it goes now; None for one without."""
    if message.link_id is None or message.debtor_id is None:
        return None
    return issue(
        organisation=organisation,
        debtor_id=message.debtor_id,
        contact_point_id=contact_point_id,
        channel=channel,
        now=now,
    )


def _renew_link(organisation: Organisation, message: Message, now: datetime) -> None:
    """Raises LinkTakenBack."""
    if message.link_id is None:
        return
    old = link_by_id(organisation_id=organisation.id, link_id=message.link_id)
    if old.was_taken_back:
        raise LinkTakenBack
    if old.revoked_at is None and now < old.expires_at:
        return
    link = new_link_for(
        message,
        organisation=organisation,
        channel=message.channel,
        contact_point_id=message.contact_point_id,
        now=now,
    )
    if link is None:
        return
    message.link_id = link.id
    if message.expires_at is not None and not message.is_collection:
        message.expires_at = link.expires_at
