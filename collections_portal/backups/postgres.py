"""PostgreSQL's part of a backup: its own programs make the copy and put it back, in one transaction."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from collections_portal.backups.refusals import (
    DatabaseMissing,
    FinishFailed,
    PortalRuns,
    TargetForeign,
    ToolFailed,
    ToolMissing,
)

# Where distributions keep the programs of one version.
FOLDERS = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
)
# Row-level security stands in the way of its own owner: these programs work for all organisations.
EVERYWHERE = "-c app.organisation=everywhere"
ROWS_ONLY = ("--no-owner", "--no-privileges", "--enable-row-security")
# Who is still connected is not waited for.
BEGINNING = "SET lock_timeout = '10s'; BEGIN;\n"
PIECE = 1024 * 1024
# A connection that was just closed is still listed for a moment, in seconds; a restore that was killed leaves
# a psql behind that works off what it was told last.
MOMENT, LEFT_BEHIND = 8.0, 60.0
OURS = "portal restore"
OTHERS = (
    "SELECT application_name, usename, backend_start FROM pg_stat_activity"
    " WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
    " ORDER BY backend_start"
)
# Nothing may leave from the very moment on in which the rows are there: the rest of the restore comes after.
STANDS_STILL = """
DO $$ BEGIN
  IF to_regclass('public.restores') IS NOT NULL THEN
    INSERT INTO public.restores (organisation_id, backup_at, restored_at)
    SELECT id, '{backup_at}', now() FROM public.organisations ON CONFLICT DO NOTHING;
  END IF;
END $$;
"""


class PostgresStore:
    """A database at a server, at the address of its owner."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url = url

    def copy_to(self, target: Path) -> str:
        """Let pg_dump read one snapshot while others work on.

        Raises ToolMissing, ToolFailed and DatabaseMissing.
        """
        with self._connected() as connection:
            version, revision = _version(connection), _revision(connection)
        self._dump(version, target)
        return revision

    def holds_data(self) -> bool:
        """Return whether there is an organisation."""
        with self._connected() as connection:
            tables = _tables(connection)
            if tables and "alembic_version" not in tables:
                raise TargetForeign
            return "organisations" in tables and bool(
                connection.execute("SELECT 1 FROM public.organisations LIMIT 1").fetchone()
            )

    def require_quiet(self) -> None:
        """Raise PortalRuns while another connection to this database is open."""
        with self._connected() as connection:
            # Within one transaction the server tells again and again who was there at its beginning.
            connection.autocommit = True
            began = monotonic()
            while others := connection.execute(OTHERS).fetchall():
                is_left_behind = all(name == OURS for name, *_rest in others)
                if monotonic() - began > (LEFT_BEHIND if is_left_behind else MOMENT):
                    raise PortalRuns(who=_told(*others[0]))
                sleep(0.1)

    def put_back(self, copy: Path, *, backup_at: datetime, finish: Callable[[str], None]) -> None:
        """Put the rows in the place of what is there, in one transaction, then finish.

        Raises ToolMissing and ToolFailed, and leaves the database as it was; FinishFailed when the rows are
        there, stand still, and the rest did not succeed.
        """
        with self._connected() as connection:
            version, dropping = _version(connection), _dropping(connection)
        reader = _tool("pg_restore", version)
        with self._transaction(version) as write:
            write(dropping)
            _read(reader, copy, write)
            write(STANDS_STILL.format(backup_at=backup_at.isoformat()))
        try:
            named = self._url.update_query_dict({"application_name": OURS})
            finish(named.render_as_string(hide_password=False))
        except BaseException as error:
            raise FinishFailed from error

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, options=EVERYWHERE) as connection:
            yield connection

    def _dump(self, version: int, target: Path) -> None:
        # The archive compresses already.
        how = ("--format=custom", "--compress=0", *ROWS_ONLY, f"--file={target}", self._address)
        done = subprocess.run(
            [_tool("pg_dump", version), *how], env=self._environment, capture_output=True, check=False
        )
        if done.returncode:
            raise ToolFailed(tool="pg_dump", words=_last(done.stderr))

    @contextmanager
    def _transaction(self, version: int) -> Iterator[Callable[[str], object]]:
        """Yield what writes to psql, whose transaction is committed only when the block comes to its end."""
        program = _tool("psql", version)
        with tempfile.TemporaryFile() as said:
            psql = subprocess.Popen(
                [program, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", self._address],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=self._environment | {"PGAPPNAME": OURS},
                text=True,
                encoding="utf-8",
            )
            is_cut = False
            try:
                with psql.stdin as pipe:  # type: ignore[union-attr]  # it was asked for
                    pipe.write(BEGINNING)
                    yield pipe.write
                    pipe.write("COMMIT;\n")
            except BrokenPipeError:
                # It stopped at an error, and says which.
                is_cut = True
            except BaseException:
                psql.kill()
                psql.wait()
                raise
            if psql.wait() or is_cut:
                said.seek(0)
                raise ToolFailed(tool="psql", words=_last(said.read()))

    @property
    def _address(self) -> str:
        """Where the database is, without the password: others can read the words of a command."""
        url = self._url
        plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        return f"--dbname={plain.render_as_string()}"

    @property
    def _environment(self) -> dict[str, str]:
        password = {"PGPASSWORD": str(self._url.password)} if self._url.password else {}
        return os.environ | password | {"PGOPTIONS": EVERYWHERE, "PGCLIENTENCODING": "UTF8"}


def _told(program: str, role: str, since: datetime | None) -> str:
    """Return who is connected, in words; of another role the server does not tell since when."""
    told = f"{program or 'a program without a name'} as {role}"
    return f"{told}, since {since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if since else told


def _read(program: str, copy: Path, write: Callable[[str], object]) -> None:
    """Write what pg_restore makes of a copy. Raises ToolFailed."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            [program, *ROWS_ONLY, "--file=-", str(copy)],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            encoding="utf-8",
        ) as reading:
            while reading.stdout and (piece := reading.stdout.read(PIECE)):
                write(piece)
        if reading.returncode:
            said.seek(0)
            raise ToolFailed(tool="pg_restore", words=_last(said.read()))


def _tool(name: str, version: int) -> str:
    """Return the program of the server's own version, else the one on PATH. Raises ToolMissing."""
    own = (Path(folder.format(version)) / name for folder in FOLDERS)
    found = next((str(path) for path in own if os.access(path, os.X_OK)), shutil.which(name))
    if found is None:
        raise ToolMissing(tool=name, version=version)
    return found


def _version(connection: psycopg.Connection[Any]) -> int:
    return connection.info.server_version // 10_000


def _revision(connection: psycopg.Connection[Any]) -> str:
    if "alembic_version" not in _tables(connection):
        raise DatabaseMissing
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    if row is None:
        raise DatabaseMissing
    return str(row[0])


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in found]


def _dropping(connection: psycopg.Connection[Any]) -> str:
    """Return the statements that take away the portal's tables and functions, not those of extensions."""
    statements = [
        sql.SQL("DROP TABLE public.{} CASCADE;").format(sql.Identifier(name)) for name in _tables(connection)
    ]
    functions = connection.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
    )
    dropped = [f"DROP FUNCTION {signature} CASCADE;" for (signature,) in functions]
    return "\n".join([*(statement.as_string(connection) for statement in statements), *dropped, ""])


def _last(words: bytes) -> str:
    """Return the last line that a program said."""
    lines = words.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it did not say why")
