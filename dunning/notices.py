"""The notices of a run that are still to be written, with whom they go to and what they are about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.database import db
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, NoticeState
from dunning.planning import channel_of
from dunning.queries import same
from invoices.models import Channel, ContactPoint, Debtor, Invoice


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """An invoice of a notice with what a message needs of it."""

    id: int
    notice_id: int
    invoice_id: int
    stage_position: int
    event: str
    creditor_id: int


@dataclass(frozen=True, slots=True)
class Addressed:
    """A notice with the person it goes to; without a contact point it is a letter."""

    notice: DunningNotice
    debtor: Debtor
    contact: ContactPoint | None

    @property
    def channel(self) -> Channel:
        """The channel of its message."""
        return channel_of(self.contact)

    @property
    def contact_point_id(self) -> int | None:
        """The contact point of its message, None for a letter."""
        return self.contact.id if self.contact else None


def next_notices(run: DunningRun, size: int) -> list[Addressed]:
    """Return the next notices to write, their debtors held so that no other run writes to them meanwhile."""
    rows = db.session.execute(
        select(DunningNotice, Debtor, ContactPoint)
        .join(Debtor, same(Debtor, DunningNotice, "debtor_id"))
        .outerjoin(ContactPoint, same(ContactPoint, DunningNotice, "contact_point_id"))
        .where(
            DunningNotice.organisation_id == run.organisation_id,
            DunningNotice.run_id == run.id,
            DunningNotice.state == NoticeState.PROPOSED,
        )
        .order_by(Debtor.id)
        .limit(size)
        .with_for_update(of=Debtor, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [Addressed(*row) for row in rows]


def lines_of(notice_ids: Sequence[int], organisation_id: int) -> dict[int, list[NoticeLine]]:
    """Return the invoices of each of these notices, those that were due first coming first."""
    rows = db.session.execute(
        select(
            DunningNoticeInvoice.id,
            DunningNoticeInvoice.notice_id,
            DunningNoticeInvoice.invoice_id,
            DunningNoticeInvoice.stage_position,
            DunningNoticeInvoice.event,
            Invoice.creditor_id,
        )
        .join(Invoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
        .where(
            DunningNoticeInvoice.organisation_id == organisation_id,
            DunningNoticeInvoice.notice_id.in_(notice_ids),
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    lines: dict[int, list[NoticeLine]] = defaultdict(list)
    for row in rows:
        line = NoticeLine(*row)
        lines[line.notice_id].append(line)
    return lines


def waiting(run: DunningRun) -> int:
    """Return how many notices of the run are still to be written."""
    return (
        db.session.scalar(
            select(func.count(DunningNotice.id)).where(
                DunningNotice.organisation_id == run.organisation_id,
                DunningNotice.run_id == run.id,
                DunningNotice.state == NoticeState.PROPOSED,
            )
        )
        or 0
    )


def highest(lines: Sequence[NoticeLine]) -> NoticeLine:
    """Return the line whose stage the message has."""
    return max(lines, key=lambda line: line.stage_position)
