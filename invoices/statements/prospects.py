"""What a file of statements may pay, found before the transaction that books it: SQLite has one writer.

What is found is only a choice: `taking_in` reads the invoices again when it holds them. An invoice that
comes in between is not among them, so a line that names it waits for a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.database import db
from core.organisations.models import Creditor
from invoices.statements.matching import Incoming
from invoices.statements.queries import named_in
from invoices.statements.shapes import Line, Statement


@dataclass(frozen=True, slots=True)
class Prospect:
    """A statement, what each amount that came in says, and the ids of the open invoices that they name.

    `creditor_ids` are the creditors with its account; when there are any, only their invoices are paid.
    """

    statement: Statement
    incoming: Mapping[Line, Incoming]
    creditor_ids: Sequence[int]
    invoice_ids: frozenset[int]


def prospects_of(*, organisation_id: int, statements: Sequence[Statement]) -> list[Prospect]:
    """Return what the lines of each statement may pay."""
    return [_prospect(organisation_id, statement) for statement in statements]


def _prospect(organisation_id: int, statement: Statement) -> Prospect:
    incoming = {line: _incoming(line) for line in statement.lines if line.amount > 0}
    # A table may not say whose account it is, and a creditor may have none.
    creditor_ids = db.session.scalars(
        select(Creditor.id).where(
            Creditor.organisation_id == organisation_id,
            Creditor.iban == statement.account,
            Creditor.iban != "",
        )
    ).all()
    invoice_ids = named_in(
        organisation_id=organisation_id,
        keys={key for one in incoming.values() for key in one.keys},
        creditor_ids=creditor_ids,
    )
    return Prospect(statement, incoming, creditor_ids, invoice_ids)


def _incoming(line: Line) -> Incoming:
    return Incoming(
        amount=line.amount,
        currency=line.currency,
        reference=line.reference,
        text=line.remittance,
        end_to_end_id=line.end_to_end_id,
        name=line.name,
        iban=line.iban,
    )
