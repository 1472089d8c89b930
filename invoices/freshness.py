"""How old the payment data is: reminders about what was paid long ago are worse than none."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch
from invoices.models import Payment
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


def payment_data_at(*, organisation_id: int) -> datetime | None:
    """Return when the newest payment was entered, or the newest file with open amounts or payments came."""
    entered = db.session.scalar(
        select(func.max(Payment.created_at)).where(Payment.organisation_id == organisation_id)
    )
    imported = db.session.scalar(
        select(func.max(ImportBatch.finished_at)).where(
            ImportBatch.organisation_id == organisation_id,
            ImportBatch.state == BatchState.DONE,
            ImportBatch.kind != FileKind.DEBTORS,
        )
    )
    stated = db.session.scalar(
        select(func.max(BankStatement.created_at)).where(BankStatement.organisation_id == organisation_id)
    )
    return max((at for at in (entered, imported, stated) if at is not None), default=None)


def require_fresh(*, organisation: Organisation, now: datetime) -> None:
    """Refuse to go on when the payment data is too old. Raises PaymentDataTooOld."""
    most = organisation.payment_data_days
    if most is None:
        return
    newest = payment_data_at(organisation_id=organisation.id)
    newest_on = None if newest is None else day_in(newest, organisation.zone)
    if newest_on is None or newest_on < day_in(now, organisation.zone) - timedelta(days=most):
        raise PaymentDataTooOld(newest_on=newest_on, most=most)
