"""What reminders added to invoices: kept with their message, asked for once that has left, ended by a person.

A charge belongs to its message. What became of the message decides about it, so that nothing else has to
follow when a message fails, comes back or is written anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import aliased

from core import audit
from core.bulk import among, store_all
from core.database import db
from core.identifiers import public_ids
from core.law.collecting import ChargeKind
from core.refusals import N_, Refusal
from invoices.models import Invoice
from messaging.charge_models import Charge, ChargeEnd, includes_vat
from messaging.models import Message, MessageInvoice, MessageState

LEFT = (MessageState.SENT, MessageState.DELIVERED)
# A failed message may go out after all until a person clears it; these never will.
GONE = (MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.BOUNCED)


_ENDED = {ChargeEnd.PAID: "charge.paid", ChargeEnd.LET_GO: "charge.let_go"}


class ChargeUnknown(Refusal):
    """There is no such charge in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


class ChargeEnded(Refusal):
    """Somebody was faster."""

    sentence = N_("Somebody has already settled this amount.")
    status = 409


@dataclass(frozen=True, slots=True)
class Asked:
    """A charge as pages and messages name it; amounts are minor units."""

    invoice_id: int
    message_id: int
    kind: ChargeKind
    amount: int
    currency: str
    until_on: date
    includes_vat: bool = False


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A charge with the state of the message that asks for it, and who ended it."""

    charge: Charge
    state: MessageState
    is_in_message: bool

    @property
    def is_asked(self) -> bool:
        """Whether the debtor is asked for it."""
        return self.charge.ended_at is None and self.is_in_message and self.state in LEFT


def add_all(*, organisation_id: int, lines: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Store charges; a line is message and invoice (ids), kind, amount, currency, principal, days, basis."""
    store_all(
        Charge,
        [{**line, "public_id": name} for line, name in zip(lines, public_ids(), strict=False)],
        organisation_id=organisation_id,
        same={"created_at": now},
    )


def asked_for(*, organisation_id: int, invoice_ids: Collection[int]) -> dict[int, list[Asked]]:
    """Return what is asked for each of these invoices beside what is open, oldest first; most have none."""
    return _asked(organisation_id, invoice_ids, Message.state.in_(LEFT))


def charged_among(*, organisation_id: int, invoice_ids: Collection[int]) -> frozenset[int]:
    """Return those of these invoices for which anything may be asked beside what is open; most have none."""
    found = select(Charge.invoice_id).where(
        Charge.organisation_id == organisation_id,
        Charge.invoice_id.in_(invoice_ids),
        Charge.ended_at.is_(None),
    )
    return frozenset(db.session.scalars(found)) if invoice_ids else frozenset()


def said_by(*, message: Message, invoice_ids: Collection[int]) -> list[Asked]:
    """Return what this message asks for these invoices beside what is open, and what was asked before."""
    which = or_(Message.state.in_(LEFT), Message.id == message.id)
    found = _asked(message.organisation_id, invoice_ids, which)
    return [one for some in found.values() for one in some]


def counted_before(
    *, organisation_id: int, invoice_ids: Collection[int]
) -> dict[int, Mapping[ChargeKind, int]]:
    """Return what was added to each invoice by kind, those that ended too, unless the message is lost."""
    rows = db.session.execute(
        select(Charge.invoice_id, Charge.kind, Charge.amount)
        .join(Message, _of_its_message())
        .join(MessageInvoice, _still_in_it())
        .where(Charge.organisation_id == organisation_id, among(Charge.invoice_id, invoice_ids), _may_count())
    )
    sums: dict[int, dict[ChargeKind, int]] = defaultdict(dict)
    for invoice_id, kind, amount in rows:
        sums[invoice_id][kind] = sums[invoice_id].get(kind, 0) + amount
    return dict(sums)


def fees_before(*, organisation_id: int, invoice_ids: Collection[int]) -> dict[int, int]:
    """Return how many messages about each invoice cost a fee, whichever of their invoices bears it."""
    rows = db.session.execute(
        select(MessageInvoice.invoice_id, Charge.message_id)
        .join(
            Charge,
            and_(
                Charge.organisation_id == MessageInvoice.organisation_id,
                Charge.message_id == MessageInvoice.message_id,
            ),
        )
        .join(Message, _of_its_message())
        .where(
            MessageInvoice.organisation_id == organisation_id,
            among(MessageInvoice.invoice_id, invoice_ids),
            Charge.kind == ChargeKind.REMINDER_FEE,
            _may_count(),
        )
        .distinct()
    )
    counts: dict[int, int] = defaultdict(int)
    for invoice_id, _message_id in rows:
        counts[invoice_id] += 1
    return dict(counts)


def charges_of(*, organisation_id: int, invoice_id: int) -> Sequence[ChargeLine]:
    """Return every charge of an invoice with what became of its message, the first one first."""
    rows = db.session.execute(
        select(Charge, Message.state, MessageInvoice.id)
        .join(Message, _of_its_message())
        .outerjoin(MessageInvoice, _still_in_it())
        .where(Charge.organisation_id == organisation_id, Charge.invoice_id == invoice_id)
        .order_by(Charge.id)
    )
    return [ChargeLine(charge, state, entry is not None) for charge, state, entry in rows]


def charge_by_public_id(*, organisation_id: int, public_id: str) -> Charge:
    """Return the charge, held until the transaction ends. Raises ChargeUnknown."""
    found = db.session.scalar(
        select(Charge)
        .where(Charge.organisation_id == organisation_id, Charge.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise ChargeUnknown
    return found


def end(*, charge: Charge, reason: ChargeEnd, member_id: int, now: datetime) -> Invoice:
    """Ask for a charge no more: it was paid, or it is let go. Returns its invoice. Raises ChargeEnded."""
    if charge.ended_at is not None:
        raise ChargeEnded
    charge.ended_at, charge.end_reason, charge.ended_by_id = now, reason, member_id
    db.session.flush()
    invoice = invoice_of(charge=charge)
    audit.record(
        organisation_id=charge.organisation_id,
        what=_ENDED[reason],
        about="invoice",
        about_id=invoice.id,
        now=now,
        member_id=member_id,
        debtor_id=invoice.debtor_id,
        details={"invoice": invoice.number, "currency": charge.currency, "amount": charge.amount},
    )
    return invoice


def invoice_of(*, charge: Charge) -> Invoice:
    """Return the invoice of a charge."""
    found = select(Invoice).where(
        Invoice.organisation_id == charge.organisation_id, Invoice.id == charge.invoice_id
    )
    return db.session.scalars(found).one()


def move(*, old: Message, new: Message) -> None:
    """Let another message ask for what the old one would have, unless a later one did so meanwhile.

    What was overtaken stays with the old message, which was given up.
    """
    later = aliased(Charge)
    is_overtaken = (
        select(later.id)
        .where(
            later.organisation_id == Charge.organisation_id,
            later.invoice_id == Charge.invoice_id,
            later.id > Charge.id,
            later.message_id != old.id,
        )
        .exists()
    )
    moving = select(Charge.id).where(
        Charge.organisation_id == old.organisation_id, Charge.message_id == old.id, ~is_overtaken
    )
    db.session.execute(
        update(Charge)
        .where(Charge.organisation_id == old.organisation_id, Charge.id.in_(db.session.scalars(moving).all()))
        .values(message_id=new.id)
        .execution_options(synchronize_session=False)
    )


def total(charges: Iterable[Asked]) -> int:
    """Return what charges of one currency come to, in its minor units."""
    return sum(one.amount for one in charges)


def _asked(
    organisation_id: int, invoice_ids: Collection[int], which: ColumnElement[bool]
) -> dict[int, list[Asked]]:
    rows = db.session.execute(
        select(
            Charge.invoice_id,
            Charge.message_id,
            Charge.kind,
            Charge.amount,
            Charge.currency,
            Charge.until_on,
            Charge.basis,
        )
        .join(Message, _of_its_message())
        .join(MessageInvoice, _still_in_it())
        .where(
            Charge.organisation_id == organisation_id,
            Charge.invoice_id.in_(invoice_ids),
            Charge.ended_at.is_(None),
            which,
        )
        .order_by(Charge.id)
    )
    found: dict[int, list[Asked]] = defaultdict(list)
    for invoice_id, message_id, kind, amount, currency, until_on, basis in rows:
        has_vat = includes_vat(basis)
        found[invoice_id].append(
            Asked(invoice_id, message_id, kind, amount, currency, until_on, includes_vat=has_vat)
        )
    return dict(found)


def _of_its_message() -> ColumnElement[bool]:
    return and_(Message.organisation_id == Charge.organisation_id, Message.id == Charge.message_id)


def _still_in_it() -> ColumnElement[bool]:
    """An invoice that the sender took out of its message takes its charges along."""
    return and_(
        MessageInvoice.organisation_id == Charge.organisation_id,
        MessageInvoice.message_id == Charge.message_id,
        MessageInvoice.invoice_id == Charge.invoice_id,
    )


def _may_count() -> ColumnElement[bool]:
    given_up = and_(Message.state == MessageState.FAILED, Message.cleared_at.is_not(None))
    return and_(Message.state.not_in(GONE), ~given_up)
