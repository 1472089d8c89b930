"""What was written to debtors before: the stage each invoice reached, and how it is with writing again."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from core import prepared
from core.bulk import among_given
from core.clock import day_in
from core.database import Moment
from core.days import days_after
from dunning.bills import Letter
from dunning.models import DunningNotice, DunningNoticeInvoice
from dunning.queries import same
from dunning.schedule import LETTER, WEEK_DAYS, Correspondence
from invoices.models import INVOICE_IS_OPEN, Invoice
from invoices.pauses import paused_until
from invoices.queries import UsableContact
from messaging.charges import LEFT
from messaging.legal import BEGINS_TERM, way_of
from messaging.models import Message, MessageInvoice, MessageState

UNDER_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)
NEVER_LEFT = (MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED)
BOUNCED_OR_NEVER_LEFT = (*NEVER_LEFT, MessageState.BOUNCED)

_AT = func.coalesce(Message.sent_at, Message.handed_at, Message.created_at)


def letters_about(*, organisation_id: int, zone: str, debtor_ids: Collection[int]) -> dict[int, list[Letter]]:
    """Return for each open invoice the reminders about it that left and arrived.

    A message that is still under way counts; one that was suppressed, failed, expired or bounced does not,
    and neither does an invoice that the sender took out of its message at the last moment.
    """
    letters: dict[int, list[Letter]] = defaultdict(list)
    for (
        invoice_id,
        message_id,
        position,
        amount,
        event,
        channel,
        state,
        at,
        delivered_at,
    ) in prepared.ask(_LETTERS, organisation_id=organisation_id, ids=debtor_ids):
        sent_on = day_in(at, zone)
        received_on = None if delivered_at is None else max(sent_on, day_in(delivered_at, zone))
        certain, term = state in LEFT, event in BEGINS_TERM
        letters[invoice_id].append(
            Letter(message_id, position, sent_on, received_on, way_of(channel), term, amount, certain)
        )
    return letters


def _letters() -> Select[*tuple[Any, ...]]:
    line = DunningNoticeInvoice
    of_message = and_(
        MessageInvoice.organisation_id == Message.organisation_id,
        MessageInvoice.message_id == Message.id,
        MessageInvoice.invoice_id == line.invoice_id,
    )
    which = (line.invoice_id, Message.id, line.stage_position, line.amount)
    return (
        select(*which, Message.event, Message.channel, Message.state, _AT, Message.delivered_at)
        .join(DunningNotice, same(DunningNotice, line, "notice_id"))
        .join(Message, same(Message, DunningNotice, "message_id"))
        .join(MessageInvoice, of_message)
        .join(Invoice, same(Invoice, line, "invoice_id"))
        .where(
            DunningNotice.organisation_id == bindparam("of_organisation"),
            among_given(DunningNotice.debtor_id),
            Message.state.not_in(BOUNCED_OR_NEVER_LEFT),
            INVOICE_IS_OPEN,
        )
        .order_by(line.id)
    )


_LETTERS = _letters()
_WRITTEN = (
    select(
        Message.debtor_id,
        func.max(case((Message.state.not_in(UNDER_WAY), _AT))),
        func.count(case((Message.state.in_(UNDER_WAY), Message.id))),
    )
    .where(
        Message.organisation_id == bindparam("of_organisation"),
        among_given(Message.debtor_id),
        Message.is_collection,
        Message.state.not_in(NEVER_LEFT),
    )
    .group_by(Message.debtor_id)
)
_LATELY = (
    select(Message.debtor_id, _AT)
    .where(
        Message.organisation_id == bindparam("of_organisation"),
        among_given(Message.debtor_id),
        or_(Message.is_collection, Message.is_approach),
        Message.state.not_in((*UNDER_WAY, *NEVER_LEFT)),
        bindparam("begins", type_=Moment()) <= _AT,
    )
    .order_by(_AT.desc())
)


def reached_by(letters: Sequence[Letter]) -> tuple[int, date | None]:
    """Return the highest stage of these reminders and the last day it left; (0, None) without any."""
    # Most invoices of a run have none yet.
    return max((one.position, one.sent_on) for one in letters) if letters else (0, None)


def correspondence(
    *,
    organisation_id: int,
    zone: str,
    debtor_ids: Collection[int],
    today: date,
    contacts: Mapping[int, Sequence[UsableContact]] = MappingProxyType({}),
    posted: Collection[int] = (),
) -> dict[int, Correspondence]:
    """Return for each debtor how it stands with writing to them on this day.

    `contacts` and `posted`, to whom a letter can go, are only for their channels.
    """
    written = _written(organisation_id, debtor_ids)
    lately = _lately(organisation_id, debtor_ids, zone, today)
    pauses = paused_until(organisation_id=organisation_id, debtor_ids=debtor_ids, today=today)
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
    rows = prepared.ask(_WRITTEN, organisation_id=organisation_id, ids=debtor_ids)
    return {debtor_id: (last_at, waiting > 0) for debtor_id, last_at, waiting in rows}


def _lately(
    organisation_id: int, debtor_ids: Collection[int], zone: str, today: date
) -> dict[int, list[date]]:
    """Return the days on which the debtors were written to unasked, of the seven up to today, the latest
    first; links sent by hand count too."""
    begins = datetime.combine(days_after(today, 1 - WEEK_DAYS), time(), tzinfo=ZoneInfo(zone))
    rows = prepared.ask(_LATELY, organisation_id=organisation_id, ids=debtor_ids, begins=begins)
    days: dict[int, list[date]] = defaultdict(list)
    for debtor_id, at in rows:
        if debtor_id is not None:
            days[debtor_id].append(day_in(at, zone))
    return days
