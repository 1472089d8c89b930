"""Statements that compare staged debtors and contacts with those that are there, and store them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    FromClause,
    Select,
    SQLColumnExpression,
    Update,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import Insert

from invoices.contacts import folded
from invoices.importing.stage import CONTACTS, DEBTORS, SAID_OF_DEBTOR
from invoices.models import ContactPoint, ContactState, Debtor, DebtorKind

Columns = dict[str, SQLColumnExpression[Any]]
_OF_NAMES = ("kind", "company_name", "last_name", "first_name", "initials", "middle_names")


def chosen_rows() -> Select[Any]:
    """Return the one staged row for each debtor: the fullest, among equals the last."""
    staged = DEBTORS.c
    place = (
        func.row_number()
        .over(partition_by=staged.customer_number, order_by=(staged.filled.desc(), staged.row.desc()))
        .label("place")
    )
    ranked = select(DEBTORS, place).subquery()
    return select(*(column for column in ranked.c if column.name != "place")).where(ranked.c.place == 1)


def said_columns(identifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the debtor's columns that the file can change: those it has."""
    return tuple(name for name in SAID_OF_DEBTOR if name in identifiers) + (
        ("attention_of",) if "attention_of" not in identifiers and "name" in identifiers else ()
    )


def as_stored(staged: FromClause, names: Sequence[str]) -> Columns:
    """Return what a known debtor becomes: what the file says, else what is there."""
    said, known = staged.c, Debtor
    becomes: Columns = {name: func.coalesce(said[name], getattr(known, name)) for name in names}
    kind = func.coalesce(said.kind, known.kind)
    is_company = kind == DebtorKind.COMPANY
    unnamed = and_(known.first_name == "", known.initials == "", known.middle_names == "")
    # One cell with the whole name must not stand beside a first name that is known.
    full_as_last = case((and_(~is_company, unnamed), said.full_name))
    full_as_company = case((is_company, said.full_name))
    return becomes | {
        "kind": kind,
        "company_name": func.coalesce(said.company_name, full_as_company, known.company_name),
        "last_name": func.coalesce(said.last_name, full_as_last, known.last_name),
    }


def is_changed(becomes: Columns) -> SQLColumnExpression[bool]:
    """Return whether anything would be stored differently. None of the columns is ever NULL."""
    return or_(*(value != getattr(Debtor, name) for name, value in becomes.items()))


def belongs(staged: FromClause, organisation_id: int) -> SQLColumnExpression[bool]:
    """Return the join of a staged row and the debtor who has its customer number."""
    return and_(Debtor.organisation_id == organisation_id, Debtor.customer_number == staged.c.customer_number)


def debtor_counts(organisation_id: int, names: Sequence[str]) -> Select[int, int, int]:
    """Return how many debtors the file names, how many of them are known, and how many would change."""
    staged = chosen_rows().subquery()
    changed = case((is_changed(as_stored(staged, names)), 1))
    counted = select(func.count(), func.count(Debtor.id), func.count(changed)).select_from(staged)
    return counted.outerjoin(Debtor, belongs(staged, organisation_id))


def new_debtors(organisation_id: int, language: str, now: datetime) -> Insert:
    """Return the statement that adds debtors nobody knows yet; `language` where the file says none."""
    staged = chosen_rows().subquery()
    said = staged.c
    by_name = case((said.company_name.is_not(None), DebtorKind.COMPANY.value), else_=DebtorKind.PERSON.value)
    values: Columns = {name: func.coalesce(said[name], "") for name in SAID_OF_DEBTOR}
    values |= {
        "organisation_id": literal(organisation_id),
        "public_id": said.public_id,
        "customer_number": said.customer_number,
        "kind": func.coalesce(said.kind, by_name),
        "company_name": func.coalesce(said.company_name, ""),
        "last_name": func.coalesce(said.last_name, said.full_name, ""),
        "sort_name": said.sort_name,
        "language": func.coalesce(said.language, language),
        "created_at": literal(now, Debtor.created_at.type),
        "updated_at": literal(now, Debtor.updated_at.type),
    }
    known = exists().where(belongs(staged, organisation_id))
    return insert(Debtor).from_select(list(values), select(*values.values()).where(~known))


def changed_debtors(organisation_id: int, names: Sequence[str], now: datetime) -> Update:
    """Return the statement that changes known debtors of whom the file says something else."""
    staged = chosen_rows().subquery()
    becomes = as_stored(staged, names)
    return (
        update(Debtor)
        .where(belongs(staged, organisation_id), is_changed(becomes))
        .values(**becomes, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def renamed_debtors(organisation_id: int, now: datetime, *, after: int, most: int) -> Select[Any]:
    """Return what debtors changed at `now` are called, by id behind `after`, to name them for sorting."""
    return (
        select(
            Debtor.id,
            Debtor.sort_name,
            Debtor.customer_number,
            *(getattr(Debtor, name) for name in _OF_NAMES),
        )
        .where(
            Debtor.organisation_id == organisation_id,
            Debtor.updated_at == now,
            Debtor.created_at != now,
            Debtor.id > after,
        )
        .order_by(Debtor.id)
        .limit(most)
    )


def contacts_to_add(organisation_id: int) -> Select[Any]:
    """Return the staged contacts that their debtor does not have, each once."""
    staged = CONTACTS.c
    there = exists().where(
        ContactPoint.organisation_id == organisation_id,
        ContactPoint.debtor_id == Debtor.id,
        ContactPoint.channel == staged.channel,
        folded(ContactPoint.value) == folded(staged.value),
    )
    return (
        select(Debtor.id, staged.channel, func.min(staged.value), func.min(staged.public_id))
        .join(CONTACTS, belongs(CONTACTS, organisation_id))
        .where(~there)
        .group_by(Debtor.id, staged.channel, folded(staged.value))
    )


def new_contacts(organisation_id: int, now: datetime) -> Insert:
    """Return the statement that adds them; nothing is ever taken away."""
    found = contacts_to_add(organisation_id).subquery()
    debtor_id, channel, value, public_id = found.c
    chosen = select(
        literal(organisation_id),
        public_id,
        debtor_id,
        channel,
        value,
        literal(False),
        literal(ContactState.USABLE.value),
        literal(""),
        literal(now, ContactPoint.created_at.type),
    )
    names = "organisation_id public_id debtor_id channel value is_preferred state state_reason created_at"
    return insert(ContactPoint).from_select(names.split(), chosen)


def contact_counts(organisation_id: int) -> Select[int]:
    """Return how many contacts would be added; those of new debtors count too."""
    staged = CONTACTS.c
    there = (
        exists()
        .where(
            belongs(CONTACTS, organisation_id),
            ContactPoint.organisation_id == organisation_id,
            ContactPoint.debtor_id == Debtor.id,
            ContactPoint.channel == staged.channel,
            folded(ContactPoint.value) == folded(staged.value),
        )
        .correlate(CONTACTS)
    )
    fresh = select(staged.customer_number, staged.channel, folded(staged.value)).where(~there).distinct()
    return select(func.count()).select_from(fresh.subquery())
