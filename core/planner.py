"""PostgreSQL's planner told of rows that are new: each reference to them is checked by what it knows."""

from sqlalchemy import func, select

from core.database import db

# So many new rows are worth telling.
MANY = 200


def look_at_rows() -> None:
    """Have the planner look at debtors and invoices, of which an import has added many."""
    _call("look_at_rows")


def look_at_growth(table: str, rows: int) -> None:
    """Have the planner look at notices, links or messages where they grew much, as in a run's first chunk.

    `rows` were added just now. While it knows nothing of them, each reference to one is looked for in all of
    them. For a few nothing is done.
    """
    if rows >= MANY:
        _call("look_at_growth", table)


def _call(name: str, *about: str) -> None:
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(getattr(func, name)(*about)))
