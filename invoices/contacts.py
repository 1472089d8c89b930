"""How a debtor is reached: e-mail addresses and telephone numbers, read, added and changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import SQLColumnExpression, func, select, update
from sqlalchemy.exc import IntegrityError

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.importing.contacts import email_address, phone_number
from invoices.models import Channel, ContactPoint, ContactState, Debtor


class ContactUnknown(Refusal):
    """This debtor has no such contact point."""

    sentence = N_("This page does not exist.")
    status = 404


class ContactKnown(Refusal):
    """The debtor has this address or number already."""

    sentence = N_("This address or number is already there.")


class NumberTakesNoSms(Refusal):
    """A number of a fixed line stands as a mobile one."""

    sentence = N_("This number cannot receive an SMS. Add it as a phone number.")


def folded(value: SQLColumnExpression[str] | str) -> SQLColumnExpression[str]:
    """Return an address or number as the database compares it: capitals make no other address.

    A mail server may tell them apart in the part before the @, and none should count on that (RFC 5321, 2.4).
    """
    return func.lower(value)


def contacts_of(*, organisation_id: int, debtor_id: int) -> Sequence[ContactPoint]:
    """Return all of a debtor's contact points, the preferred one first."""
    return db.session.scalars(
        select(ContactPoint)
        .where(ContactPoint.organisation_id == organisation_id, ContactPoint.debtor_id == debtor_id)
        .order_by(ContactPoint.is_preferred.desc(), ContactPoint.channel, ContactPoint.id)
    ).all()


def contact_of(*, organisation_id: int, debtor_id: int, public_id: str) -> ContactPoint:
    """Return one contact point of this debtor. Raises ContactUnknown."""
    found = db.session.scalar(
        select(ContactPoint).where(
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.debtor_id == debtor_id,
            ContactPoint.public_id == public_id,
        )
    )
    if found is None:
        raise ContactUnknown
    return found


def read_value(*, channel: Channel, text: str, country: str) -> str:
    """Return an address, or a number in E.164, from what somebody typed; `country` dials national numbers.

    Raises EmailUnreadable and PhoneUnreadable of `invoices.importing.contacts`, and NumberTakesNoSms.
    """
    if channel == Channel.EMAIL:
        return email_address(text)
    phone = phone_number(text, country=country, mobile=channel == Channel.SMS)
    if channel == Channel.SMS and not phone.takes_sms:
        raise NumberTakesNoSms
    return phone.number


def add_contact(
    *,
    organisation_id: int,
    debtor: Debtor,
    channel: Channel,
    text: str,
    country: str,
    now: datetime,
    is_preferred: bool = False,
    member_id: int | None = None,
) -> ContactPoint:
    """Add a contact point; a preferred one takes the place of the one before. `country` is where a number
    without + is dialled when the debtor's address names none.

    Raises what `read_value` raises, and ContactKnown.
    """
    value = read_value(channel=channel, text=text, country=debtor.country or country)
    contact = ContactPoint(
        organisation_id=organisation_id,
        debtor_id=debtor.id,
        channel=channel,
        value=value,
        created_at=now,
    )
    _demand_unknown(contact)
    _store(contact, is_preferred)
    _tell(contact, "contact.added", now, member_id)
    return contact


def change_contact(
    *,
    contact: ContactPoint,
    text: str,
    country: str,
    is_preferred: bool,
    is_usable: bool,
    now: datetime,
    member_id: int | None = None,
) -> bool:
    """Change a contact point; one that is usable again forgets why it was not.

    Returns whether it leads somewhere else now: links that were sent to it are then to be taken back.
    Raises what `read_value` raises, and ContactKnown.
    """
    before = contact.value
    contact.value = read_value(channel=contact.channel, text=text, country=country)
    is_other = contact.value.lower() != before.lower()
    if is_usable or is_other:
        contact.state, contact.state_reason = ContactState.USABLE, ""
    elif contact.state == ContactState.USABLE:
        contact.state = ContactState.OPTED_OUT
    if is_other:
        _demand_unknown(contact)
    _store(contact, is_preferred)
    _tell(contact, "contact.changed", now, member_id)
    return is_other


def masked(value: str) -> str:
    """Return enough of an address or number to recognise it, for a trail that is never changed."""
    local, at, domain = value.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else f"…{value[-4:]}"


def _demand_unknown(contact: ContactPoint) -> None:
    known = select(ContactPoint.id).where(
        ContactPoint.organisation_id == contact.organisation_id,
        ContactPoint.debtor_id == contact.debtor_id,
        ContactPoint.channel == contact.channel,
        folded(ContactPoint.value) == folded(contact.value),
    )
    with db.session.no_autoflush:
        if db.session.scalars(known).first() is not None:
            raise ContactKnown


def _store(contact: ContactPoint, is_preferred: bool) -> None:
    if is_preferred and not contact.is_preferred:
        db.session.execute(
            update(ContactPoint)
            .where(
                ContactPoint.organisation_id == contact.organisation_id,
                ContactPoint.debtor_id == contact.debtor_id,
            )
            .values(is_preferred=False)
        )
    contact.is_preferred = is_preferred
    try:
        with db.session.begin_nested():
            db.session.add(contact)
    except IntegrityError as error:
        raise ContactKnown from error


def _tell(contact: ContactPoint, what: str, now: datetime, member_id: int | None) -> None:
    audit.record(
        organisation_id=contact.organisation_id,
        what=what,
        about="debtor",
        about_id=contact.debtor_id,
        now=now,
        member_id=member_id,
        debtor_id=contact.debtor_id,
        details={"channel": contact.channel.value, "value": masked(contact.value)},
    )
