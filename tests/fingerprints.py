"""What stands in every table, as one text per table: the same before and after when nothing was changed."""

from hashlib import sha256

from sqlalchemy import select

from core import tenancy
from core.database import db

# That somebody was seen is noted at most once a minute, by whatever page they open.
NOTED = ("seen_at",)


def fingerprints(*, organisation_id: int | None = None, but_of: int | None = None) -> dict[str, str]:
    """Return a text for each table; with an organisation, of its rows only, `but_of` one debtor of it.

    Needs the app's context.
    """
    found = {}
    with tenancy.everywhere():
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in NOTED]
            rows = select(*columns).order_by(*table.primary_key.columns)
            if organisation_id is not None:
                if "organisation_id" not in table.columns:
                    continue
                rows = rows.where(table.columns.organisation_id == organisation_id)
            if but_of is not None and "debtor_id" in table.columns:
                rows = rows.where(table.columns.debtor_id.is_distinct_from(but_of))
            everything = "\n".join(repr(tuple(row)) for row in db.session.execute(rows))
            found[table.name] = sha256(everything.encode()).hexdigest()
        db.session.rollback()
    return found
