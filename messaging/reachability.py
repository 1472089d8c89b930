"""Whether an address or number works, as what came of a message tells.

What is told comes late at times: an address that was corrected meanwhile is another one, and nothing is told
of it. Whoever wants no messages there stays so, whatever is told.
"""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.database import db
from invoices.models import ContactPoint, ContactState
from messaging.models import Message


def mark_failed(*, message: Message, reason: str, now: datetime) -> bool:
    """Use the address no more; return whether that is new."""
    contact = _contact_of(message)
    if contact is None or contact.state is not ContactState.USABLE:
        return False
    contact.state, contact.state_reason = ContactState.FAILED, reason.strip()[:200]
    db.session.flush()
    tell("contact.failed", message, contact.state_reason, now)
    return True


def mark_working(*, message: Message, now: datetime) -> bool:
    """A message arrived: use an address again that seemed dead; return whether it did."""
    contact = _contact_of(message)
    if contact is None or contact.state is not ContactState.FAILED:
        return False
    reason = contact.state_reason
    contact.state, contact.state_reason = ContactState.USABLE, ""
    db.session.flush()
    tell("contact.works_again", message, reason, now)
    return True


def _contact_of(message: Message) -> ContactPoint | None:
    """Return where the message went, locked, unless it was corrected since."""
    return db.session.scalar(
        select(ContactPoint)
        .where(
            ContactPoint.organisation_id == message.organisation_id,
            ContactPoint.id == message.contact_point_id,
            ContactPoint.value == message.recipient,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def tell(what: str, message: Message, reason: str, now: datetime) -> None:
    """Add a line about a message, and what its other side said, to the audit trail."""
    audit.record(
        organisation_id=message.organisation_id,
        what=what,
        about="message",
        about_id=message.id,
        now=now,
        debtor_id=message.debtor_id,
        details={"event": message.event, "channel": message.channel.value, "reason": reason},
    )
