"""A PostgreSQL server for one test run: the one TEST_POSTGRES_URL names, or one of our own on loopback.

Whichever process of a run (pytest itself, or one of its workers) needs the server first starts it; the others
find its address in the run's folder. The process that made the folder ends the server.
"""

import fcntl
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests import machine

# A test's database may be lost with the machine's power; waiting for the disk would only cost time.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}
FOLDER = "PORTAL_TEST_RUN"


@dataclass(frozen=True, slots=True)
class Roles:
    """One worker's database, as its two roles see it. Neither stands above row-level security."""

    owner_url: str
    application_url: str


def open_run() -> Path:
    """Make this run's folder and tell the workers about it."""
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=machine.memory()))
    folder.chmod(0o755)
    os.environ[FOLDER] = str(folder)
    return folder


def close_run(folder: Path) -> None:
    """End the run's own server, if one was started, and remove the folder."""
    data = folder / "postgres"
    if (data / "postmaster.pid").exists():
        _as_server_user("pg_ctl", "stop", "--pgdata", str(data), "--mode", "immediate")
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(FOLDER, None)


def administrator_url() -> URL:
    """Return the server's address as its administrator (a superuser), starting the server if need be."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        return make_url(given).set(drivername="postgresql")
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / "address"
        if not address.exists():
            address.touch(mode=0o600)
            address.write_text(_start(folder / "postgres", SETTINGS))
        return make_url(address.read_text())


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server of one test's own, which may be restarted under its feet."""

    data: Path
    administrator_url: URL

    def restart_hard(self) -> None:
        """End every process of it at once, as a crash does, and start it again; returns when it answers."""
        _as_server_user(
            "pg_ctl", "restart", "--pgdata", str(self.data), "--mode", "immediate", "--wait", "--silent",
            "--log", str(self.data / "server.log"),
        )  # fmt: skip


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Run a server that keeps what it has committed when its processes die; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=machine.memory()))
    folder.chmod(0o755)
    data = folder / "postgres"
    try:
        yield OwnServer(data, make_url(_start(data, SETTINGS | {"synchronous_commit": "on"})))
    finally:
        _as_server_user("pg_ctl", "stop", "--pgdata", str(data), "--mode", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _start(data: Path, chosen: dict[str, str]) -> str:
    data.mkdir(mode=0o700)
    password, port = secrets.token_hex(16), _free_port()
    password_file = data.parent / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    user = _server_user()
    if user:
        shutil.chown(data, user)
        shutil.chown(password_file, user)
    _as_server_user(
        "initdb",
        *("--pgdata", str(data), "--username", "administrator", "--pwfile", str(password_file)),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
    )
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in (chosen | {"port": str(port)}).items())
    _as_server_user(
        "pg_ctl", "start", "--pgdata", str(data), "--log", str(data / "server.log"), "--wait", "--silent"
    )
    return f"postgresql://administrator:{password}@127.0.0.1:{port}/postgres"


def _server_user() -> str | None:
    """Return whom the server runs as when we are root, whom PostgreSQL refuses; None is ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _as_server_user(program: str, *arguments: str) -> None:
    binaries = machine.postgres_binaries()
    if binaries is None:
        raise LookupError("No PostgreSQL was found on this machine.")
    user = _server_user()
    group = pwd.getpwnam(user).pw_gid if user else None
    done = subprocess.run(
        [str(binaries / program), *arguments],
        # The server keeps its parent's output open for as long as it lives: a pipe here would never close.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=group,
        extra_groups=[] if user else None,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        check=False,
        timeout=60,
    )
    if done.returncode and arguments[0] != "stop":
        raise RuntimeError(
            f"PostgreSQL's {program} failed ({done.returncode}); it is run as {user or 'yourself'}."
        )


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


@contextmanager
def database_of(worker: str, administrator: URL | None = None) -> Iterator[Roles]:
    """Make an empty database and its two roles for this worker; drop them at the end.

    What the owner creates in it later, the application may read and write, as in an installation.
    """
    administrator = administrator or administrator_url()
    name = f"portal_test_{worker}_{secrets.token_hex(4)}"
    owner, application = f"{name}_owner", f"{name}_app"
    passwords = {owner: secrets.token_hex(16), application: secrets.token_hex(16)}
    with _connected(administrator) as connection:
        for role, password in passwords.items():
            _run(
                connection,
                "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}",
                role,
                sql.Literal(password),
            )
        _run(connection, "CREATE DATABASE {} OWNER {} TEMPLATE template0", name, owner)
    urls = {
        role: administrator.set(
            drivername="postgresql+psycopg", username=role, password=password, database=name
        ).render_as_string(hide_password=False)
        for role, password in passwords.items()
    }
    with _connected(make_url(urls[owner]).set(drivername="postgresql")) as connection:
        grant = "ALTER DEFAULT PRIVILEGES GRANT {} TO {}"
        _run(connection, grant, sql.SQL("SELECT, INSERT, UPDATE, DELETE ON TABLES"), application)
        _run(connection, grant, sql.SQL("USAGE, SELECT ON SEQUENCES"), application)
    try:
        yield Roles(owner_url=urls[owner], application_url=urls[application])
    finally:
        with _connected(administrator) as connection:
            _run(connection, "DROP DATABASE {} WITH (FORCE)", name)
            _run(connection, "DROP ROLE {}", application)
            _run(connection, "DROP ROLE {}", owner)


Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]


def _connected(url: URL) -> Connection:
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _run(connection: Connection, statement: LiteralString, *parts: str | sql.Composable) -> None:
    named = [sql.Identifier(part) if isinstance(part, str) else part for part in parts]
    connection.execute(sql.SQL(statement).format(*named))
