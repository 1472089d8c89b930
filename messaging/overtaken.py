"""Printed letters about which something came in between: what the gate asked before printing, asked again.

Not asked again is what comes with time alone: a letter that was posted on its day is often noted days later,
and nothing came in between when its link or its time to leave ended since. Nor is the week, in which the
letter itself counts by now.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.bulk import among
from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Debtor
from invoices.pauses import paused_until
from invoices.postal import postal_address
from invoices.queries import why_not_dun
from messaging.letter_models import LetterBatch
from messaging.models import Message, MessageInvoice, MessageState

RevokedAmong = Callable[[Collection[int]], Collection[int]]
"""Which of these links somebody took back: messages know their links by id alone."""


@dataclass(frozen=True, slots=True)
class _Printed:
    id: int
    number: int
    debtor_id: int
    link_id: int | None
    is_collection: bool
    recipient: str


def overtaken(*, batch: LetterBatch, revoked_among: RevokedAmong, now: datetime) -> dict[int, str]:
    """Return why the letters that lie printed are not to be posted any more, by the number at their foot.

    `link_ended`, `no_address`, `contact_changed` (the address), and of reminders `paused` or what
    `invoices.queries.why_not_dun` says of an invoice in it. Most have no reason, and are not returned.
    """
    printed = _printed(batch)
    revoked = revoked_among([one.link_id for one in printed if one.link_id is not None])
    moved = _moved(batch, printed)
    held = _held(batch, [one for one in printed if one.is_collection], now)
    reasons = {
        one.number: "link_ended" if one.link_id in revoked else moved.get(one.id) or held.get(one.id, "")
        for one in printed
    }
    return {number: reason for number, reason in reasons.items() if reason}


def _printed(batch: LetterBatch) -> list[_Printed]:
    rows: Iterable[Sequence[Any]] = db.session.execute(
        select(
            Message.id,
            Message.letter_number,
            Message.debtor_id,
            Message.link_id,
            Message.is_collection,
            Message.recipient,
        )
        .where(
            Message.organisation_id == batch.organisation_id,
            Message.letter_batch_id == batch.id,
            Message.state == MessageState.HANDING,
        )
        .order_by(Message.letter_number)
    )
    return [_Printed(*row) for row in rows]


def _moved(batch: LetterBatch, printed: Sequence[_Printed]) -> Mapping[int, str]:
    """Return the letters, by their message, that would go to an address that is not the debtor's any more."""
    home = db.session.get_one(Organisation, batch.organisation_id).country
    debtors = db.session.scalars(
        select(Debtor).where(
            Debtor.organisation_id == batch.organisation_id,
            among(Debtor.id, [one.debtor_id for one in printed]),
        )
    )
    addresses = {debtor.id: postal_address(debtor=debtor, home=home) for debtor in debtors}
    found = {}
    for one in printed:
        address = addresses[one.debtor_id]
        if address is None:
            found[one.id] = "no_address"
        elif address.in_short != one.recipient:
            found[one.id] = "contact_changed"
    return found


def _held(batch: LetterBatch, reminders: Sequence[_Printed], now: datetime) -> Mapping[int, str]:
    """Return the reminders, by their message, to debtors in a pause or about what is not to be dunned."""
    invoices = db.session.execute(
        select(MessageInvoice.message_id, MessageInvoice.invoice_id)
        .where(
            MessageInvoice.organisation_id == batch.organisation_id,
            among(MessageInvoice.message_id, [one.id for one in reminders]),
        )
        .order_by(MessageInvoice.id)
    ).all()
    gate = why_not_dun(
        organisation_id=batch.organisation_id, invoice_ids={invoice_id for _, invoice_id in invoices}
    )
    found: dict[int, str] = {}
    for message_id, invoice_id in invoices:
        why_not = gate[invoice_id]
        if why_not is not None:
            found.setdefault(message_id, why_not.reason)
    zone = db.session.get_one(Organisation, batch.organisation_id).zone
    pauses = paused_until(
        organisation_id=batch.organisation_id,
        debtor_ids=[one.debtor_id for one in reminders],
        today=day_in(now, zone),
    )
    return found | {one.id: "paused" for one in reminders if one.debtor_id in pauses}
