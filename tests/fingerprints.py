"""What stands in every table, as one text per table: the same before and after when nothing was changed."""

from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from core import tenancy
from core.database import db

# That somebody was seen is noted at most once a minute, by whatever page they open.
NOTED = ("seen_at",)


def fingerprints(*, organisation_id: int | None = None, but_of: int | None = None) -> dict[str, str]:
    """Return a text for each table; with an organisation, of its rows only, `but_of` one debtor of it.

    Needs the app's context.
    """
    found = {}
    given = {"owner": organisation_id, "debtor": but_of}
    with tenancy.everywhere():
        connection = db.session.connection()
        for table in db.metadata.sorted_tables:
            if organisation_id is not None and "organisation_id" not in table.columns:
                continue
            rows = _rows(table, organisation_id is not None, but_of is not None)
            everything = "\n".join(repr(tuple(row)) for row in connection.execute(rows, given))
            found[table.name] = sha256(everything.encode()).hexdigest()
        db.session.rollback()
    return found


@cache
def _rows(table: Table, is_of_one: bool, is_without_one: bool) -> Select[Any]:
    """Return what finds a table's rows: of `owner` only, without those of `debtor`."""
    columns = [column for column in table.columns if column.name not in NOTED]
    rows = select(*columns).order_by(*table.primary_key.columns)
    if is_of_one:
        rows = rows.where(table.columns.organisation_id == bindparam("owner"))
    if is_without_one and "debtor_id" in table.columns:
        rows = rows.where(table.columns.debtor_id.is_distinct_from(bindparam("debtor")))
    return rows
