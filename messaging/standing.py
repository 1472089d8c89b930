"""How it stands with the recipients of messages: asked when they are written, and again at the hand-over."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, select

from core import prepared
from core.organisations import restores
from invoices.models import ContactPoint, ContactState
from messaging.models import Message
from messaging.rendering import AddressOfLink, LinkText
from messaging.sms_models import OptOut


class Standing(NamedTuple):
    """What the database says now; `contact` and `value` are None where a message has no contact point."""

    message_id: int
    recipient: str
    contact: ContactState | None
    value: str | None
    is_opted_out: bool
    is_held: bool

    @property
    def why_not(self) -> str:
        """Why nothing may be sent there: `contact_unusable`, `contact_changed`, `opted_out`, or nothing."""
        if self.contact is None:
            return ""
        if self.contact is not ContactState.USABLE:
            return "contact_unusable"
        if self.value != self.recipient:
            return "contact_changed"
        return "opted_out" if self.is_opted_out else ""


_STANDING = (
    select(
        Message.id,
        Message.recipient,
        ContactPoint.state,
        ContactPoint.value,
        exists().where(
            OptOut.organisation_id == Message.organisation_id,
            OptOut.channel == Message.channel,
            OptOut.value == Message.recipient,
        ),
        Message.organisation_id.in_(restores.held()),
    )
    .outerjoin(
        ContactPoint,
        and_(
            ContactPoint.organisation_id == Message.organisation_id,
            ContactPoint.id == Message.contact_point_id,
        ),
    )
    .where(
        Message.organisation_id == bindparam("of_organisation"),
        Message.id.in_(bindparam("ids", expanding=True)),
    )
)


def stands(
    message: Message, standing: Standing, address_of_link: AddressOfLink
) -> tuple[LinkText | None, str]:
    """Return what the message says about its link, and why it may not leave: `link_ended`, what
    `Standing.why_not` says, or nothing."""
    link = None
    if message.link_id is not None or message.member_id is not None:
        link = address_of_link(message)
        if link is None:
            return None, "link_ended"
    return link, standing.why_not


def standings(*, organisation_id: int, message_ids: Collection[int]) -> dict[int, Standing]:
    """Return how it stands with the recipient of each message, by the message's id.

    `is_held` says that nothing of the organisation leaves, because a restored backup was not released.
    """
    found = prepared.ask(_STANDING, organisation_id=organisation_id, ids=message_ids)
    return {row[0]: Standing._make(row) for row in found}
