"""When a debtor may be approached: not outside the contact hours, not in a pause, not too often in a week.

Asked in the transaction that marks a collection message `handing`, with the debtor held.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from core import prepared
from core.organisations.models import Organisation
from messaging.contact_hours import next_moment
from messaging.models import Message, MessageState

WEEK = timedelta(days=7)
LEFT = (
    MessageState.HANDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.BOUNCED,
    MessageState.UNKNOWN,
)


_HANDED = (
    select(Message.handed_at)
    .where(
        Message.organisation_id == bindparam("of_organisation"),
        Message.debtor_id == bindparam("debtor_id"),
        Message.is_collection,
        Message.state.in_(LEFT),
        Message.handed_at > bindparam("since"),
    )
    .order_by(Message.handed_at.desc())
    .limit(bindparam("most"))
)


def opening(*, organisation: Organisation, country: str, at: datetime) -> datetime:
    """Return the first moment from `at` on within the hours of the country, else of the organisation's."""
    return next_moment(country=country or organisation.country, zone=organisation.zone, at=at)


def week_has_room_at(*, organisation: Organisation, debtor_id: int, now: datetime) -> datetime:
    """Return when fewer collection messages than allowed left in the seven days before."""
    most = organisation.collection_messages_a_week
    handed = prepared.ask(
        _HANDED, organisation_id=organisation.id, debtor_id=debtor_id, since=now - WEEK, most=most
    ).all()
    oldest = handed[-1].handed_at if len(handed) == most else None
    return now if oldest is None else oldest + WEEK
