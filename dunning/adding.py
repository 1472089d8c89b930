"""What messages add at the hand-over: computed with what is known then, and stored with each message."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from core.bulk import change_all
from core.organisations.models import Organisation
from dunning.accounts import Wording
from dunning.billing import Planned, bills
from dunning.bills import Bill
from dunning.models import DunningNoticeInvoice
from dunning.overdue import facts
from dunning.schedule import Plan, Stage
from invoices.models import Channel
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
    channels: Mapping[int, Channel],
    today: date,
) -> dict[int, Bill]:
    """Return what the message to each debtor adds today; `going` and `channels` are by debtor.

    A stage that the plan does not have any more, since somebody changed it, adds nothing.
    """
    if not plan.adds:
        return {}
    stages = {(stage.position, stage.event): stage for stage in plan.stages}
    lines = {line.invoice_id: line for some in going.values() for line in some}
    known = facts(
        organisation=organisation,
        contacts={},
        posted=(),
        debtor_ids=list(going),
        today=today,
        due_before=today,
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
        channels=channels,
        today=today,
    )


def store(
    *,
    organisation_id: int,
    messages: Sequence[tuple[int, Sequence[Going], Bill]],
    now: datetime,
) -> None:
    """Store what messages add (each by its id), and with the lines of their notices what that comes to."""
    charges.add_all(
        organisation_id=organisation_id,
        lines=[
            {"message_id": message_id, "invoice_id": line.invoice_id, **line.stored()}
            for message_id, _, bill in messages
            for line in bill.lines
        ],
        now=now,
    )
    change_all(
        DunningNoticeInvoice,
        [
            {"id": one.id, "costs": own.costs, "interest": own.interest}
            for _, going, bill in messages
            for one in going
            for own in (bill.of(one.invoice_id),)
        ],
        organisation_id=organisation_id,
    )
