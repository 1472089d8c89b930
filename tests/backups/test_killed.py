"""A restore or a backup whose process is killed: never half of anything that a portal would work on."""

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from collections_portal.backups import files, postgres
from collections_portal.backups.refusals import RestoreUnfinished
from invoices.importing.shelf import shelf_in
from tests.backups.places import PROGRAM, Place, migrated
from tests.backups.test_commands import found, organisations, uploads
from tests.databases import KINDS, kinds_here

pytestmark = pytest.mark.timeout(120)


def killed(place: Place, *words: object, when: Callable[[], bool]) -> int:
    """Start `portal` with these words, kill it as soon as it is so, and return how it ended."""
    process = subprocess.Popen(
        [PROGRAM, *map(str, words)],
        env=place.environment,
        cwd=place.var.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not when():
        time.sleep(0.0005)
    process.kill()
    return process.wait(timeout=10)


@pytest.mark.parametrize("moment", ["it begins", "the files are in place", "a moment later"])
def test_a_killed_restore_leaves_no_portal_that_starts_and_is_done_again(
    here: Place, elsewhere: Place, tmp_path: Path, moment: str
) -> None:
    found(here, "Voltwerk")
    shelf_in(here.var).keep(BytesIO(b"Klantnummer;Naam\n"))
    backup = tmp_path / "portal.backup"
    assert here.run("backup", backup).exit_code == 0
    found(migrated(elsewhere), "Another")
    shelf_in(elsewhere.var).keep(BytesIO(b"other"))

    def is_time() -> bool:
        if moment == "it begins":
            return (elsewhere.var / files.UNFINISHED).exists()
        try:
            there = uploads(elsewhere) == [b"Klantnummer;Naam\n"]
        except FileNotFoundError:
            # The files change places just now.
            return False
        if there and moment == "a moment later":
            time.sleep(0.05)
        return there

    ended = killed(elsewhere, "restore", backup, "--replace", when=is_time)
    # A moment later it may have come to its end, or be killed on the way out.
    is_over = moment == "a moment later" and not (elsewhere.var / files.UNFINISHED).exists()
    assert ended == -9 or (is_over and ended == 0)
    if moment != "a moment later" or (elsewhere.var / files.UNFINISHED).exists():
        assert isinstance(elsewhere.run("organisation", "list").exception, RestoreUnfinished)
    again = elsewhere.run("restore", backup, "--replace")
    assert again.exit_code == 0, again.output
    assert (organisations(elsewhere), uploads(elsewhere)) == (["Voltwerk"], [b"Klantnummer;Naam\n"])
    assert [path.name for path in elsewhere.var.iterdir()] == ["imports"]


def test_a_killed_backup_has_no_name_and_changes_nothing(here: Place, tmp_path: Path) -> None:
    found(here, "Voltwerk")
    target = tmp_path / "portal.backup"
    assert killed(here, "backup", target, when=lambda: bool(list(tmp_path.glob(".portal.backup.*")))) == -9
    assert not target.exists()
    assert organisations(here) == ["Voltwerk"]
    assert here.run("backup", target).exit_code == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
@pytest.mark.skipif(len(kinds_here()) < len(KINDS), reason="PostgreSQL was not found")
def test_what_a_killed_restore_left_behind_is_waited_for(
    here: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its psql and its server's process work off what they were told; the portal's are not waited for."""
    monkeypatch.setattr(postgres, "MOMENT", 0.2)
    found(here, "Voltwerk")
    backup = tmp_path / "portal.backup"
    assert here.run("backup", backup).exit_code == 0
    address = make_url(elsewhere.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with ThreadPoolExecutor() as beside:
        with psycopg.connect(address, application_name=postgres.OURS) as left_behind:
            restoring = beside.submit(elsewhere.run, "restore", backup)
            left_behind.execute("SELECT pg_sleep(1)")
            assert not restoring.done()
        assert restoring.result().exit_code == 0
    assert organisations(elsewhere) == ["Voltwerk"]
