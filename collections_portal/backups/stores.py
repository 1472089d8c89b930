"""What a backup needs of a database, of either kind."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from collections_portal.backups.postgres import PostgresStore
from collections_portal.backups.sqlite import SqliteStore

Finish = Callable[[str], None]
"""Brings the restored database at this address to the newest schema and lets it stand still."""


class Store(Protocol):
    """A database that is copied, or that a copy is put into."""

    kind: str

    def copy_to(self, target: Path) -> str:
        """Write one consistent copy while others work on; return its schema's revision."""

    def holds_data(self) -> bool:
        """Return whether there is an organisation. Raises TargetForeign for another program's tables."""

    def require_quiet(self) -> None:
        """Raise PortalRuns while anybody else is connected."""

    def put_back(self, copy: Path, *, backup_at: datetime, finish: Finish) -> None:
        """Put a copy in the place of what is there, wholly or not at all."""


def store_of(database_url: str) -> Store:
    """Return the store at this address."""
    url = make_url(database_url)
    return SqliteStore(url) if url.get_backend_name() == "sqlite" else PostgresStore(url)
