"""A bank that sends statements to the books."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from core.members.models import Member
from invoices.models import Invoice, Payment
from invoices.statements import operations
from invoices.statements.matching import Share
from invoices.statements.models import BankLine, BankStatement, IgnoreReason
from invoices.statements.prospects import Prospect, prospects_of
from invoices.statements.reading import read_statements
from invoices.statements.taking_in import take_in
from tests import factories
from tests.factories import NOW
from tests.invoices.conftest import Books


@dataclass
class Bank:
    """Takes files into the books, and remembers which invoices it was told are paid on."""

    books: Books
    member: Member
    told: list[int] = field(default_factory=list)

    def send(self, content: bytes, *, prospects: list[Prospect] | None = None) -> list[BankStatement]:
        """Take a file in; `prospects` is what was looked up before."""
        statements = read_statements(content, today=NOW.date(), currency="EUR")
        organisation_id = self.books.organisation.id
        taken = take_in(
            organisation_id=organisation_id,
            member_id=self.member.id,
            file_name="november.xml",
            content=content,
            prospects=prospects or prospects_of(organisation_id=organisation_id, statements=statements),
            now=NOW,
            today=NOW.date(),
            when_settled=self.tell,
        )
        return list(taken)

    def tell(self, invoice_ids: Collection[int]) -> None:
        """Remember what was paid on."""
        self.told.extend(invoice_ids)

    def settle(
        self, line: BankLine, *shares: tuple[Invoice, int], left_before: int | None = None
    ) -> BankLine:
        """Settle a line by hand."""
        return operations.settle(
            organisation_id=line.organisation_id,
            line_public_id=line.public_id,
            shares=[Share(invoice.id, amount) for invoice, amount in shares],
            left_before=line.amount_left if left_before is None else left_before,
            member_id=self.member.id,
            now=NOW,
            today=NOW.date(),
            when_settled=self.tell,
        )

    def ignore(self, line: BankLine, reason: IgnoreReason = IgnoreReason.NOT_OURS) -> BankLine:
        """Lay a line aside."""
        return operations.ignore(
            organisation_id=line.organisation_id,
            line_public_id=line.public_id,
            reason=reason,
            left_before=line.amount_left,
            member_id=self.member.id,
            now=NOW,
        )

    def undo(self, line: BankLine, **changes: Any) -> BankLine:
        """Take back what was decided."""
        values: dict[str, Any] = {"organisation_id": line.organisation_id, "line_public_id": line.public_id}
        return operations.undo(**(values | changes), member_id=self.member.id, now=NOW)

    @property
    def lines(self) -> list[BankLine]:
        """Every line, the first one first."""
        return list(db.session.scalars(select(BankLine).order_by(BankLine.id)))

    @property
    def payments(self) -> list[tuple[int, int]]:
        """Every payment as (invoice, amount), the first one first."""
        rows = db.session.scalars(select(Payment).order_by(Payment.id))
        return [(row.invoice_id, row.amount) for row in rows]


@pytest.fixture
def bank(books: Books) -> Bank:
    """The bank of Voltwerk."""
    return Bank(books, factories.member(books.organisation))
