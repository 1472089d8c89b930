"""Installations of their own, run by real processes: where a backup is made and where it is restored."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from pathlib import Path

import flask_migrate
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from collections_portal.app import create_app
from collections_portal.cli import main
from collections_portal.config import Config
from core import tenancy
from core.database import db
from core.transaction import reading
from tests import machine, postgres
from tests.installation import ENVIRONMENT

PROGRAM = Path(sys.executable).with_name("portal")


@dataclass(frozen=True)
class Place:
    """One installation: its database as the portal and as its owner see it, its folder, its mail server."""

    database_url: str
    owner_url: str
    var: Path
    mail_port: int = 1
    also: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command `portal` reads."""
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.mail_port), "SMTP_ENCRYPTION": "none"}
        database = {"DATABASE_URL": self.database_url, "MIGRATION_URL": self.owner_url}
        path = os.pathsep.join(map(str, filter(None, (machine.postgres_clients(), os.environ["PATH"]))))
        there = {"PATH": path, "PORTAL_VAR": str(self.var)}
        return ENVIRONMENT | mail | database | there | self.also

    def with_mail_to(self, port: int) -> "Place":
        """Return the same place, sending to this port of loopback."""
        return replace(self, mail_port=port)

    def portal(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run `portal` with these words, to its end."""
        return subprocess.run(
            [PROGRAM, *map(str, words)],
            env=self.environment,
            cwd=self.var.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def run(self, *words: object) -> Result:
        """Run `portal` with these words in this process, which is faster."""
        return CliRunner().invoke(main, [*map(str, words)], env=self.environment)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run `portal worker` until the block ends; it is killed, as in a disaster."""
        with (self.var.parent / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [PROGRAM, "worker"], env=self.environment, cwd=self.var.parent, stdout=log, stderr=log
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait(timeout=10)

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """Look into the place from this process, across organisations."""
        app = create_app(Config.from_environment(self.environment))
        with app.app_context(), tenancy.everywhere():
            yield app
            db.session.remove()
            db.engine.dispose()

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self.opened(), reading():
            return {
                table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in db.metadata.sorted_tables
            }


@contextmanager
def empty_place(kind: str, folder: Path) -> Iterator[Place]:
    """Make an empty place with a database of this kind, without a table in it."""
    folder.mkdir()
    with ExitStack() as things:
        if kind == "sqlite":
            url = owner = f"sqlite:///{folder / 'portal.sqlite'}"
        else:
            roles = things.enter_context(postgres.database_of("restored"))
            url, owner = roles.application_url, roles.owner_url
        yield Place(url, owner, folder / "var")


def migrated(place: Place, *, to: str = "head", back: bool = False) -> Place:
    """Bring a place to a migration, from an older one or `back` from a newer one."""
    app = create_app(Config.from_environment(place.environment | {"DATABASE_URL": place.owner_url}))

    def migrate() -> None:
        with app.app_context():
            (flask_migrate.downgrade if back else flask_migrate.upgrade)(revision=to)
            db.engine.dispose()

    # The migrations set context variables for themselves.
    copy_context().run(migrate)
    return place
