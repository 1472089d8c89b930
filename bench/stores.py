"""Empty, migrated databases to measure on, made as the test suite makes its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from tests import postgres
from tests.databases import Databases, kinds_here

KINDS = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


@dataclass(frozen=True, slots=True)
class Store:
    """A migrated database: its addresses as the portal, as its owner, and as who stands above all rules.

    On SQLite the three are one file. `folder` is for whatever else a measurement keeps.
    """

    kind: str
    url: str
    owner_url: str
    administrator_url: str
    folder: Path

    @property
    def name(self) -> str:
        """How people write the kind."""
        return KINDS[self.kind]


def kinds() -> list[str]:
    """Return what can be measured on here: PostgreSQL only where it can be had."""
    return [kind for kind in KINDS if kind in kinds_here()]


@contextmanager
def server() -> Iterator[URL]:
    """Run PostgreSQL, unless within a test run its own server does; hand out its administrator's address.

    What is stored meanwhile on PostgreSQL is stored there.
    """
    with _run():
        yield postgres.administrator_url()


@contextmanager
def _run() -> Iterator[None]:
    """Keep the folder of a run: where PostgreSQL's server lies, once it is needed."""
    with ExitStack() as ends:
        # Within a test run its own server does.
        if postgres.FOLDER not in os.environ:
            ends.callback(postgres.close_run, postgres.open_run())
        yield


@contextmanager
def store_of(kind: str) -> Iterator[Store]:
    """Make an empty, migrated database of this kind; nothing of it is left at the end.

    PostgreSQL runs with the test suite's settings: nothing is lost by not waiting for the disk, and a
    measurement of durable writes must turn that back on itself.
    """
    with ExitStack() as ends:
        ends.enter_context(_run())
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        made = Databases(folder, "bench")
        ends.callback(made.close)
        url, owner_url = made.of(kind).ready_for(folder)
        administrator_url = owner_url
        if kind == "postgresql":
            administrator_url = (
                postgres.administrator_url()
                .set(database=make_url(owner_url).database)
                .render_as_string(hide_password=False)
            )
        yield Store(kind, url, owner_url, administrator_url, folder)
