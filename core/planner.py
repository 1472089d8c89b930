"""PostgreSQL's planner told of rows that are new: each reference to them is checked by what it knows."""

from sqlalchemy import func, select

from core.database import db


def look_at_rows() -> None:
    """Have the planner look at debtors and invoices, of which an import has added many."""
    _call("look_at_rows")


def look_at_growth() -> None:
    """Have the planner look at the outbox's tables where they grew much, as in a run's first chunk."""
    _call("look_at_growth")


def _call(name: str) -> None:
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(getattr(func, name)()))
