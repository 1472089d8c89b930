"""Plans that add costs and interest, and what came of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select

from core.database import db
from core.law.collecting import ChargeKind
from dunning import policies
from dunning.models import StageChannel, StageCosts
from dunning.policies import PolicyWish, StageWish
from invoices.models import Debtor, Invoice
from invoices.operations import record_payment
from messaging.charge_models import Charge
from tests import factories
from tests.dunning.conftest import Office

MAIL = StageChannel.EMAIL
FEE, COSTS = StageCosts.REMINDER, StageCosts.COLLECTION


def follow(office: Office, *stages: StageWish, gap: int = 1) -> None:
    """Let the office's plan have these stages."""
    policies.change_policy(
        policy=office.policy,
        wish=PolicyWish("Plan", stages, gap, 0, False, 9),
        member_id=office.agent.id,
        now=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )


def collecting(office: Office, *, interest: bool = False, most_days: int = 15) -> None:
    """Let the plan be a reminder with a term, and costs once it is over."""
    follow(
        office,
        StageWish(1, MAIL, "formal_notice"),
        StageWish(1 + most_days, MAIL, "reminder_3", 0, COSTS, interest),
    )


def owing(office: Office, *amounts: int, whom: Debtor | None = None, **changes: object) -> list[Invoice]:
    """Store invoices of these amounts (minor units) of one debtor, due on 1 November 2026."""
    debtor = whom or office.debtor()
    values = {"due_on": date(2026, 11, 1), "invoiced_on": date(2026, 10, 1)} | changes
    return [office.invoice(debtor, amount=amount, **values) for amount in amounts]


def a_company(office: Office, **changes: object) -> Debtor:
    """Store a business that can be written to."""
    debtor = factories.company(office.organisation, **changes)
    factories.contact_point(debtor)
    return debtor


def charges(*invoices: Invoice) -> list[tuple[ChargeKind, int]]:
    """Return kind and amount of every charge of these invoices, by invoice."""
    return [(one.kind, one.amount) for one in rows(invoices)]


def rows(invoices: Sequence[Invoice]) -> list[Charge]:
    """Return every charge of these invoices."""
    ids = [invoice.id for invoice in invoices]
    found = select(Charge).where(Charge.invoice_id.in_(ids)).order_by(Charge.invoice_id, Charge.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def pay(office: Office, invoice: Invoice, amount: int, paid_on: date) -> None:
    """Enter a payment."""
    record_payment(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        amount=amount,
        paid_on=paid_on,
        reference="",
        now=datetime(2027, 1, 1, tzinfo=UTC),
        today=date(2027, 1, 1),
    )
