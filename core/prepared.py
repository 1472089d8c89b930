"""Statements that are made once and asked often, straight on the connection.

The session would add the organisation to each of them, which takes longer than asking. These name it
themselves, as the parameter `of_organisation` in each of their parts, and it is held against the one that is
worked for.
"""

from typing import Any

from sqlalchemy import CursorResult, Executable, insert

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
