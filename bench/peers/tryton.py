"""Tryton in an environment of its own, and databases of it to measure on.

It is a separate program under GPL-3, so nothing here imports it: `bench.peers.tryton_run` does, over there.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from bench.page import ROOT
from bench.results import LeftOut

PINS = Path(__file__).with_name("tryton.txt")
FOLDER = ROOT / "var" / "bench" / "tryton"
MODULE = "account_dunning"


def version() -> str:
    """Return which version of the module that reminds is measured."""
    return PINS.read_text().partition("\ntrytond-account-dunning==")[2].partition("\n")[0]


def environment() -> Path:
    """Return the folder of Tryton's programs; what is not there, or not as pinned, is installed first."""
    stamp, wanted = FOLDER / "installed.txt", f"{sys.version}\n{PINS.read_text()}"
    programs = FOLDER / "bin"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "--python", str(programs / "python")]
        _installed([sys.executable, "-m", "venv", "--without-pip", str(FOLDER)])
        _installed([*pip, "install", "--quiet", "--requirement", str(PINS)])
        stamp.write_text(wanted)
    return programs


def _installed(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise LeftOut(f"Tryton could not be installed ({said[-1]})")


@dataclass(frozen=True, slots=True)
class Tryton:
    """Tryton's programs on a server of PostgreSQL."""

    programs: Path
    server: URL

    def founded(self, name: str) -> None:
        """Make a database with the tables of the module and of those it needs."""
        self._made(name, template="template0")
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(secrets.token_hex(16))
            password.flush()
            words = ["-u", MODULE, "--activate-dependencies", "--email", "bench@voltwerk.example"]
            self._told(name, ["trytond-admin", "-d", name, *words], {"TRYTONPASSFILE": password.name})

    def filled(self, name: str, *, template: str, each: int, lines: Mapping[date, int]) -> None:
        """Make a copy of a founded database, with so many lines that are due on each day, `each` a party."""
        self._made(name, template=template)
        words = [word for due_on, count in lines.items() for word in (str(count), due_on.isoformat())]
        self._told(name, [*DRIVER, "prepare", str(each), *words])
        with self._connected(name) as connection:
            connection.execute("VACUUM ANALYZE")

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """Make a copy of a filled database for as long as it is needed."""
        name = f"{template}_copy"
        self._made(name, template=template)
        try:
            yield name
        finally:
            self.dropped(name)

    def run(self, name: str, days: Iterable[date]) -> list[dict[str, float]]:
        """Create and process on each day what is due, all in a process of its own; return what it tells."""
        words = [day.isoformat() for day in days]
        told: list[dict[str, float]] = json.loads(self._told(name, [*DRIVER, "run", *words]))
        return told

    def dropped(self, name: str) -> None:
        """Drop a database, if it is there."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _made(self, name: str, *, template: str) -> None:
        self.dropped(name)
        self._do("CREATE DATABASE {} TEMPLATE {}", name, template)

    def _do(self, statement: Any, *names: str) -> None:
        with self._connected(self.server.database or "postgres") as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        address = self.server.set(drivername="postgresql", database=name)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _told(self, name: str, command: list[str], more: dict[str, str] | None = None) -> str:
        """Run one of its programs on this database; return what it printed."""
        address = self.server.set(drivername="postgresql", database="")
        own = {"TRYTOND_DATABASE_URI": address.render_as_string(hide_password=False), "DB_NAME": name}
        program, *words = command
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=ROOT,
            env=os.environ | own | (more or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Tryton failed: {done.stderr[-2000:]}")
        return done.stdout


DRIVER = ("python", "-m", "bench.peers.tryton_run")
