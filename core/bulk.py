"""Many rows at once: stored, changed and asked for, at little more than the database's own price.

PostgreSQL gets the rows of a statement as one JSON text, and a list of ids as one array: ten thousand
parameters cost it, and the driver, more than the rows themselves. SQLite takes rows one by one for nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Dialect,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from core import tenancy
from core.database import OfOrganisation, db

Row = Mapping[str, Any]


def store_all(
    table: type[OfOrganisation],
    rows: Sequence[Row],
    *,
    organisation_id: int,
    same: Row | None = None,
    returning: Sequence[InstrumentedAttribute[Any]] = (),
) -> Sequence[Any]:
    """Store rows of one organisation; `same` is what they have in common. Return these columns of each.

    All rows name the same columns. What nobody names gets its default; one that is made anew for each row,
    such as a public id, has to be given. Raises `tenancy.ForeignRow` for rows of another organisation.
    """
    tenancy.require_own(organisation_id)
    if not rows:
        return ()
    common = {**(same or {}), "organisation_id": organisation_id}
    common |= defaults_of(table, {*rows[0], *common})
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        stored = _insert_from_text(table, rows, common)
        found = connection.execute(stored.returning(*returning) if returning else stored)
    else:
        stored = insert(_table(table))
        each = [{**common, **row} for row in rows]
        found = connection.execute(stored.returning(*returning) if returning else stored, each)
    return found.all() if returning else ()


def change_all(table: type[OfOrganisation], rows: Sequence[Row], *, organisation_id: int) -> None:
    """Change rows of one organisation: each names its `id`, and the same columns with their new values."""
    tenancy.require_own(organisation_id)
    if not rows:
        return
    columns = _table(table).c
    names = [name for name in rows[0] if name != "id"]
    changed = update(_table(table)).where(columns.organisation_id == organisation_id)
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        given = _from_text(table, rows)
        mine = changed.where(columns.id == given.c.id)
        connection.execute(mine.values({name: given.c[name] for name in names}))
    else:
        mine = changed.where(columns.id == bindparam("given_id"))
        connection.execute(
            mine.values({name: bindparam(f"given_{name}") for name in names}),
            [{f"given_{name}": value for name, value in row.items()} for row in rows],
        )


def defaults_of(table: type[OfOrganisation], named: Collection[str]) -> dict[str, Any]:
    """Return the default of each column that is not named. Raises ValueError for one made anew each time."""
    found = {}
    for one in _table(table).c:
        default: Any = one.default
        if default is None or one.name in named:
            continue
        if default.is_callable:
            raise ValueError(f"Each row needs a {one.name} of its own.")
        found[one.name] = default.arg
    return found


def among(
    asked: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of ids."""
    return _Among(asked, bindparam(None, list(ids), type_=_Ids(), unique=True, literal_execute=True))


def among_given(
    asked: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
) -> ColumnElement[bool]:
    """Return the same for a statement of `core.prepared`, which is given them as `ids`."""
    return _Among(asked, bindparam("ids", type_=_Ids(), literal_execute=True))


class _Ids(TypeDecorator[Collection[int]]):
    """Ids as one text: an array of PostgreSQL, elsewhere of JSON.

    It is written into the statement and no parameter: of what it knows when it plans PostgreSQL makes a
    table to look things up in, while with an array that comes later each row is compared with every id.
    """

    impl = Text
    cache_ok = True

    def process_literal_param(self, value: Collection[int] | None, dialect: Dialect) -> str:
        listed = ",".join(str(int(one)) for one in value or ())
        return f"{{{listed}}}" if dialect.name == "postgresql" else f"[{listed}]"


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _in_json(element: _Among, compiler: Any, **options: Any) -> str:
    asked, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"{asked} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  names and an escaped literal, both written by the compiler


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: Any, **options: Any) -> str:
    asked, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"{asked} = ANY (CAST({ids} AS BIGINT[]))"


def _table(table: type[OfOrganisation]) -> Table:
    found: Any = table
    mapped: Table = found.__table__
    return mapped


def _insert_from_text(table: type[OfOrganisation], rows: Sequence[Row], common: Row) -> Insert:
    given, columns = _from_text(table, rows), _table(table).c
    own = list(rows[0])
    alike = [name for name in common if name not in own]
    source = select(
        *(given.c[name] for name in own), *(literal(common[name], columns[name].type) for name in alike)
    )
    return insert(_table(table)).from_select([*own, *alike], source, include_defaults=False)


def _from_text(table: type[OfOrganisation], rows: Sequence[Row]) -> TableValuedAlias:
    """Return the rows as something to select from, each column with the type of the one it is for."""
    columns = _table(table).c
    text = bindparam(None, json.dumps(rows, default=_written), type_=Text(), unique=True)
    typed = [column(name, columns[name].type) for name in rows[0]]
    return (
        func.json_to_recordset(cast(text, JSON))
        .table_valued(*typed, name="given")
        .render_derived(with_types=True)
    )


def _written(value: Any) -> str:
    """Return a value that JSON does not know as PostgreSQL reads it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")
