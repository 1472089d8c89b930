"""Whether the database answers and stands at the newest migration."""

from functools import cache
from pathlib import Path

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from core.database import db

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def newest_revision() -> str | None:
    """Return the newest migration this code knows; read once, since it only changes with the code."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def is_ready() -> bool:
    """Return whether the database answers and is at the newest migration."""
    try:
        current = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError as error:
        structlog.get_logger().error("database away", reason=type(error).__name__)
        return False
    return current == newest_revision()
