"""Organisations apart: which organisation's rows this piece of work may see.

Four guards stand one behind the other: doors take the organisation from the session only; this module adds
the organisation to every ORM statement and refuses rows of another one; references are composite; and on
PostgreSQL row-level security asks for the same setting that is made here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, cast

import psycopg
from sqlalchemy import ClauseElement, CompoundSelect, Engine, Executable, Select, Table, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InternalError, PendingRollbackError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from core.database import OfOrganisation, db

EVERYWHERE = "everywhere"
_current: ContextVar[int | str | None] = ContextVar("organisation", default=None)


class NoOrganisation(RuntimeError):
    """A statement was made without saying for which organisation: a mistake in the program."""


class ForeignRow(RuntimeError):
    """A row of another organisation was about to be written: a mistake in the program."""


def current() -> int | str | None:
    """Return the organisation's id, EVERYWHERE, or None when nothing was said."""
    return _current.get()


@contextmanager
def scope(organisation_id: int) -> Iterator[None]:
    """Work for one organisation."""
    yield from _within(organisation_id)


@contextmanager
def everywhere() -> Iterator[None]:
    """Work across organisations: signing in, looking up a link, workers and schedules."""
    yield from _within(EVERYWHERE)


def _within(value: int | str) -> Iterator[None]:
    token = _current.set(value)
    _tell_database()
    try:
        yield
    finally:
        _current.reset(token)
        # A transaction that failed takes no command but its end, and with that the setting goes too.
        with suppress(InternalError, PendingRollbackError):
            _tell_database()


class Entered(FunctionElement[Any]):
    """A column, made of the organisation's id, for a statement that looks up the one row of a visitor.

    PostgreSQL works for that organisation from then on, which saves a statement that tells it; see `enter`.
    """

    inherit_cache = True


@compiles(Entered)
def _plain(element: Entered, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(Entered, "postgresql")
def _telling(element: Entered, compiler: Any, **options: Any) -> str:
    words = compiler.process(element.clauses, **options)
    return f"set_config('app.organisation', CAST({words} AS text), true)"


def enter(organisation_id: int | str | None, *, is_told: bool = False) -> None:
    """Set the organisation, or EVERYWHERE, for the rest of this request or job; `leave` ends it.

    `is_told` says that the database knows already, by an `Entered` column.
    """
    _current.set(organisation_id)
    if not is_told:
        _tell_database()


def leave() -> None:
    """Forget the organisation at the end of a request or job."""
    _current.set(None)


def _tell_database() -> None:
    if db.session.registry.has() and db.session().in_transaction():
        _tell(db.session().connection())


def _tell(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('app.organisation', %s, true)", (_in_words(),))


def _in_words() -> str:
    value = _current.get()
    return "" if value is None else str(value)


@event.listens_for(Engine, "connect")
def _begin_ourselves(connection: Any, _record: Any) -> None:
    """Let psycopg send no BEGIN of its own: `_begin` does, and the organisation with it."""
    if isinstance(connection, psycopg.Connection):
        connection.autocommit = True


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Begin a transaction on PostgreSQL and say for whom, in one message to the server instead of two."""
    if connection.dialect.name == "postgresql":
        # The words are a number of ours, `everywhere` or nothing: several statements cannot take parameters.
        connection.exec_driver_sql(f"BEGIN; SELECT set_config('app.organisation', '{_in_words()}', true)")


@event.listens_for(Session, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    asked_for = any(issubclass(mapper.class_, OfOrganisation) for mapper in state.all_mappers)
    if not asked_for and not _names_rows(state.statement):
        return
    value = _current.get()
    if value is None:
        raise NoOrganisation(f"Asked for without an organisation: {state.statement}")
    if value == EVERYWHERE or state.is_insert:
        return
    mine = with_loader_criteria(
        OfOrganisation,
        lambda cls: cls.organisation_id == value,
        include_aliases=True,
        track_closure_variables=True,
    )
    if asked_for:
        state.statement = state.statement.options(mine)
    else:
        # A count or a union has no row of its own; the selects inside it are told instead.
        state.statement = replacement_traverse(cast(Any, state.statement), {}, _telling_selects(mine))


def _telling_selects(option: ExecutableOption) -> Any:
    def replaced(part: Any, **_: Any) -> Any:
        return part.options(option) if isinstance(part, Select | CompoundSelect) else None

    return replaced


def _names_rows(statement: Executable) -> bool:
    """Return whether rows of organisations are asked for anywhere inside, as in a count of a subquery."""
    parts = iterate(cast(ClauseElement, statement))
    return any(isinstance(part, Table) and "organisation_id" in part.c for part in parts)


def require_own(organisation_id: int) -> None:
    """Refuse rows of another organisation where neither the guard nor a flush sees them.

    Raises NoOrganisation and ForeignRow.
    """
    value = _current.get()
    if value is None:
        raise NoOrganisation("Rows were asked for or written without an organisation.")
    if value not in (EVERYWHERE, organisation_id):
        raise ForeignRow("These rows belong to another organisation.")


@event.listens_for(Session, "before_flush")
def _refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    value = _current.get()
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, OfOrganisation):
            continue
        if value is None:
            raise NoOrganisation(f"{type(row).__name__} was written without an organisation.")
        if value != EVERYWHERE and row.organisation_id not in (None, value):
            raise ForeignRow(f"{type(row).__name__} belongs to another organisation.")
