"""What is known about overdue invoices and their debtors, asked in a few statements per chunk of debtors."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, select

from core.clock import day_in
from core.database import db
from dunning.models import DunningNotice, DunningNoticeInvoice
from dunning.queries import same
from dunning.schedule import Correspondence, Decision, Plan, Reason, Standing, decide
from invoices.models import INVOICE_IS_OPEN, ContactPoint, Invoice
from invoices.queries import WhyNot, exemptions_in_force, why_not_dun
from messaging.models import Message, MessageInvoice, MessageState

# As many as fit one list of parameters on both databases, with room to spare.
MOST_IN_A_LIST = 5_000
DEBTORS_IN_A_CHUNK = 1_000

UNDER_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)
NEVER_LEFT = (MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED)
BOUNCED_OR_NEVER_LEFT = (*NEVER_LEFT, MessageState.BOUNCED)

_AT = func.coalesce(Message.sent_at, Message.handed_at, Message.created_at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run decides about one overdue invoice; `amount` is what may be reminded of, in minor units."""

    invoice_id: int
    debtor_id: int
    amount: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Invoice:
    id: int
    debtor_id: int
    due_on: date
    currency: str
    amount_open: int


def chunks_of_debtors(*, organisation_id: int, today: date) -> Iterator[Sequence[int]]:
    """Yield the ids of all debtors with an overdue invoice, a chunk at a time, in the order of their ids."""
    after = 0
    while True:
        chunk = db.session.scalars(
            select(Invoice.debtor_id)
            .where(*_overdue(organisation_id, today), Invoice.debtor_id > after)
            .distinct()
            .order_by(Invoice.debtor_id)
            .limit(DEBTORS_IN_A_CHUNK)
        ).all()
        if not chunk:
            return
        yield chunk
        after = chunk[-1]


def outcomes(
    *,
    organisation_id: int,
    zone: str,
    plan: Plan,
    contacts: dict[int, Sequence[ContactPoint]],
    debtor_ids: Collection[int],
    today: date,
) -> Iterator[Outcome]:
    """Yield what the plan decides today about every overdue invoice of these debtors, in order of debtors."""
    invoices = _invoices(organisation_id, debtor_ids, today)
    ids = [invoice.id for invoice in invoices]
    exempt = _amounts_exempt(organisation_id, ids)
    why_not = gate(organisation_id=organisation_id, invoice_ids=ids)
    reached = stages_reached(organisation_id=organisation_id, zone=zone, debtor_ids=debtor_ids)
    letters = correspondence(
        organisation_id=organisation_id, zone=zone, debtor_ids=debtor_ids, contacts=contacts
    )
    for invoice in invoices:
        no = why_not[invoice.id]
        amount = invoice.amount_open - exempt.get(invoice.id, 0)
        if no is None and amount <= 0:
            # The exemption was in force a statement ago and has just ended: the next run may write.
            no = WhyNot(Reason.EXEMPT)
        position, day = reached.get(invoice.id, (0, None))
        standing = Standing(
            due_on=invoice.due_on,
            amount=amount,
            currency=invoice.currency,
            reached=position,
            reached_on=day,
            why_not=None if no is None else (no.reason, no.detail),
        )
        decision = decide(plan=plan, invoice=standing, debtor=letters[invoice.debtor_id], today=today)
        yield Outcome(invoice.id, invoice.debtor_id, standing.amount, decision)


def gate(*, organisation_id: int, invoice_ids: Sequence[int]) -> dict[int, WhyNot | None]:
    """Ask `invoices.queries.why_not_dun` about any number of invoices."""
    answers: dict[int, WhyNot | None] = {}
    for some in _slices(invoice_ids):
        answers |= why_not_dun(organisation_id=organisation_id, invoice_ids=some)
    return answers


def stages_reached(
    *, organisation_id: int, zone: str, debtor_ids: Collection[int]
) -> dict[int, tuple[int, date]]:
    """Return for each open invoice its highest stage whose message left and arrived, and the day it left.

    A message that is still under way counts; one that was suppressed, failed, expired or bounced does not,
    and neither does an invoice that the sender took out of its message at the last moment.
    """
    rows = db.session.execute(
        select(DunningNoticeInvoice.invoice_id, DunningNoticeInvoice.stage_position, _AT)
        .join(DunningNotice, same(DunningNotice, DunningNoticeInvoice, "notice_id"))
        .join(Message, same(Message, DunningNotice, "message_id"))
        .join(
            MessageInvoice,
            and_(
                MessageInvoice.organisation_id == Message.organisation_id,
                MessageInvoice.message_id == Message.id,
                MessageInvoice.invoice_id == DunningNoticeInvoice.invoice_id,
            ),
        )
        .join(Invoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
        .where(
            DunningNotice.organisation_id == organisation_id,
            DunningNotice.debtor_id.in_(debtor_ids),
            Message.state.not_in(BOUNCED_OR_NEVER_LEFT),
            INVOICE_IS_OPEN,
        )
    )
    reached: dict[int, tuple[int, date]] = {}
    for invoice_id, position, at in rows:
        here = (position, day_in(at, zone))
        reached[invoice_id] = max(reached.get(invoice_id, here), here)
    return reached


def correspondence(
    *,
    organisation_id: int,
    zone: str,
    debtor_ids: Collection[int],
    contacts: dict[int, Sequence[ContactPoint]],
) -> dict[int, Correspondence]:
    """Return for each debtor the usable channels, the day of the last message, and one under way."""
    rows = db.session.execute(
        select(
            Message.debtor_id,
            func.max(case((Message.state.not_in(UNDER_WAY), _AT))),
            func.count(case((Message.state.in_(UNDER_WAY), Message.id))),
        )
        .where(
            Message.organisation_id == organisation_id,
            Message.debtor_id.in_(debtor_ids),
            Message.is_collection,
            Message.state.not_in(NEVER_LEFT),
        )
        .group_by(Message.debtor_id)
    )
    written: dict[int, tuple[datetime | None, bool]] = {
        debtor_id: (last_at, waiting > 0) for debtor_id, last_at, waiting in rows
    }
    letters = {}
    for debtor_id in debtor_ids:
        last_at, is_waiting = written.get(debtor_id, (None, False))
        letters[debtor_id] = Correspondence(
            channels={contact.channel.value for contact in contacts.get(debtor_id, ())},
            written_on=None if last_at is None else day_in(last_at, zone),
            is_waiting=is_waiting,
        )
    return letters


def _overdue(organisation_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Invoice.organisation_id == organisation_id,
        INVOICE_IS_OPEN,
        Invoice.due_on < today,
    )


def _invoices(organisation_id: int, debtor_ids: Collection[int], today: date) -> list[_Invoice]:
    rows = db.session.execute(
        select(Invoice.id, Invoice.debtor_id, Invoice.due_on, Invoice.currency, Invoice.amount_open)
        .where(*_overdue(organisation_id, today), Invoice.debtor_id.in_(debtor_ids))
        .order_by(Invoice.debtor_id, Invoice.due_on, Invoice.id)
    )
    return [_Invoice(*row) for row in rows]


def _amounts_exempt(organisation_id: int, invoice_ids: Sequence[int]) -> dict[int, int]:
    """Return how much of each invoice is left alone; whole exemptions are the gate's business."""
    amounts: dict[int, int] = defaultdict(int)
    for some in _slices(invoice_ids):
        held = exemptions_in_force(organisation_id=organisation_id, invoice_ids=some)
        for invoice_id, parts in held.items():
            amounts[invoice_id] += sum(amount or 0 for _, amount in parts)
    return amounts


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MOST_IN_A_LIST):
        yield ids[start : start + MOST_IN_A_LIST]
