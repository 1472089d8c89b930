"""Statements that compare staged invoices with those that are there, and store them.

What is settled without a payment or credit note we know is `amount_settled_elsewhere`. Where a file says that
`said` of an amount is open, and payments and credit notes we know come to `known`, the invoice's open amount
becomes the smaller of `said` and `amount - known`: a payment we know is never opened again, and never counted
twice when the creditor's books know it too.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    SQLColumnExpression,
    Update,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import Insert

from invoices.importing.choices import Existing
from invoices.importing.codes import INVOICE
from invoices.importing.kinds import FileKind
from invoices.importing.stage import DOCUMENTS
from invoices.models import INVOICE_IS_OPEN, Debtor, Invoice

Columns = dict[str, SQLColumnExpression[Any]]
_MAY_CHANGE = ("invoiced_on", "due_on", "currency", "amount")
_SAID_OR_KEPT = ("description", "payment_reference")


class InvoiceStatements:
    """The statements of one import: of which organisation, which kind of file, and what was chosen."""

    def __init__(
        self, *, organisation_id: int, kind: FileKind, existing: Existing, says_open: bool, now: datetime
    ) -> None:
        self.organisation_id = organisation_id
        self._kind, self._existing, self._now = kind, existing, now
        staged = DOCUMENTS.c
        self._known = Invoice.amount - Invoice.amount_open - Invoice.amount_settled_elsewhere
        self._elsewhere: SQLColumnExpression[int] = Invoice.amount_settled_elsewhere
        if says_open:
            rest = staged.amount - staged.amount_open - self._known
            self._elsewhere = case((rest > 0, rest), else_=0)
        self._open = staged.amount - self._known - self._elsewhere
        self._becomes: Columns = {name: staged[name] for name in _MAY_CHANGE}
        for name in _SAID_OR_KEPT:
            self._becomes[name] = func.coalesce(staged[name], getattr(Invoice, name))
        self._becomes |= {"amount_settled_elsewhere": self._elsewhere, "amount_open": self._open}

    def counts(self) -> Select[int, int, int, int, int]:
        """Return how many invoices the file has, how many of them are known, would change, have a trouble;
        and how many different invoices those that are known are."""
        changed, troubled = case((self._is_changed, 1)), case((self._trouble.is_not(None), 1))
        return self._compared(
            func.count(),
            func.count(Invoice.id),
            func.count(changed),
            func.count(troubled),
            func.count(Invoice.id.distinct()),
        ).where(DOCUMENTS.c.document == INVOICE)

    def troubles(self) -> Select[int, str, str]:
        """Return row, trouble (a key of `row_troubles.TROUBLES`) and what to show of it, by row."""
        staged, trouble = DOCUMENTS.c, self._trouble
        found = case(
            (trouble.in_(("unknown_customer", "another_debtor")), staged.customer_number),
            else_=staged.number,
        )
        return (
            self._compared(staged.row, trouble, found)
            .where(staged.document == INVOICE, trouble.is_not(None))
            .order_by(staged.row)
        )

    def twice(self) -> Select[int, str]:
        """Return row and number of invoices that stand in the file a second time, or more often."""
        staged = DOCUMENTS.c
        place = func.row_number().over(partition_by=(staged.creditor_id, staged.number), order_by=staged.row)
        ranked = (
            select(staged.row, staged.number, place.label("place"))
            .where(staged.document == INVOICE)
            .subquery()
        )
        return select(ranked.c.row, ranked.c.number).where(ranked.c.place > 1).order_by(ranked.c.row)

    def new(self, first: int, last: int) -> Insert:
        """Return the statement that adds the unknown invoices of these rows of the file."""
        staged = DOCUMENTS.c
        values: Columns = {
            "organisation_id": literal(self.organisation_id),
            "public_id": staged.public_id,
            "creditor_id": staged.creditor_id,
            "debtor_id": Debtor.id,
            "number": staged.number,
            **{name: staged[name] for name in (*_MAY_CHANGE, "amount_open")},
            "amount_settled_elsewhere": staged.amount - staged.amount_open,
            **{name: func.coalesce(staged[name], "") for name in _SAID_OR_KEPT},
            "created_at": literal(self._now, Invoice.created_at.type),
            "updated_at": literal(self._now, Invoice.updated_at.type),
        }
        unknown = self._compared(*values.values()).where(self._between(first, last), Invoice.id.is_(None))
        return insert(Invoice).from_select(list(values), unknown)

    def changed(self, first: int, last: int) -> Update:
        """Return the statement that changes the known invoices of these rows that differ."""
        return (
            update(Invoice)
            .where(self._is_same_invoice, self._between(first, last), self._is_changed)
            .values(**self._becomes, updated_at=self._now)
            .execution_options(synchronize_session=False)
        )

    def to_change(self) -> Select[int]:
        """Return the ids of all invoices that will be changed, by id, held until the transaction ends."""
        return (
            select(Invoice.id)
            .join(DOCUMENTS, self._is_same_invoice)
            .where(DOCUMENTS.c.document == INVOICE, self._is_changed)
            .order_by(Invoice.id)
            .with_for_update(of=Invoice)
        )

    def to_settle(self, first: int, last: int) -> Select[int]:
        """Return the ids of invoices of these rows that are open and will no longer be."""
        return (
            select(Invoice.id)
            .join(DOCUMENTS, self._is_same_invoice)
            .where(self._between(first, last), self._is_changed, INVOICE_IS_OPEN, self._open == 0)
        )

    def _compared(self, *columns: Any) -> Select[Any]:
        """Return a selection of staged rows, each beside its debtor and its invoice where these are known."""
        is_debtor = and_(
            Debtor.organisation_id == self.organisation_id,
            Debtor.customer_number == DOCUMENTS.c.customer_number,
        )
        chosen = select(*columns).select_from(DOCUMENTS)
        return chosen.outerjoin(Debtor, is_debtor).outerjoin(Invoice, self._is_same_invoice)

    @property
    def _is_same_invoice(self) -> SQLColumnExpression[bool]:
        staged = DOCUMENTS.c
        return and_(
            Invoice.organisation_id == self.organisation_id,
            Invoice.creditor_id == staged.creditor_id,
            Invoice.number == staged.number,
            staged.document == INVOICE,
        )

    @property
    def _is_changed(self) -> SQLColumnExpression[bool]:
        """What was withdrawn stays as it was; none of the columns is ever NULL."""
        differs = [value != getattr(Invoice, name) for name, value in self._becomes.items()]
        return and_(Invoice.withdrawn_at.is_(None), or_(*differs))

    @property
    def _trouble(self) -> SQLColumnExpression[Any]:
        staged = DOCUMENTS.c
        is_there = Invoice.id.is_not(None)
        counts = and_(is_there, Invoice.withdrawn_at.is_(None))
        whens: list[tuple[SQLColumnExpression[bool], str]] = []
        if self._kind == FileKind.INVOICES:
            whens.append((Debtor.id.is_(None), "unknown_customer"))
        if self._existing == Existing.REFUSE:
            whens.append((is_there, "already_there"))
        whens += [
            (and_(is_there, or_(Debtor.id.is_(None), Debtor.id != Invoice.debtor_id)), "another_debtor"),
            (and_(counts, Invoice.currency != staged.currency, self._known > 0), "other_currency"),
            (and_(counts, self._open < 0), "less_than_paid"),
        ]
        return case(*whens)

    def _between(self, first: int, last: int) -> SQLColumnExpression[bool]:
        return and_(DOCUMENTS.c.document == INVOICE, DOCUMENTS.c.row.between(first, last))


def rows_staged() -> Select[int, int]:
    """Return the first and the last row of the file that is staged as a document."""
    return select(func.min(DOCUMENTS.c.row, type_=Integer), func.max(DOCUMENTS.c.row, type_=Integer))
