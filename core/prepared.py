"""Statements that are made once and asked often, straight on the connection.

The session would add the organisation to each of them, which takes longer than asking. These name it
themselves, as the parameter `of_organisation` in each of their parts, and it is held against the one that is
worked for.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import CursorResult, Executable, Select, insert, select, true

from core import tenancy
from core.database import OfOrganisation, db

Asked = CursorResult[*tuple[Any, ...]]


def ask(statement: Executable, *, organisation_id: int, **values: Any) -> Asked:
    """Return what the statement finds or changed, after what waits in the session was stored.

    Raises tenancy.NoOrganisation and tenancy.ForeignRow.
    """
    tenancy.require_own(organisation_id)
    db.session.flush()
    return db.session.connection().execute(statement, {"of_organisation": organisation_id, **values})


def add(table: type[OfOrganisation], *, organisation_id: int, **values: Any) -> None:
    """Store a row that nobody needs back. Raises tenancy.NoOrganisation and tenancy.ForeignRow."""
    tenancy.require_own(organisation_id)
    db.session.flush()
    db.session.connection().execute(insert(table), {"organisation_id": organisation_id, **values})


class SideBySide:
    """Statements that each find one row, asked as one: `SideBySide(letters=…, lines=…)`.

    Each names the organisation itself, as `of_organisation`, and all of its columns.
    """

    def __init__(self, **parts: Select[*tuple[Any, ...]]) -> None:
        rows = [part.subquery(name) for name, part in parts.items()]
        together: Any = rows[0]
        for row in rows[1:]:
            together = together.join(row, true())
        self._places = [(row.name, column.name) for row in rows for column in row.c]
        self._all = select(*(column for row in rows for column in row.c)).select_from(together)

    def ask(self, *, organisation_id: int, **values: Any) -> Mapping[str, Mapping[str, Any]]:
        """Return each part's row, by its columns' names.

        Raises tenancy.NoOrganisation and tenancy.ForeignRow.
        """
        found = ask(self._all, organisation_id=organisation_id, **values).one()
        told = zip(self._places, found, strict=True)
        return {
            part: {column: value for (_, column), value in each}
            for part, each in groupby(told, key=lambda one: one[0][0])
        }
