"""How Alembic runs: in the application's context, in one transaction, in batches on SQLite."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, create_engine

from core.database import Moment, db, only_reading

target = db.metadatas[None]
only_reading.set(True)


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as the plain one, so that old migrations need none of today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


def run() -> None:
    """Run the migrations on the configured database.

    Batch mode on SQLite copies tables; with foreign keys on, dropping the old copy would delete children or
    be refused, so they are off meanwhile and checked afterwards.
    """
    url = current_app.config.get("MIGRATION_URL")
    engine = create_engine(url) if url else db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _look_at_references(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=target,
            render_as_batch=True,
            compare_type=True,
            render_item=render,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"References are broken after the migration: {broken[:5]}")
            connection.rollback()
            _look_at_references(connection, "ON")


def _look_at_references(connection: Connection, wanted: str) -> None:
    """Switch foreign keys of SQLite on or off, before a transaction begins: within one it does nothing."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={wanted}")


run()
