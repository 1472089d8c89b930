"""What was written to debtors before: the stage each invoice reached, and how it is with writing again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, select

from core.clock import day_in
from core.database import db
from dunning.models import DunningNotice, DunningNoticeInvoice
from dunning.queries import same
from dunning.schedule import LETTER, WEEK_DAYS, Correspondence
from invoices.models import INVOICE_IS_OPEN, ContactPoint, Invoice
from invoices.pauses import paused_until
from invoices.postal import debtors_with_address
from messaging.models import Message, MessageInvoice, MessageState

UNDER_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)
NEVER_LEFT = (MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED)
BOUNCED_OR_NEVER_LEFT = (*NEVER_LEFT, MessageState.BOUNCED)

_AT = func.coalesce(Message.sent_at, Message.handed_at, Message.created_at)


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
    today: date,
) -> dict[int, Correspondence]:
    """Return for each debtor how it stands with writing to them on this day."""
    written = _written(organisation_id, debtor_ids)
    lately = _lately(organisation_id, debtor_ids, zone, today)
    pauses = paused_until(organisation_id=organisation_id, debtor_ids=debtor_ids, today=today)
    posted = debtors_with_address(organisation_id=organisation_id, debtor_ids=debtor_ids)
    letters = {}
    for debtor_id in debtor_ids:
        last_at, is_waiting = written.get(debtor_id, (None, False))
        letters[debtor_id] = Correspondence(
            channels={
                *(contact.channel.value for contact in contacts.get(debtor_id, ())),
                *((LETTER,) if debtor_id in posted else ()),
            },
            written_on=None if last_at is None else day_in(last_at, zone),
            is_waiting=is_waiting,
            lately=lately.get(debtor_id, ()),
            paused_until=pauses.get(debtor_id),
        )
    return letters


def _written(organisation_id: int, debtor_ids: Collection[int]) -> dict[int, tuple[datetime | None, bool]]:
    """Return when the last collection message to each debtor left, and whether one is under way."""
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
    return {debtor_id: (last_at, waiting > 0) for debtor_id, last_at, waiting in rows}


def _lately(
    organisation_id: int, debtor_ids: Collection[int], zone: str, today: date
) -> dict[int, list[date]]:
    """Return the days of the collection messages of the seven days up to today, the latest first."""
    begins = datetime.combine(today - timedelta(days=WEEK_DAYS - 1), time(), tzinfo=ZoneInfo(zone))
    rows = db.session.execute(
        select(Message.debtor_id, _AT)
        .where(
            Message.organisation_id == organisation_id,
            Message.debtor_id.in_(debtor_ids),
            Message.is_collection,
            Message.state.not_in((*UNDER_WAY, *NEVER_LEFT)),
            begins <= _AT,
        )
        .order_by(_AT.desc())
    )
    days: dict[int, list[date]] = defaultdict(list)
    for debtor_id, at in rows:
        if debtor_id is not None:
            days[debtor_id].append(day_in(at, zone))
    return days
