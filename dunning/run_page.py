"""What the page of one run shows: figures, notices with their messages, and skips by reason."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from core.database import db
from dunning.models import (
    DunningNotice,
    DunningNoticeInvoice,
    DunningPolicy,
    DunningRun,
    DunningSkip,
    NoticeState,
)
from dunning.queries import same, skips_by_reason
from invoices.models import Channel, ContactPoint, Debtor, Invoice
from messaging.models import Message, MessageState

GOING_OUT = (NoticeState.PROPOSED, NoticeState.QUEUED)
_ADDED = DunningNoticeInvoice.costs + DunningNoticeInvoice.interest
# A notice without a contact point is a letter.
_BY: ColumnElement[Channel] = func.coalesce(
    ContactPoint.channel, literal(Channel.LETTER.value, ContactPoint.channel.type, literal_execute=True)
)
Amounts = tuple[tuple[str, int], ...]
"""(currency, minor units), one for each currency."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A run in numbers: messages by channel and by state, their invoices and amounts, and skips.

    `added` is what the messages add to the amounts: costs and interest.
    """

    by_channel: dict[str, int]
    invoices: int
    amounts: Amounts
    skips: int
    by_state: dict[str, int]
    added: Amounts

    @property
    def notices(self) -> int:
        """How many debtors get a message."""
        return sum(self.by_channel.values())


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One debtor of a run. `message_state` is None while no message was queued."""

    debtor_public_id: str
    debtor_name: str
    event: str
    channel: str
    state: NoticeState
    message_public_id: str | None
    message_state: MessageState | None
    message_reason: str | None
    invoices: int
    amounts: Amounts
    added: Amounts


@dataclass(frozen=True, slots=True)
class SkipRow:
    """One invoice that a run leaves alone."""

    invoice_public_id: str
    number: str
    due_on: date
    amount_open: int
    currency: str
    debtor_public_id: str
    debtor_name: str
    customer_number: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class RunBehind:
    """The run and the stage a message came from, and what the plan is called."""

    public_id: str
    run_on: date
    stage_position: int
    policy: str


def run_behind(*, organisation_id: int, debtor_id: int, message_id: int) -> RunBehind | None:
    """Return where a message to a debtor came from; None when no run wrote it."""
    found = db.session.execute(
        select(DunningRun.public_id, DunningRun.run_on, DunningNotice.stage_position, DunningPolicy.name)
        .join(DunningNotice, same(DunningRun, DunningNotice, "run_id"))
        .join(DunningPolicy, same(DunningPolicy, DunningRun, "policy_id"))
        .where(
            DunningNotice.organisation_id == organisation_id,
            DunningNotice.debtor_id == debtor_id,
            DunningNotice.message_id == message_id,
        )
    ).first()
    return None if found is None else RunBehind(*found)


def figures_of(*, run: DunningRun) -> Figures:
    """Return the run in numbers, in four statements."""
    channels = db.session.execute(
        select(_BY, func.count())
        .select_from(DunningNotice)
        .outerjoin(ContactPoint, same(ContactPoint, DunningNotice, "contact_point_id"))
        .where(*_in(run), DunningNotice.state.in_(GOING_OUT))
        .group_by(_BY)
    )
    amounts = db.session.execute(
        select(Invoice.currency, func.sum(DunningNoticeInvoice.amount), func.count(), func.sum(_ADDED))
        .join(DunningNoticeInvoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
        .join(DunningNotice, same(DunningNotice, DunningNoticeInvoice, "notice_id"))
        .where(*_in(run), DunningNotice.state.in_(GOING_OUT))
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    ).all()
    states = db.session.execute(
        select(Message.state, func.count())
        .join(DunningNotice, same(Message, DunningNotice, "message_id"))
        .where(*_in(run))
        .group_by(Message.state)
    )
    return Figures(
        by_channel={channel.value: number for channel, number in channels},
        invoices=sum(number for _, _, number, _ in amounts),
        amounts=tuple((currency, int(amount)) for currency, amount, _, _ in amounts),
        skips=sum(number for _, number in reasons_of(run=run)),
        by_state={state.value: number for state, number in states},
        added=tuple((currency, int(added)) for currency, _, _, added in amounts if added),
    )


def notices_of(
    *, run: DunningRun, event: str = "", channel: str = "", page: int = 1, size: int = 50
) -> tuple[Sequence[NoticeRow], int]:
    """Return a page of the run's debtors by name, and how many there are with this event and channel."""
    wanted = (
        select(
            DunningNotice,
            Debtor,
            _BY,
            Message.public_id,
            Message.state,
            Message.state_reason,
        )
        .join(Debtor, same(Debtor, DunningNotice, "debtor_id"))
        .outerjoin(ContactPoint, same(ContactPoint, DunningNotice, "contact_point_id"))
        .outerjoin(Message, same(Message, DunningNotice, "message_id"))
        .where(*_in(run))
    )
    if event:
        wanted = wanted.where(DunningNotice.event == event)
    if channel:
        wanted = wanted.where(_BY.in_([channel]))
    counted = wanted.with_only_columns(DunningNotice.id).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted))
    rows = db.session.execute(
        wanted.order_by(Debtor.sort_name, Debtor.id).limit(size).offset((page - 1) * size)
    ).all()
    sums = _sums_of(run, [row[0].id for row in rows])
    return [_notice_row(row, *sums.get(row[0].id, (0, (), ()))) for row in rows], total or 0


def events_of(*, run: DunningRun) -> Sequence[str]:
    """Return the texts that the run's messages have, by stage."""
    rows = db.session.execute(
        select(DunningNotice.event, func.min(DunningNotice.stage_position))
        .where(*_in(run))
        .group_by(DunningNotice.event)
    )
    return [event for event, _ in sorted(rows, key=lambda row: row[1])]


def reasons_of(*, run: DunningRun) -> Sequence[tuple[str, int]]:
    """Return the reasons for which invoices were left alone with their numbers, the commonest first."""
    return sorted(skips_by_reason(run=run).items(), key=lambda row: (-row[1], row[0]))


def first_skips_of(*, run: DunningRun, each: int = 3) -> dict[str, list[SkipRow]]:
    """Return the first few skips of every reason."""
    order = (Debtor.sort_name, DunningSkip.id)
    rank = func.row_number().over(partition_by=DunningSkip.reason, order_by=order)
    ranked = _skips(run).with_only_columns(DunningSkip.id, rank.label("rank")).subquery()
    chosen = select(ranked.c.id).where(ranked.c.rank <= each)
    found: dict[str, list[SkipRow]] = defaultdict(list)
    for row in db.session.execute(_skips(run).where(DunningSkip.id.in_(chosen)).order_by(*order)):
        skip = _skip_row(*row)
        found[skip.reason].append(skip)
    return found


def skips_of(*, run: DunningRun, reason: str, page: int = 1, size: int = 50) -> tuple[Sequence[SkipRow], int]:
    """Return a page of what was skipped for this reason, and how many there are."""
    total = dict(reasons_of(run=run)).get(reason, 0)
    rows = db.session.execute(
        _skips(run)
        .where(DunningSkip.reason == reason)
        .order_by(Debtor.sort_name, DunningSkip.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    return [_skip_row(*row) for row in rows], total


def all_skips_of(*, run: DunningRun) -> Iterator[SkipRow]:
    """Yield every skip of the run, some thousands in memory at a time."""
    rows = db.session.execute(
        _skips(run).order_by(DunningSkip.reason, Debtor.sort_name, DunningSkip.id),
        execution_options={"yield_per": 2_000},
    )
    for row in rows:
        yield _skip_row(*row)


def _in(run: DunningRun) -> tuple[ColumnElement[bool], ...]:
    return DunningNotice.organisation_id == run.organisation_id, DunningNotice.run_id == run.id


def _sums_of(run: DunningRun, notice_ids: Sequence[int]) -> dict[int, tuple[int, Amounts, Amounts]]:
    """Return for each notice how many invoices it is about, their amounts, and what is added."""
    rows = db.session.execute(
        select(
            DunningNoticeInvoice.notice_id,
            Invoice.currency,
            func.count(),
            func.sum(DunningNoticeInvoice.amount),
            func.sum(_ADDED),
        )
        .join(Invoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
        .where(
            DunningNoticeInvoice.organisation_id == run.organisation_id,
            DunningNoticeInvoice.notice_id.in_(notice_ids),
        )
        .group_by(DunningNoticeInvoice.notice_id, Invoice.currency)
        .order_by(DunningNoticeInvoice.notice_id, Invoice.currency)
    )
    sums: dict[int, tuple[int, Amounts, Amounts]] = {}
    for notice_id, currency, number, amount, more in rows:
        before, amounts, added = sums.get(notice_id, (0, (), ()))
        added += ((currency, int(more)),) if more else ()
        sums[notice_id] = (before + number, (*amounts, (currency, int(amount))), added)
    return sums


def _notice_row(row: Any, invoices: int, amounts: Amounts, added: Amounts) -> NoticeRow:
    notice, debtor, channel, message_public_id, message_state, message_reason = row
    return NoticeRow(
        debtor_public_id=debtor.public_id,
        debtor_name=debtor.name,
        event=notice.event,
        channel=channel.value,
        state=notice.state,
        message_public_id=message_public_id,
        message_state=message_state,
        message_reason=message_reason,
        invoices=invoices,
        amounts=amounts,
        added=added,
    )


def _skips(run: DunningRun) -> Select[str, str, Invoice, Debtor]:
    return (
        select(DunningSkip.reason, DunningSkip.detail, Invoice, Debtor)
        .join(Invoice, same(Invoice, DunningSkip, "invoice_id"))
        .join(Debtor, same(Debtor, DunningSkip, "debtor_id"))
        .where(DunningSkip.organisation_id == run.organisation_id, DunningSkip.run_id == run.id)
    )


def _skip_row(reason: str, detail: str, invoice: Invoice, debtor: Debtor) -> SkipRow:
    return SkipRow(
        invoice_public_id=invoice.public_id,
        number=invoice.number,
        due_on=invoice.due_on,
        amount_open=invoice.amount_open,
        currency=invoice.currency,
        debtor_public_id=debtor.public_id,
        debtor_name=debtor.name,
        customer_number=debtor.customer_number,
        reason=reason,
        detail=detail,
    )
