"""When a debtor may be approached: not outside the contact hours, and not too often in a week."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

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
_earlier = aliased(Message)


def opening(*, organisation: Organisation, country: str, at: datetime) -> datetime:
    """Return the first moment from `at` on within the hours of the country, else of the organisation's."""
    return next_moment(country=country or organisation.country, zone=organisation.zone, at=at)


def filled_week(
    debtor_id: InstrumentedAttribute[int | None],
    *,
    since: ColumnElement[datetime],
    before: ColumnElement[int],
) -> ScalarSelect[datetime | None]:
    """Return when the last collection message but so many to a debtor, a column of this organisation's, left,
    if that was after `since`: with as many more since then the week is full until `WEEK` after it."""
    return (
        select(_earlier.handed_at)
        .where(
            _earlier.organisation_id == bindparam("of_organisation"),
            _earlier.debtor_id == debtor_id,
            _earlier.is_collection,
            _earlier.state.in_(LEFT),
            _earlier.handed_at > since,
        )
        .order_by(_earlier.handed_at.desc())
        .limit(1)
        .offset(before)
        .scalar_subquery()
    )
