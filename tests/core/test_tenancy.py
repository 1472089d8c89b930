"""Organisations apart: sixteen ways to ask for another one's rows, six past the ORM, and writing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import aliased, scoped_session

from core import tenancy
from core.database import db
from invoices.models import ContactPoint, Debtor, Invoice
from tests import factories
from tests.databases import Database
from tests.factories import NOW


@dataclass(frozen=True, slots=True)
class Two:
    """Two organisations with one debtor each, who have one invoice and one address each."""

    here: int
    elsewhere: int
    own_debtor: int
    foreign_debtor: int
    foreign_creditor: int


@pytest.fixture
def two(session: scoped_session[Session]) -> Iterator[Two]:
    """Committed, and forgotten by the session."""
    ids: list[int] = []
    for name in ("Voltwerk", "Elders"):
        owner = factories.organisation(name=name)
        debtor, creditor = factories.debtor(owner), factories.creditor(owner)
        factories.contact_point(debtor)
        factories.invoice(debtor, creditor)
        ids += [owner.id, debtor.id, creditor.id]
    session.commit()
    session.expunge_all()
    here, own_debtor, _, elsewhere, foreign_debtor, foreign_creditor = ids
    yield Two(here, elsewhere, own_debtor, foreign_debtor, foreign_creditor)
    session.rollback()


def rows(statement: Any) -> int:
    return len(db.session.execute(statement).all())


def changed(statement: Any) -> int:
    result: Any = db.session.execute(statement)
    return int(result.rowcount)


# Each asks for debtors in its own way and returns how many it got: one is ours, two would be everybody's.
WAYS: dict[str, Callable[[Two], int | None]] = {
    "rows": lambda two: rows(select(Debtor)),
    "a column": lambda two: rows(select(Debtor.id)),
    "a count of rows": lambda two: db.session.scalar(select(func.count()).select_from(Debtor)),
    "a count of a column": lambda two: db.session.scalar(select(func.count(Debtor.id))),
    "the old query": lambda two: len(db.session.query(Debtor).all()),
    "a count by the old query": lambda two: db.session.query(Debtor).count(),
    "by its key": lambda two: 1 + (db.session.get(Debtor, two.foreign_debtor) is not None),
    "an alias": lambda two: rows(select(aliased(Debtor))),
    "a join": lambda two: rows(select(Invoice.id).join(Debtor, Debtor.id == Invoice.debtor_id)),
    "a subquery": lambda two: rows(select(select(Debtor).subquery().c.id)),
    "a count of a subquery": lambda two: db.session.scalar(
        select(func.count()).select_from(select(Debtor).subquery())
    ),
    "a common table expression": lambda two: rows(select(select(Debtor.id).cte().c.id)),
    "a union": lambda two: rows(union_all(select(Debtor.id), select(Debtor.id).where(Debtor.id < 0))),
    "whether one exists": lambda two: (
        1 + rows(select(literal(1)).where(exists().where(Debtor.id == two.foreign_debtor)))
    ),
    "a scalar subquery": lambda two: db.session.scalar(
        select(select(func.count(Debtor.id)).scalar_subquery())
    ),
    "a list in a condition": lambda two: rows(
        select(Invoice.id).where(Invoice.debtor_id.in_(select(Debtor.id)))
    ),
}
CHANGES: dict[str, Callable[[Two], Any]] = {
    "an update": lambda two: update(Debtor).values(city="Elders"),
    "a deletion": lambda two: delete(ContactPoint),
    "an update of one": lambda two: update(Debtor).where(Debtor.id.in_((1, 2, 3))).values(city="Elders"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_no_way_of_asking_brings_a_row_of_another_organisation(
    two: Two, way: Callable[[Two], int | None]
) -> None:
    with tenancy.scope(two.here):
        assert way(two) == 1
    with tenancy.scope(two.elsewhere):
        db.session.expunge_all()
        own = Two(two.elsewhere, two.here, two.foreign_debtor, two.own_debtor, 0)
        assert way(own) == 1


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_asking_without_an_organisation_is_a_mistake_that_is_heard(
    two: Two, way: Callable[[Two], int | None]
) -> None:
    with pytest.raises(tenancy.NoOrganisation):
        way(two)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_who_works_everywhere_sees_both(two: Two, way: Callable[[Two], int | None]) -> None:
    with tenancy.everywhere():
        assert way(two) == 2


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_no_change_reaches_a_row_of_another_organisation(two: Two, change: Callable[[Two], Any]) -> None:
    with tenancy.scope(two.here):
        assert changed(change(two)) <= 1
    with tenancy.everywhere():
        assert db.session.scalar(select(Debtor.city).where(Debtor.id == two.foreign_debtor)) == ""
        assert rows(select(ContactPoint).where(ContactPoint.debtor_id == two.foreign_debtor)) == 1


def test_the_organisation_may_change_between_two_questions(two: Two) -> None:
    question = select(Debtor.id)
    found = []
    for organisation_id in (two.here, two.elsewhere, two.here):
        with tenancy.scope(organisation_id):
            found.append(db.session.scalars(question).all())
    assert found == [[two.own_debtor], [two.foreign_debtor], [two.own_debtor]]


def test_a_scope_inside_a_scope_gives_the_outer_one_back(two: Two) -> None:
    with tenancy.scope(two.here):
        with tenancy.everywhere():
            assert rows(select(Debtor)) == 2
        assert rows(select(Debtor)) == 1
    assert tenancy.current() is None


def test_a_row_of_another_organisation_is_not_written(two: Two) -> None:
    foreign = Debtor(
        organisation_id=two.elsewhere, customer_number="9", language="nl", created_at=NOW, updated_at=NOW
    )
    db.session.add(foreign)
    with tenancy.scope(two.here), pytest.raises(tenancy.ForeignRow):
        db.session.flush()


def test_a_row_that_was_fetched_elsewhere_is_not_changed_here(two: Two) -> None:
    with tenancy.everywhere():
        foreign = db.session.get_one(Debtor, two.foreign_debtor)
    foreign.city = "Hier"
    with tenancy.scope(two.here), pytest.raises(tenancy.ForeignRow):
        db.session.flush()


def test_writing_without_an_organisation_is_a_mistake_that_is_heard(two: Two) -> None:
    with tenancy.everywhere():
        debtor = db.session.get_one(Debtor, two.own_debtor)
    debtor.city = "Nergens"
    with pytest.raises(tenancy.NoOrganisation):
        db.session.flush()


@pytest.mark.parametrize("scope", ["everywhere", "here"])
def test_a_reference_across_organisations_cannot_be_stored(two: Two, scope: str) -> None:
    """The reference itself is composite: not even who works everywhere can point across."""
    invoice = {
        "organisation_id": two.here,
        "creditor_id": two.foreign_creditor,
        "debtor_id": two.own_debtor,
        "number": "1",
        "invoiced_on": NOW.date(),
        "due_on": NOW.date(),
        "currency": "EUR",
        "amount": 1,
        "amount_open": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    within = tenancy.everywhere() if scope == "everywhere" else tenancy.scope(two.here)
    with within, pytest.raises(IntegrityError):
        db.session.execute(insert(Invoice), [invoice])


def test_every_reference_between_rows_of_organisations_is_composite() -> None:
    from core import tables

    tables.load()
    apart = {
        table.name: table
        for table in db.metadata.tables.values()
        if "organisation_id" in table.c and table.name != "organisations"
    }
    assert len(apart) > 30
    single = [
        f"{table.name}.{key.column_keys}"
        for table in apart.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in apart and "organisation_id" not in key.column_keys
    ]
    assert single == []


# SQLite has no rules about rows: whoever opens the file has all of it, and a statement past the ORM is seen
# by nobody. What holds there are the guard of the ORM and the composite references, which are tried above.
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

# Past the ORM: here only the database itself stands guard.
PAST_THE_ORM: dict[str, Callable[[Two], Any]] = {
    "text": lambda two: text("SELECT id FROM debtors"),
    "a table": lambda two: select(db.metadata.tables["debtors"].c.id),
    "text that names the other one": lambda two: text(
        f"SELECT id FROM debtors WHERE organisation_id = {two.elsewhere} UNION ALL SELECT 1"
    ),
    "a join in text": lambda two: text("SELECT d.id FROM debtors d JOIN invoices i ON i.debtor_id = d.id"),
}
WRITES_PAST_THE_ORM: dict[str, Callable[[Two], Any]] = {
    "an update in text": lambda two: text(f"UPDATE debtors SET city = 'x' WHERE id = {two.foreign_debtor}"),
    "a deletion in text": lambda two: text(
        f"DELETE FROM contact_points WHERE debtor_id = {two.foreign_debtor}"
    ),
}


@POSTGRESQL
@pytest.mark.parametrize("way", PAST_THE_ORM.values(), ids=PAST_THE_ORM.keys())
def test_past_the_orm_the_database_keeps_organisations_apart(
    two: Two, way: Callable[[Two], Any], database: Database
) -> None:
    with tenancy.scope(two.here):
        assert rows(way(two)) == 1


@POSTGRESQL
@pytest.mark.parametrize("way", WRITES_PAST_THE_ORM.values(), ids=WRITES_PAST_THE_ORM.keys())
def test_past_the_orm_no_foreign_row_is_changed(
    two: Two, way: Callable[[Two], Any], database: Database
) -> None:
    with tenancy.scope(two.here):
        assert changed(way(two)) == 0


@POSTGRESQL
def test_past_the_orm_no_row_is_written_for_another_organisation(two: Two, database: Database) -> None:
    values = {"organisation_id": two.elsewhere, "customer_number": "9", "language": "nl"}
    values |= {"created_at": NOW, "updated_at": NOW}
    with tenancy.scope(two.here), pytest.raises(DBAPIError, match="row-level security"):
        db.session.execute(insert(db.metadata.tables["debtors"]), [values])


@POSTGRESQL
def test_a_failed_statement_is_not_hidden_by_the_end_of_its_scope(two: Two, database: Database) -> None:
    with pytest.raises(DBAPIError, match="division by zero"), tenancy.scope(two.here):
        db.session.execute(text("SELECT 1 / 0"))
    db.session.rollback()
    assert rows(text("SELECT id FROM debtors")) == 0


@POSTGRESQL
def test_without_an_organisation_the_database_shows_nothing(two: Two, database: Database) -> None:
    assert rows(text("SELECT id FROM debtors")) == 0


@POSTGRESQL
def test_the_database_forgets_the_organisation_with_the_transaction(two: Two, database: Database) -> None:
    with tenancy.scope(two.here):
        assert rows(text("SELECT id FROM debtors")) == 1
        db.session.commit()
    assert rows(text("SELECT id FROM debtors")) == 0


@POSTGRESQL
def test_every_table_of_organisations_is_guarded_also_against_its_owner(two: Two, database: Database) -> None:
    guarded = db.session.execute(
        text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    ).scalars()
    apart = {table.name for table in db.metadata.tables.values() if "organisation_id" in table.c}
    assert apart - set(guarded) == set()
