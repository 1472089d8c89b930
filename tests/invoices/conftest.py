"""The books of one organisation, for tests of invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.organisations.models import Creditor, Organisation
from invoices import operations
from invoices.models import Debtor, Exemption, Invoice, Payment
from tests import factories
from tests.factories import NOW


@dataclass
class Books:
    """One organisation with a creditor and a debtor."""

    organisation: Organisation
    creditor: Creditor
    debtor: Debtor

    def invoice(self, **changes: Any) -> Invoice:
        """Store an open invoice of 1,250.00."""
        return factories.invoice(self.debtor, self.creditor, **changes)

    def pay(self, invoice: Invoice, amount: int, *, paid_on: date = NOW.date()) -> Payment:
        """Record a payment today."""
        return operations.record_payment(
            organisation_id=self.organisation.id,
            invoice_id=invoice.id,
            amount=amount,
            paid_on=paid_on,
            reference="2026/1",
            now=NOW,
            today=NOW.date(),
        )

    def exempt(
        self,
        invoice: Invoice,
        *,
        asked_by: str = "action:7",
        reason: str = "complaint",
        amount: int | None = None,
        review_on: date | None = None,
        now: datetime = NOW,
    ) -> Exemption:
        """Hold dunning off the invoice."""
        return operations.exempt(
            organisation_id=self.organisation.id,
            invoice_id=invoice.id,
            asked_by=asked_by,
            reason=reason,
            amount=amount,
            review_on=review_on,
            now=now,
        )

    def end(self, asked_by: str) -> int:
        """End this asker's exemptions."""
        return operations.end_exemptions(
            organisation_id=self.organisation.id, asked_by=asked_by, end_reason="closed", now=NOW
        )


@pytest.fixture
def books(session: scoped_session[Session]) -> Iterator[Books]:
    """Voltwerk's books; the test works everywhere, so that it can show what is kept apart."""
    with tenancy.everywhere():
        organisation = factories.organisation()
        yield Books(organisation, factories.creditor(organisation), factories.debtor(organisation))
        session.rollback()
