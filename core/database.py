"""The database: the declarative base, its column types, and the engine's manners on SQLite and PostgreSQL."""

import os
import sqlite3
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    UniqueConstraint,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored and read in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        value = value.astimezone(UTC)
        return value if dialect.name != "sqlite" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite only counts upwards by itself on a column that is exactly INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")
Minor = BigInteger()


class Base(DeclarativeBase):
    """Every table's base; one naming convention, so that migrations can name what they drop."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment()}


def choice(kind: type[StrEnum], *, name: str) -> Enum:
    """Return a column type that stores the values of a StrEnum as text and checks them."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


def belongs_to(table: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return the composite reference `(organisation_id, column)` that keeps organisations apart."""
    return ForeignKeyConstraint(
        ("organisation_id", column),
        (f"{table}.organisation_id", f"{table}.id"),
        ondelete=ondelete,
    )


class OfOrganisation:
    """A row of one organisation: serial id, the organisation's id, and the pair unique for references."""

    id: Mapped[int] = mapped_column(Key, primary_key=True)

    @declared_attr
    def organisation_id(cls) -> Mapped[int]:
        return mapped_column(Key, ForeignKey("organisations.id"))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("organisation_id", "id"), *getattr(cls, "__rules__", ()))


RESTED_SECONDS = 1.0

# True while nothing will be written (a GET): SQLite then takes no write lock.
only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


@event.listens_for(Engine, "do_connect")
def _make_private(dialect: Dialect, _record: Any, address: tuple[Any, ...], _options: Any) -> None:
    """Make a new SQLite file readable for nobody else; SQLite makes those beside it as the file is.

    A file that is there stays as it is: whoever runs the portal may have let others read it. Where none can
    be made SQLite says so itself.
    """
    if dialect.name == "sqlite" and address and not str(address[0]).startswith((":", "file:")):
        with suppress(OSError):
            os.close(os.open(address[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@event.listens_for(Engine, "connect")
def _set_manners(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=15000")
    cursor.close()


@event.listens_for(Engine, "checkin")
def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = monotonic()


@event.listens_for(Engine, "checkout")
def _still_there(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that rested whether its server is still there; SQLAlchemy then takes a new one.

    Asking every time (`pool_pre_ping`) costs each request one more message to the server.
    """
    rested = monotonic() - record.info.get("resting_since", monotonic())
    if rested < RESTED_SECONDS or not isinstance(connection, psycopg.Connection):
        return
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at the start: a plain BEGIN fails when two readers both turn into writers."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if only_reading.get() else "BEGIN IMMEDIATE")


@event.listens_for(Engine, "rollback")
def _roll_back(connection: Connection) -> None:
    """Roll back on PostgreSQL before psycopg does, which then has nothing left to do.

    With every ROLLBACK that it sends psycopg forgets its prepared statements. Each request that only reads
    ends with one, and the server would plan all statements of the next request anew.
    """
    if connection.closed or connection.invalidated:
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        # A broken connection stays in its transaction: psycopg says so, where SQLAlchemy looks for it.
        with suppress(psycopg.Error):
            driver.pgconn.exec_(b"ROLLBACK")
