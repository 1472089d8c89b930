"""Statements that compare staged credit notes with those that are there, and store them on their invoices."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    Subquery,
    Update,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import Insert

from invoices.importing.choices import Existing
from invoices.importing.codes import CREDIT_NOTE, INVOICE
from invoices.importing.stage import DOCUMENTS
from invoices.models import CreditNote, Invoice, Payment

_NOTES = DOCUMENTS.alias("notes")
_TARGETS = DOCUMENTS.alias("targets")


def credit_counts(organisation_id: int, existing: Existing) -> Select[int, int, int, int]:
    """Return how many credit notes the file has, how many are known, would change, have a trouble."""
    compared = _compared(organisation_id)
    trouble = _trouble(compared, existing)
    return select(
        func.count(),
        func.count(compared.c.note_id),
        func.count(compared.c.changed),
        func.count(case((trouble.is_not(None), 1))),
    )


def credit_troubles(organisation_id: int, existing: Existing) -> Select[int, str, str]:
    """Return row, trouble (a key of `row_troubles.TROUBLES`) and what to show of it, by row."""
    compared = _compared(organisation_id)
    trouble = _trouble(compared, existing)
    found = case((trouble == "credited_unknown", compared.c.credited_number), else_=compared.c.number)
    return select(compared.c.row, trouble, found).where(trouble.is_not(None)).order_by(compared.c.row)


def new_credit_notes(organisation_id: int, now: datetime) -> Insert:
    """Return the statement that adds unknown credit notes to their invoices, which are all there by now."""
    chosen = (
        select(
            literal(organisation_id),
            _NOTES.c.public_id,
            Invoice.id,
            _NOTES.c.number,
            _NOTES.c.amount,
            _NOTES.c.invoiced_on,
            literal(now, CreditNote.created_at.type),
        )
        .join(_NOTES, _credits(organisation_id))
        .where(~exists().where(_is_there(organisation_id)))
    )
    names = "organisation_id public_id invoice_id number amount credited_on created_at"
    return insert(CreditNote).from_select(names.split(), chosen)


def changed_credit_notes(organisation_id: int) -> Update:
    """Return the statement that changes known credit notes of which the file says something else."""
    return (
        update(CreditNote)
        .where(_credits(organisation_id), _is_there(organisation_id), _differs())
        .values(amount=_NOTES.c.amount, credited_on=_NOTES.c.invoiced_on)
        .execution_options(synchronize_session=False)
    )


def credited_invoices(organisation_id: int, *, after: int, most: int) -> Select[Any]:
    """Return invoices the file credits, by id behind `after`, with all their open amount depends on.

    `said_open` is what the file says is open, if it has a row for the invoice itself.
    """
    credited = select(Invoice.id).join(_NOTES, _credits(organisation_id))
    said = (
        select(_TARGETS.c.amount_open)
        .where(_is_target(Invoice.creditor_id, Invoice.number))
        .scalar_subquery()
    )
    return (
        select(
            Invoice.id,
            Invoice.number,
            Invoice.amount,
            Invoice.amount_open,
            Invoice.amount_settled_elsewhere,
            _sum_of(Payment, organisation_id).label("paid"),
            _sum_of(CreditNote, organisation_id).label("credited"),
            said.label("said_open"),
        )
        .where(
            Invoice.organisation_id == organisation_id,
            Invoice.id.in_(credited),
            Invoice.id > after,
            Invoice.withdrawn_at.is_(None),
        )
        .order_by(Invoice.id)
        .limit(most)
        .with_for_update(of=Invoice)
    )


def _sum_of(kind: type[Payment] | type[CreditNote], organisation_id: int) -> SQLColumnExpression[int]:
    total = select(func.coalesce(func.sum(kind.amount), 0)).where(
        kind.organisation_id == organisation_id, kind.invoice_id == Invoice.id
    )
    return total.correlate(Invoice).scalar_subquery()


def _compared(organisation_id: int) -> Subquery:
    """Return each credit note of the file with its invoice, known or in the file, and the room it has."""
    notes = _NOTES.c
    invoice = (notes.creditor_id, notes.credited_number)
    known = Invoice.amount - Invoice.amount_open - Invoice.amount_settled_elsewhere
    room = func.coalesce(_TARGETS.c.amount, Invoice.amount) - func.coalesce(known, 0)
    more = notes.amount - func.coalesce(CreditNote.amount, 0)
    return (
        select(
            notes.row,
            notes.number,
            notes.credited_number,
            Invoice.id.label("invoice_id"),
            Invoice.withdrawn_at.label("withdrawn_at"),
            CreditNote.id.label("note_id"),
            _TARGETS.c.row.label("target"),
            case((_differs(), 1)).label("changed"),
            room.label("room"),
            func.sum(more).over(partition_by=invoice).label("more"),
            func.row_number().over(partition_by=(*invoice, notes.number), order_by=notes.row).label("place"),
        )
        .select_from(_NOTES)
        .outerjoin(Invoice, _credits(organisation_id))
        .outerjoin(CreditNote, _is_there(organisation_id))
        .outerjoin(_TARGETS, _is_target(notes.creditor_id, notes.credited_number))
        .where(notes.document == CREDIT_NOTE)
        .subquery()
    )


def _trouble(compared: Subquery, existing: Existing) -> SQLColumnExpression[Any]:
    found = compared.c
    whens: list[tuple[SQLColumnExpression[bool], str]] = [
        (and_(found.invoice_id.is_(None), found.target.is_(None)), "credited_unknown"),
        (found.place > 1, "credit_twice"),
    ]
    if existing == Existing.REFUSE:
        whens.append((found.note_id.is_not(None), "credit_there"))
    whens.append((and_(found.withdrawn_at.is_(None), found.more > found.room), "credit_too_high"))
    return case(*whens)


def _credits(organisation_id: int) -> SQLColumnExpression[bool]:
    return and_(
        Invoice.organisation_id == organisation_id,
        Invoice.creditor_id == _NOTES.c.creditor_id,
        Invoice.number == _NOTES.c.credited_number,
        _NOTES.c.document == CREDIT_NOTE,
    )


def _is_there(organisation_id: int) -> SQLColumnExpression[bool]:
    return and_(
        CreditNote.organisation_id == organisation_id,
        CreditNote.invoice_id == Invoice.id,
        CreditNote.number == _NOTES.c.number,
    )


def _is_target(
    creditor_id: SQLColumnExpression[Any], number: SQLColumnExpression[Any]
) -> SQLColumnExpression[bool]:
    return and_(
        _TARGETS.c.document == INVOICE, _TARGETS.c.creditor_id == creditor_id, _TARGETS.c.number == number
    )


def _differs() -> SQLColumnExpression[bool]:
    changed: SQLColumnExpression[bool] = (CreditNote.amount != _NOTES.c.amount) | (
        CreditNote.credited_on != _NOTES.c.invoiced_on
    )
    return changed
