"""Who wants no messages: an address or number of an organisation's debtors, by its owner's own word.

STOP is taken back by START alone. What a member was told, what somebody said on their own pages, and a
complaint, a member takes back too: an address has no START, and the link to those pages ends.

The row is what counts at hand-over, and holds an address in small letters; the contact points show it, so
that plans take another channel. Each change is a line in the history of every debtor who is reached there;
the line does not repeat the number.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.contacts import folded
from invoices.models import Channel, ContactPoint, ContactState
from messaging.sms_models import OptOut, OptOutSource

# Why a contact point is not used, as it shows it.
REASONS = {
    OptOutSource.STOP: "STOP",
    OptOutSource.PROVIDER: "STOP (21610)",
    OptOutSource.COMPLAINT: "complaint",
    OptOutSource.PORTAL: "",
    OptOutSource.DEBTOR: "own_page",
}
BY_SMS = (OptOutSource.STOP, OptOutSource.PROVIDER)
TAKEN_BACK = "START"


class OptedOut(Refusal):
    """The owner of a number said STOP; nobody else can take that back."""

    sentence = N_("The owner of this number sent STOP. Only an SMS with START from it takes that back.")


def demand_open(*, contact: ContactPoint) -> None:
    """Raises OptedOut when the owner of this number sent STOP, which no member takes back."""
    if source_at(contact=contact) in BY_SMS:
        raise OptedOut


def note_unwanted(*, contact: ContactPoint, member_id: int, now: datetime) -> bool:
    """Send nothing more to this address or number, as a member was told; return whether that is new."""
    return opt_out(
        organisation_id=contact.organisation_id,
        channel=contact.channel,
        value=contact.value,
        source=OptOutSource.PORTAL,
        now=now,
        member_id=member_id,
    )


def note_wanted(*, contact: ContactPoint, member_id: int, now: datetime) -> bool:
    """Send to this address or number again, as a member was told; return whether nothing was. Raises
    OptedOut."""
    demand_open(contact=contact)
    return opt_in(
        organisation_id=contact.organisation_id,
        channel=contact.channel,
        value=contact.value,
        now=now,
        member_id=member_id,
    )


def show_on(*, contact: ContactPoint) -> None:
    """Let a new contact point show that its owner wants no messages there."""
    source = source_at(contact=contact)
    if source is not None:
        contact.state, contact.state_reason = ContactState.OPTED_OUT, REASONS[source]


def show_on_all(*, organisation_id: int) -> None:
    """Let all contact points of an organisation, such as imported ones, show who wants no messages there."""
    db.session.execute(
        update(ContactPoint)
        .where(
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.state == ContactState.USABLE,
            OptOut.organisation_id == organisation_id,
            OptOut.channel == ContactPoint.channel,
            OptOut.value == folded(ContactPoint.value),
        )
        .values(state=ContactState.OPTED_OUT, state_reason=case(REASONS, value=OptOut.source))
        .execution_options(synchronize_session=False)
    )


def source_at(*, contact: ContactPoint) -> OptOutSource | None:
    """Return how we know that nothing is wanted at this address or number, None when messages are."""
    return db.session.scalar(
        select(OptOut.source).where(
            OptOut.organisation_id == contact.organisation_id,
            OptOut.channel == contact.channel,
            OptOut.value == folded(contact.value),
        )
    )


def opt_out(
    *,
    organisation_id: int,
    channel: Channel,
    value: str,
    source: OptOutSource,
    now: datetime,
    member_id: int | None = None,
) -> bool:
    """Send nothing more there; return whether that is new. STOP takes the place of what a member noted."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(OptOut).values(
        organisation_id=organisation_id, channel=channel, value=folded(value), source=source, began_at=now
    )
    added = db.session.execute(
        row.on_conflict_do_update(
            index_elements=[OptOut.organisation_id, OptOut.channel, OptOut.value],
            set_={"source": source, "began_at": now},
            where=(OptOut.source.not_in(BY_SMS)) & (row.excluded.source.in_(BY_SMS)),
        ).returning(OptOut.id)
    ).all()
    if not added:
        return False
    db.session.execute(
        update(ContactPoint)
        .where(*_at(organisation_id, channel, value), ContactPoint.state != ContactState.FAILED)
        .values(state=ContactState.OPTED_OUT, state_reason=REASONS[source])
    )
    _tell(
        "contact.opt_out_noted" if member_id else "contact.opted_out",
        opt_out_id=added[0].id,
        reached=_debtors_at(organisation_id, channel, value),
        organisation_id=organisation_id,
        member_id=member_id,
        by_debtor=source is not OptOutSource.PROVIDER,
        details={"channel": channel.value, "source": source.value, "reason": REASONS[source]},
        now=now,
    )
    return True


def opt_in(
    *,
    organisation_id: int,
    channel: Channel,
    value: str,
    now: datetime,
    member_id: int | None = None,
    said: str = TAKEN_BACK,
) -> bool:
    """Take the word back, whoever noted it; return whether there was one. `said` is how its owner did.

    START takes everything back. STOP, which may come at the same moment, is taken back by nothing else.
    """
    is_start = member_id is None and said == TAKEN_BACK
    gone = db.session.execute(
        delete(OptOut)
        .where(
            OptOut.organisation_id == organisation_id,
            OptOut.channel == channel,
            OptOut.value == folded(value),
            *(() if is_start else (OptOut.source.not_in(BY_SMS),)),
        )
        .returning(OptOut.id)
    ).all()
    if not gone:
        return False
    db.session.execute(
        update(ContactPoint)
        .where(*_at(organisation_id, channel, value), ContactPoint.state == ContactState.OPTED_OUT)
        .values(state=ContactState.USABLE, state_reason="")
    )
    _tell(
        "contact.opt_in_noted" if member_id else "contact.opted_in",
        opt_out_id=gone[0].id,
        reached=_debtors_at(organisation_id, channel, value),
        organisation_id=organisation_id,
        member_id=member_id,
        by_debtor=True,
        details={"channel": channel.value, "reason": "" if member_id else said},
        now=now,
    )
    return True


def _debtors_at(organisation_id: int, channel: Channel, value: str) -> list[int]:
    found = select(ContactPoint.debtor_id).where(*_at(organisation_id, channel, value))
    return sorted(set(db.session.scalars(found)))


def _at(organisation_id: int, channel: Channel, value: str) -> tuple[ColumnElement[bool], ...]:
    """Return that a contact point is this address or number; numbers are found by their index."""
    is_it = ContactPoint.value == value
    if channel is Channel.EMAIL:
        is_it = folded(ContactPoint.value) == folded(value)
    return ContactPoint.organisation_id == organisation_id, ContactPoint.channel == channel, is_it


def _tell(what: str, *, opt_out_id: int, reached: Sequence[int], **line: Any) -> None:
    """Add a line for each debtor, or one for none: a number that was corrected since belongs to nobody here.

    All of them, of STOP and of the START after it, are about the one row, so that they can be found together.
    """
    for debtor_id in reached or (None,):
        audit.record(what=what, about="opt_out", about_id=opt_out_id, debtor_id=debtor_id, **line)
