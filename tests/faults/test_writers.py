"""SQLite with four processes that write at once, and are killed: what was said to be stored is stored."""

import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.house.code import ROOT

WRITERS, KILLS = 4, 10


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_when_writers_are_killed(database_url: str, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.faults.writers", database_url, tmp_path]
    subprocess.run([*map(str, program), str(WRITERS), str(KILLS)], cwd=ROOT, check=True, capture_output=True)
    acknowledged = (tmp_path / "acknowledged").read_text().splitlines()
    with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchall()
        stored = Counter(name for (name,) in connection.execute("SELECT name FROM organisations"))
    assert not (tmp_path / "faults").exists(), (tmp_path / "faults").read_text()
    assert verdict == [("ok",)]
    assert set(acknowledged) - set(stored) == set()
    assert set(stored.values()) == {1}
    # A writer that was killed between its commit and its word leaves one row more, never two.
    assert len(stored) - len(acknowledged) <= WRITERS + KILLS
    assert len({name.split("-")[0] for name in acknowledged}) > WRITERS, "Those begun after a kill wrote too."
