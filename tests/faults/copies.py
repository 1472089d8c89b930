"""Many rows like one that a factory made, written in one statement a table."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, inspect

from core.database import OfOrganisation, db


def copies(row: OfOrganisation, number: int, changed: Callable[[int], dict[str, Any]]) -> list[int]:
    """Store `number` rows like this one, the nth with what `changed(n)` says, and return their ids in order.

    What a column draws for itself, such as a public id, is drawn anew for each; what the database computes,
    it computes.
    """
    kind = type(row)
    columns = inspect(kind).columns
    drawn = {name for name, column in columns.items() if callable(getattr(column.default, "arg", None))}
    computed = {name for name, column in columns.items() if column.computed is not None}
    same = {name: getattr(row, name) for name in set(columns.keys()) - drawn - computed - {"id"}}
    if not number:
        return []
    stored = insert(kind).returning(kind.id, sort_by_parameter_order=True)
    return list(db.session.scalars(stored, [same | changed(n) for n in range(number)]))
