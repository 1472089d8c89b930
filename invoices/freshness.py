"""How old the payment data is: reminders about what was paid long ago are worse than none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch
from invoices.statements.models import BankStatement


class PaymentDataTooOld(Refusal):
    """The newest payment data is older than the organisation allows; `day` is its date (ISO), or nothing."""

    sentence = N_(
        "The newest payment data is of %(day)s. No reminders go out when it is more than %(most)s days old: "
        "import the invoices or the payments first."
    )
    status = 409

    def __init__(self, *, newest_on: date | None, most: int) -> None:
        self.newest_on = newest_on
        super().__init__(day="–" if newest_on is None else newest_on.isoformat(), most=most)


@dataclass(frozen=True, slots=True)
class PaymentData:
    """The last day up to which payments may be known (None when nothing tells), and for how many days that is
    new enough."""

    newest_on: date | None
    most: int

    @property
    def enough_until(self) -> date | None:
        """The last day on which reminders may go out."""
        return None if self.newest_on is None else self.newest_on + timedelta(days=self.most)


def payment_data_of(*, organisation: Organisation) -> PaymentData | None:
    """Return how new the payment data is; None when the organisation does not look at that."""
    most = organisation.payment_data_days
    return None if most is None else PaymentData(payments_known_on(organisation=organisation), most)


def payments_known_on(*, organisation: Organisation) -> date | None:
    """Return the last day up to which all payments may be known; None when nothing tells.

    A file that says what is open tells how things stand when it is stored. A bank statement tells about the
    days up to its last one, whenever it is taken in. A payment entered by hand tells nothing about others.
    """
    return max((day for day in (_imported_on(organisation), _stated_on(organisation)) if day), default=None)


def _imported_on(organisation: Organisation) -> date | None:
    imported = db.session.scalar(
        select(func.max(ImportBatch.finished_at)).where(
            ImportBatch.organisation_id == organisation.id,
            ImportBatch.state == BatchState.DONE,
            ImportBatch.kind != FileKind.DEBTORS,
            ImportBatch.findings["says_open"].as_boolean(),
        )
    )
    return None if imported is None else day_in(imported, organisation.zone)


def _stated_on(organisation: Organisation) -> date | None:
    # A statement may end on the day after it came, where that day begins earlier than here. It tells about
    # no more than there was when it came, and then one that ends a day before may tell as much: two days do.
    ends = db.session.execute(
        select(BankStatement.ends_on, func.max(BankStatement.created_at))
        .where(BankStatement.organisation_id == organisation.id)
        .group_by(BankStatement.ends_on)
        .order_by(BankStatement.ends_on.desc())
        .limit(2)
    )
    return max((min(ends_on, day_in(came_at, organisation.zone)) for ends_on, came_at in ends), default=None)


def require_fresh(*, organisation: Organisation, now: datetime) -> None:
    """Refuse to go on when the payment data is too old. Raises PaymentDataTooOld."""
    found = payment_data_of(organisation=organisation)
    if found is None:
        return
    if found.enough_until is None or found.enough_until < day_in(now, organisation.zone):
        raise PaymentDataTooOld(newest_on=found.newest_on, most=found.most)
