"""SQLite's part of a backup: the copy that its own backup interface makes, and the file put back."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from collections_portal.backups.archive import sync_folder
from collections_portal.backups.refusals import ArchiveDamaged, DatabaseMissing, PortalRuns, TargetForeign
from core.disk import DiskFull, room

# The second one is a file that may not grow any further.
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)


class SqliteStore:
    """A database file."""

    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        self._url = url
        self._file = Path(url.database or "")

    def copy_to(self, target: Path) -> str:
        """Copy page by page within one read transaction: writers go on.

        Raises DatabaseMissing and DiskFull.
        """
        if not self._file.is_file():
            raise DatabaseMissing
        with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(target)) as copy:
            try:
                source.backup(copy)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode in _NO_ROOM:
                    raise DiskFull from error
                raise
            # One file: nothing of it stays in a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            try:
                row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            except sqlite3.OperationalError as error:
                raise DatabaseMissing from error
        if row is None:
            raise DatabaseMissing
        return str(row[0])

    def holds_data(self) -> bool:
        """Return whether there is an organisation; a file that cannot be read counts as one."""
        if not self._file.is_file():
            return False
        with closing(sqlite3.connect(self._file)) as connection:
            try:
                tables = {
                    name
                    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                }
                if tables and "alembic_version" not in tables:
                    raise TargetForeign
                return "organisations" in tables and bool(
                    connection.execute("SELECT 1 FROM organisations LIMIT 1").fetchone()
                )
            except sqlite3.DatabaseError:
                return True

    def require_quiet(self) -> None:
        """Raise PortalRuns when another process has the file open: to leave WAL one must be alone."""
        if not self._file.is_file():
            return
        with closing(sqlite3.connect(self._file, timeout=0)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                    raise PortalRuns(who="another process has its file open") from error
            except sqlite3.DatabaseError:
                # It cannot be read any more, which may be why it is replaced.
                return

    def put_back(self, copy: Path, *, backup_at: datetime, finish: Callable[[str], None]) -> None:
        """Finish the copy beside the database, then let it take its place by one renaming."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        staged = self._file.with_name(f".{self._file.name}.restoring")
        try:
            self._beside(staged).unlink(missing_ok=True)
            _copy_for_us_alone(copy, staged)
            _require_sound(staged)
            finish(self._url.set(database=str(staged)).render_as_string(hide_password=False))
            _settle(staged)
            self._beside(self._file).unlink(missing_ok=True)
            self._file.with_name(f"{self._file.name}-shm").unlink(missing_ok=True)
            staged.replace(self._file)
            sync_folder(self._file.parent)
        finally:
            staged.unlink(missing_ok=True)
            self._beside(staged).unlink(missing_ok=True)

    @staticmethod
    def _beside(file: Path) -> Path:
        return file.with_name(f"{file.name}-wal")


def _copy_for_us_alone(copy: Path, target: Path) -> None:
    """Write the copy into a new file that nobody else could read at any moment, whatever the umask."""
    target.unlink(missing_ok=True)
    private = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with room(), os.fdopen(private, "wb") as written, copy.open("rb") as read:
        shutil.copyfileobj(read, written)


def _require_sound(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        try:
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise ArchiveDamaged(why=f"the database inside: {verdict}")


def _settle(file: Path) -> None:
    """Bring everything into the one file, and that onto the disk."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
