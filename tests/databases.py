"""The databases of the suite: every test that needs one runs on SQLite and on PostgreSQL.

Each worker migrates one database of either kind, once. A test on SQLite gets a copy of the migrated file; a
test on PostgreSQL finds the rows of the one before it deleted: that takes 2 ms, where TRUNCATE takes 100 and
a copy of a template 150.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from collections_portal.config import Config
from core.database import db
from tests import machine, postgres

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Sqlite:
    """The migrated file that each test gets a copy of."""

    template: Path
    kind = "sqlite"

    def ready_for(self, folder: Path) -> tuple[str, str]:
        """Put an empty, migrated database into a folder, in the place of the last one there; return its
        address, twice."""
        file = folder / "portal.sqlite"
        # Whoever still has the last one open keeps that.
        for left in folder.glob("portal.sqlite*"):
            left.unlink()
        shutil.copyfile(self.template, file)
        return f"sqlite:///{file}", f"sqlite:///{file}"


@dataclass(frozen=True)
class Postgresql:
    """One migrated database, emptied for each test."""

    roles: postgres.Roles
    kind = "postgresql"

    def ready_for(self, folder: Path) -> tuple[str, str]:
        """Empty the database; return its addresses as the application and as the owner."""
        try:
            self._administrator.execute(self._empty)
        except psycopg.errors.LockNotAvailable as error:
            raise AssertionError("The test before this one left a transaction open.") from error
        return self.roles.application_url, self.roles.owner_url

    @cached_property
    def _administrator(self) -> psycopg.Connection[tuple[object, ...]]:
        address = postgres.administrator_url().set(database=make_url(self.roles.owner_url).database)
        connection = psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
        connection.execute("SET lock_timeout = '5s'")
        # As a replica, neither references nor the audit trail's trigger object to the deletion.
        connection.execute("SET session_replication_role = replica")
        return connection

    @cached_property
    def _empty(self) -> sql.Composed:
        tables = self._administrator.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        return sql.SQL(";").join(
            sql.SQL("DELETE FROM {}").format(sql.Identifier(str(name))) for (name,) in tables
        )

    def close(self) -> None:
        """End the administrator's connection, if there was one."""
        if "_administrator" in self.__dict__:
            self._administrator.close()


Database = Sqlite | Postgresql


def migrate(owner_url: str, folder: Path) -> None:
    """Run the real migrations, from nothing to the newest, as the database's owner."""
    # Imported here, so that a door which does not import leaves tests of pure rules running.
    from collections_portal.app import create_app

    app = create_app(Config.for_tests(database_url=owner_url, var_dir=folder))

    def upgrade() -> None:
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()

    # The migrations set context variables for themselves; a test must not inherit them.
    copy_context().run(upgrade)


class Databases:
    """What this worker has made so far; the first test that asks pays for it."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder, self.folder_of_tests = folder, folder / "tests"
        self.folder_of_tests.mkdir()
        self.worker = worker
        self._ends: list[Iterator[Database]] = []
        self._made: dict[str, Database] = {}

    def of(self, kind: str) -> Database:
        """Return the worker's database of this kind."""
        if kind not in self._made:
            making = self._sqlite() if kind == "sqlite" else self._postgresql()
            self._made[kind] = next(making)
            self._ends.append(making)
        return self._made[kind]

    def close(self) -> None:
        """Drop what lies outside the folder."""
        for end in self._ends:
            next(end, None)

    def _sqlite(self) -> Iterator[Database]:
        template = self.folder / "template.sqlite"
        migrate(f"sqlite:///{template}", self.folder)
        if template.with_name("template.sqlite-wal").exists():
            raise AssertionError("The migrations left a connection open: a copy of the file would lack rows.")
        yield Sqlite(template)

    def _postgresql(self) -> Iterator[Database]:
        with postgres.database_of(self.worker) as roles:
            migrate(roles.owner_url, self.folder)
            made = Postgresql(roles)
            yield made
            made.close()


def kinds_here() -> tuple[str, ...]:
    """Return what tests run on: both, or SQLite alone where PostgreSQL cannot be had."""
    return KINDS if machine.postgres() else KINDS[:1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--database sqlite`, to run one half while working on something."""
    parser.addoption("--database", choices=KINDS, help="run tests with a database on this kind only")


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder, once for all workers; refuse to leave PostgreSQL out in CI."""
    if machine.in_ci() and len(kinds_here()) < len(KINDS):
        raise pytest.UsageError("PostgreSQL was not found, and in CI nothing may be left out.")
    if not hasattr(config, "workerinput") and postgres.FOLDER not in os.environ:
        config.stash[_run] = postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's server and remove its folder."""
    folder = config.stash.get(_run, None)
    if folder:
        postgres.close_run(folder)


_run = pytest.StashKey[Path]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that needs a database, directly or through another fixture, on each kind.

    A test of one kind says so itself, by `pytest.mark.parametrize("database", [...], indirect=True)`.
    """
    marks = metafunc.definition.iter_markers("parametrize")
    if "database" in metafunc.fixturenames and not any(mark.args[0] == "database" for mark in marks):
        only = metafunc.config.getoption("--database")
        metafunc.parametrize("database", [only] if only else kinds_here(), indirect=True, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that half of the tests did not run."""
    if len(kinds_here()) < len(KINDS):
        terminalreporter.write_line(
            "PostgreSQL was not found: tests ran on SQLite only. Install it, or set TEST_POSTGRES_URL.",
            yellow=True,
        )


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    """What this worker has made so far."""
    with tempfile.TemporaryDirectory(prefix="portal-tests-", dir=machine.memory()) as folder:
        made = Databases(Path(folder), worker_id)
        yield made
        made.close()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, databases: Databases) -> Database:
    """The worker's migrated database: SQLite's, and in the test's other run PostgreSQL's."""
    return databases.of(request.param)


@dataclass(frozen=True, slots=True)
class Addresses:
    """An empty, migrated database, as the application and as the migrations see it."""

    application: str
    owner: str


@pytest.fixture
def addresses(database: Database, databases: Databases) -> Addresses:
    """Both addresses of this test's database; SQLite's too lies in the same place for every test."""
    return Addresses(*database.ready_for(databases.folder_of_tests))


@pytest.fixture
def database_url(addresses: Addresses) -> str:
    """The application's address of this test's database: migrated, and without a row."""
    return addresses.application
