"""What messages add at the hand-over: computed with what is known then, and stored with each message."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import update

from core.database import db
from core.organisations.models import Organisation
from dunning.accounts import Wording
from dunning.billing import Planned, bills
from dunning.bills import Bill
from dunning.models import DunningNoticeInvoice
from dunning.overdue import facts
from dunning.schedule import Plan, Stage
from invoices.models import ContactPoint
from messaging import charges


class Going(Protocol):
    """An invoice of a notice that goes into a message."""

    @property
    def id(self) -> int: ...
    @property
    def invoice_id(self) -> int: ...
    @property
    def stage_position(self) -> int: ...
    @property
    def event(self) -> str: ...


def added_to(
    *,
    organisation: Organisation,
    plan: Plan,
    going: Mapping[int, Sequence[Going]],
    contacts: Mapping[int, ContactPoint],
    today: date,
) -> dict[int, Bill]:
    """Return what the message to each debtor adds today; `going` and `contacts` are by debtor.

    A stage that the plan does not have any more, since somebody changed it, adds nothing.
    """
    if not plan.adds:
        return {}
    stages = {(stage.position, stage.event): stage for stage in plan.stages}
    lines = {line.invoice_id: line for some in going.values() for line in some}
    known = facts(
        organisation=organisation, contacts={}, debtor_ids=list(going), today=today, due_before=today
    )
    messages: dict[int, list[Planned]] = {debtor_id: [] for debtor_id in going}
    for one in known:
        line = lines.get(one.invoice_id)
        if line is not None:
            plain = Stage(line.stage_position, 0, "", line.event)
            stage = stages.get((line.stage_position, line.event), plain)
            messages[one.debtor_id].append(Planned(stage, one))
    return bills(
        organisation=organisation,
        wording=Wording(organisation.id),
        messages=messages,
        contacts=contacts,
        today=today,
    )


def store(
    *, organisation_id: int, message_id: int, going: Sequence[Going], bill: Bill, now: datetime
) -> None:
    """Store what a message adds, and with the lines of its notice what that comes to."""
    for line in bill.lines:
        charges.add(
            organisation_id=organisation_id,
            message_id=message_id,
            invoice_id=line.invoice_id,
            now=now,
            **line.stored(),
        )
    for one in going:
        own = bill.of(one.invoice_id)
        db.session.execute(
            update(DunningNoticeInvoice)
            .where(
                DunningNoticeInvoice.organisation_id == organisation_id,
                DunningNoticeInvoice.id == one.id,
            )
            .values(costs=own.costs, interest=own.interest)
            .execution_options(synchronize_session=False)
        )
