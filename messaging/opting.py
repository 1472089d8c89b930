"""Who wants no messages: an address or number of an organisation's debtors, by its owner's own word.

The row is what counts at hand-over; the contact points show it, so that plans take another channel.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Channel, ContactPoint, ContactState
from messaging.sms_models import OptOut, OptOutSource

# Why a contact point is not used, in the words that START takes back.
REASONS = {OptOutSource.STOP: "STOP", OptOutSource.PROVIDER: "STOP (21610)", OptOutSource.PORTAL: ""}


class OptedOut(Refusal):
    """The owner of a number said STOP; nobody else can take that back."""

    sentence = N_("The owner of this number sent STOP. Only an SMS with START from it takes that back.")


def demand_open(*, contact: ContactPoint) -> None:
    """Raises OptedOut when the owner of this address or number wants no messages there."""
    if is_opted_out(organisation_id=contact.organisation_id, channel=contact.channel, value=contact.value):
        raise OptedOut


def show_on(*, contact: ContactPoint) -> None:
    """Let a new contact point show that its owner wants no messages there."""
    if is_opted_out(organisation_id=contact.organisation_id, channel=contact.channel, value=contact.value):
        contact.state, contact.state_reason = ContactState.OPTED_OUT, REASONS[OptOutSource.STOP]


def is_opted_out(*, organisation_id: int, channel: Channel, value: str) -> bool:
    """Return whether this address or number wants no messages from the organisation."""
    return (
        db.session.scalar(
            select(OptOut.id).where(
                OptOut.organisation_id == organisation_id, OptOut.channel == channel, OptOut.value == value
            )
        )
        is not None
    )


def opt_out(
    *, organisation_id: int, channel: Channel, value: str, source: OptOutSource, now: datetime
) -> bool:
    """Send nothing more there; return whether that is new."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    added = db.session.execute(
        insert(OptOut)
        .values(organisation_id=organisation_id, channel=channel, value=value, source=source, began_at=now)
        .on_conflict_do_nothing()
        .returning(OptOut.id)
    ).all()
    if not added:
        return False
    db.session.execute(
        update(ContactPoint)
        .where(
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.channel == channel,
            ContactPoint.value == value,
            ContactPoint.state == ContactState.USABLE,
        )
        .values(state=ContactState.OPTED_OUT, state_reason=REASONS[source])
    )
    return True


def opt_in(*, organisation_id: int, channel: Channel, value: str) -> bool:
    """Take the word back; return whether there was one. What an agent decided about a contact stays."""
    gone = db.session.execute(
        delete(OptOut)
        .where(OptOut.organisation_id == organisation_id, OptOut.channel == channel, OptOut.value == value)
        .returning(OptOut.id)
    ).all()
    if not gone:
        return False
    db.session.execute(
        update(ContactPoint)
        .where(
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.channel == channel,
            ContactPoint.value == value,
            ContactPoint.state == ContactState.OPTED_OUT,
            ContactPoint.state_reason.in_([reason for reason in REASONS.values() if reason]),
        )
        .values(state=ContactState.USABLE, state_reason="")
    )
    return True
