"""Whether the database answers and stands at the newest migration."""

from functools import cache
from pathlib import Path

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from core.database import db

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def newest_revision() -> str | None:
    """Return the newest migration this code knows; read once, since it only changes with the code."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def knows(revision: str) -> bool:
    """Return whether this code has that migration, and so can go on from it."""
    try:
        return ScriptDirectory(str(MIGRATIONS)).get_revision(revision) is not None
    except CommandError:
        return False


def is_ready() -> bool:
    """Return whether the database answers and is at the newest migration."""
    try:
        current = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError as error:
        structlog.get_logger().error("database away", reason=type(error).__name__)
        return False
    return current == newest_revision()
