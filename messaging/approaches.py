"""When a debtor may be approached: not outside the contact hours, not in a pause, not too often in a week.

Asked in the transaction that marks a collection message `handing`, with the debtor held.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Debtor
from invoices.pauses import hold_debtor, pause_of
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


def is_paused(*, organisation_id: int, debtor_id: int, now: datetime) -> bool:
    """Return whether the debtor is left alone now, holding the debtor until the transaction ends."""
    hold_debtor(organisation_id=organisation_id, debtor_id=debtor_id)
    zone = db.session.get_one(Organisation, organisation_id).zone
    return pause_of(organisation_id=organisation_id, debtor_id=debtor_id, today=day_in(now, zone)) is not None


def may_leave_from(*, organisation_id: int, debtor_id: int, now: datetime) -> datetime:
    """Return the first moment from `now` on at which a collection message to the debtor may leave."""
    organisation = db.session.get_one(Organisation, organisation_id)
    free_at = week_has_room_at(organisation_id=organisation_id, debtor_id=debtor_id, now=now)
    return opening(organisation=organisation, country=_country(organisation_id, debtor_id), at=free_at)


def opening(*, organisation: Organisation, country: str, at: datetime) -> datetime:
    """Return the first moment from `at` on within the hours of the country, else of the organisation's."""
    return next_moment(country=country or organisation.country, zone=organisation.zone, at=at)


def _country(organisation_id: int, debtor_id: int) -> str:
    found = select(Debtor.country).where(Debtor.organisation_id == organisation_id, Debtor.id == debtor_id)
    return db.session.scalar(found) or ""


def week_has_room_at(*, organisation_id: int, debtor_id: int, now: datetime) -> datetime:
    """Return when fewer collection messages than allowed left in the seven days before."""
    organisation = db.session.get_one(Organisation, organisation_id)
    most = organisation.collection_messages_a_week
    handed = db.session.scalars(
        select(Message.handed_at)
        .where(
            Message.organisation_id == organisation.id,
            Message.debtor_id == debtor_id,
            Message.is_collection,
            Message.state.in_(LEFT),
            Message.handed_at > now - WEEK,
        )
        .order_by(Message.handed_at.desc())
        .limit(most)
    ).all()
    oldest = handed[-1] if len(handed) == most else None
    return now if oldest is None else oldest + WEEK
