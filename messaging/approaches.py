"""When a debtor may be approached: not outside the contact hours, and not too often in a week."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

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
_earlier = aliased(Message)


def opening(*, organisation: Organisation, country: str, at: datetime) -> datetime:
    """Return the first moment from `at` on within the hours of the country, else of the organisation's."""
    return next_moment(country=country or organisation.country, zone=organisation.zone, at=at)


def free_from(*, organisation: Organisation, debtor_id: int, country: str, now: datetime) -> datetime:
    """Return the first moment from now on at which the debtor may be approached: neither outside the hours of
    their country nor once more than allowed in a week."""
    filled_at = prepared.ask(
        _WEEK_OF_ONE,
        organisation_id=organisation.id,
        debtor_id=debtor_id,
        since=now - WEEK,
        before=organisation.collection_messages_a_week - 1,
    ).scalar_one()
    at = now if filled_at is None else filled_at + WEEK
    return opening(organisation=organisation, country=country, at=at)


def filled_week(
    debtor_id: InstrumentedAttribute[int | None] | ColumnElement[int],
    *,
    since: ColumnElement[datetime],
    before: ColumnElement[int],
) -> ScalarSelect[datetime | None]:
    """Return when the last approach but so many to a debtor, a column of this organisation's, left, if that
    was after `since`: with as many more since then the week is full until `WEEK` after it."""
    return (
        select(_earlier.handed_at)
        .where(
            _earlier.organisation_id == bindparam("of_organisation"),
            _earlier.debtor_id == debtor_id,
            or_(_earlier.is_collection, _earlier.is_approach),
            _earlier.state.in_(LEFT),
            _earlier.handed_at > since,
        )
        .order_by(_earlier.handed_at.desc())
        .limit(1)
        .offset(before)
        .scalar_subquery()
    )


_WEEK_OF_ONE = select(
    filled_week(
        bindparam("debtor_id", type_=Message.debtor_id.type),
        since=bindparam("since", type_=Message.handed_at.type),
        before=bindparam("before"),
    )
)
