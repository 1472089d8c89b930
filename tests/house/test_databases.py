"""The suite's own databases: migrated, empty for each test, used by roles that cannot look past a rule."""

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import scoped_session

from core import clock, tenancy
from core.database import db
from core.organisations.models import Organisation
from tests.databases import KINDS, Addresses, Database, kinds_here


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_test_begins_without_the_rows_of_the_one_before(
    session: scoped_session[Session], time: str
) -> None:
    tables = db.metadata.sorted_tables
    assert tables
    with tenancy.everywhere():
        filled = [table.name for table in tables if session.scalar(select(func.count()).select_from(table))]
    assert filled == []
    session.add(Organisation(name=f"Left by the {time}", created_at=clock.now()))
    session.commit()


def test_the_application_sees_the_kind_of_database_it_was_given(
    database: Database, session: scoped_session[Session]
) -> None:
    assert session.connection().dialect.name == database.kind


@pytest.mark.skipif(len(kinds_here()) < len(KINDS), reason="PostgreSQL was not found")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
def test_on_postgresql_neither_role_stands_above_row_security(addresses: Addresses) -> None:
    for url in (addresses.application, addresses.owner):
        engine = create_engine(url)
        with engine.connect() as connection:
            above = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            assert connection.scalar(text(above)) is False
        engine.dispose()


@pytest.mark.skipif(len(kinds_here()) < len(KINDS), reason="PostgreSQL was not found")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
def test_on_postgresql_the_application_may_not_change_a_table(addresses: Addresses) -> None:
    engine = create_engine(addresses.application)
    with (
        engine.connect() as connection,
        pytest.raises(ProgrammingError, match="must be owner"),
    ):
        connection.execute(text("ALTER TABLE organisations ADD COLUMN motto text"))
    engine.dispose()
