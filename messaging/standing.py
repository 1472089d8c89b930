"""How it stands with the recipients of messages: asked when they are written, and again at the hand-over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, select

from core import prepared
from core.clock import day_in
from core.organisations import restores
from core.organisations.models import Organisation
from invoices.contacts import folded
from invoices.models import ContactPoint, ContactState, Exemption
from invoices.pauses import has_pause
from messaging.approaches import WEEK, filled_week
from messaging.link_text import LinkText, has_link
from messaging.models import Message, MessageInvoice
from messaging.sms_models import OptOut


class Standing(NamedTuple):
    """What the database says now; `contact` and `value` are None where a message has no contact point.

    `is_held` says that nothing of the organisation leaves, because a restored backup was not released.
    `has_exemptions` says that one of its invoices has an exemption in force.
    `is_paused` is about collection, `week_filled_at` about all that nobody asked for: when the first of as
    many messages left as the debtor may get of it in a week.
    """

    message_id: int
    recipient: str
    contact: ContactState | None
    value: str | None
    is_opted_out: bool
    is_held: bool
    is_paused: bool
    has_exemptions: bool
    week_filled_at: datetime | None

    @property
    def why_not(self) -> str:
        """Why nothing may be sent there: `contact_unusable`, `contact_changed`, `opted_out`, or nothing."""
        if self.contact is None:
            return ""
        if self.contact is not ContactState.USABLE:
            return "contact_unusable"
        if self.value is None or self.value.lower() != self.recipient.lower():
            return "contact_changed"
        return "opted_out" if self.is_opted_out else ""

    def week_has_room_at(self, now: datetime) -> datetime:
        """Return when fewer messages nobody asked for than allowed left in the seven days before."""
        return now if self.week_filled_at is None else self.week_filled_at + WEEK


_STANDING = (
    select(
        Message.id,
        Message.recipient,
        ContactPoint.state,
        ContactPoint.value,
        exists().where(
            OptOut.organisation_id == bindparam("of_organisation"),
            OptOut.channel == Message.channel,
            OptOut.value == folded(Message.recipient),
        ),
        Message.organisation_id.in_(restores.held()),
        has_pause(Message.debtor_id, today=bindparam("today")),
        exists().where(
            MessageInvoice.organisation_id == bindparam("of_organisation"),
            MessageInvoice.message_id == Message.id,
            Exemption.organisation_id == bindparam("of_organisation"),
            Exemption.invoice_id == MessageInvoice.invoice_id,
            Exemption.ended_at.is_(None),
        ),
        filled_week(Message.debtor_id, since=bindparam("since"), before=bindparam("before")),
    )
    .outerjoin(
        ContactPoint,
        and_(
            ContactPoint.organisation_id == Message.organisation_id,
            ContactPoint.id == Message.contact_point_id,
        ),
    )
    .where(Message.organisation_id == bindparam("of_organisation"))
)
_OF_ONE = _STANDING.where(Message.id == bindparam("message_id"))
_OF_MANY = _STANDING.where(Message.id.in_(bindparam("ids", expanding=True)))


def standing_of(*, organisation: Organisation, message_id: int, now: datetime) -> Standing:
    """Return how it stands with the recipient of a message."""
    return Standing._make(prepared.ask(_OF_ONE, message_id=message_id, **_for(organisation, now)).one())


def standings(
    *, organisation: Organisation, message_ids: Collection[int], now: datetime
) -> dict[int, Standing]:
    """Return the same of many messages, by the message's id."""
    found = prepared.ask(_OF_MANY, ids=message_ids, **_for(organisation, now))
    return {row[0]: Standing._make(row) for row in found}


def why_not_leave(message: Message, standing: Standing, link: LinkText | None) -> str:
    """Return why the message may not leave: `link_ended`, what `Standing.why_not` says, or nothing."""
    return "link_ended" if has_link(message) and link is None else standing.why_not


def _for(organisation: Organisation, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": organisation.id,
        "today": day_in(now, organisation.zone),
        "since": now - WEEK,
        "before": organisation.collection_messages_a_week - 1,
    }
