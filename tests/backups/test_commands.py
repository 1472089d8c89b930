"""`portal backup` and `portal restore`: what they refuse, and that a refusal changes nothing."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from collections_portal.backups import files, postgres
from collections_portal.backups.archive import DATABASE, packing, unpack
from collections_portal.backups.refusals import RestoreUnfinished
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation, Restore
from core.transaction import reading, writing
from dunning import restoring
from invoices.importing.shelf import shelf_in
from tests import factories
from tests.backups.places import Place, empty_place, migrated
from tests.databases import KINDS, Database, kinds_here


@pytest.fixture
def backup(here: Place, tmp_path: Path) -> Path:
    """A backup of Voltwerk with one uploaded file."""
    found(here, "Voltwerk")
    shelf_in(here.var).keep(BytesIO(b"Klantnummer;Naam\n"))
    file = tmp_path / "portal.backup"
    made = here.run("backup", file)
    assert made.exit_code == 0, made.output
    assert "1 uploaded files" in made.output
    return file


def found(place: Place, name: str) -> None:
    """Store an organisation."""
    with place.opened(), writing():
        factories.organisation(name=name)


def organisations(place: Place) -> list[str]:
    """Return the names of the organisations there."""
    with place.opened(), reading():
        return list(db.session.scalars(select(Organisation.name).order_by(Organisation.id)))


def moments(place: Place) -> tuple[datetime, datetime]:
    """Return when the backup was made from which the place stands still, and when it was restored."""
    with place.opened(), reading():
        restore = db.session.scalars(select(Restore).where(Restore.released_at.is_(None))).one()
        return restore.backup_at, restore.restored_at


def uploads(place: Place) -> list[bytes]:
    """Return the content of the uploaded files there."""
    return sorted(path.read_bytes() for path in (place.var / "imports").glob("*.upload"))


def rewritten(backup: Path, folder: Path, **said: str) -> Path:
    """Return the same backup, whole and with another manifest."""
    folder.mkdir()
    manifest = unpack(backup, folder)
    target = folder / "rewritten"
    with packing(target) as packer:
        for name in manifest.parts:
            with (folder / name).open("rb") as file:
                packer.add(name, file)
        packer.seal(
            kind=said.get("kind", manifest.kind),
            revision=said.get("revision", manifest.revision),
            made_at=manifest.made_at,
        )
    return target


def statement(place: Place, words: str) -> None:
    """Carry out a statement as the owner of the database."""
    url = make_url(place.owner_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as connection, connection:
            connection.execute(words)
        return
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as postgresql:
        postgresql.execute(words.encode())


def test_it_comes_back_in_an_empty_place_and_stands_still(backup: Path, elsewhere: Place) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    done = elsewhere.run("restore", backup)
    assert done.exit_code == 0, done.output
    assert "Voltwerk: stands still; 0 messages" in done.output
    assert (organisations(elsewhere), uploads(elsewhere)) == (["Voltwerk"], [b"Klantnummer;Naam\n"])
    with elsewhere.opened(), reading():
        owner = db.session.scalars(select(Organisation)).one()
        assert restores.is_held(organisation_id=owner.id)
    assert [path.name for path in elsewhere.var.iterdir()] == ["imports"]


def test_a_place_that_was_only_migrated_counts_as_empty(backup: Path, elsewhere: Place) -> None:
    assert migrated(elsewhere).run("restore", backup).exit_code == 0
    assert organisations(elsewhere) == ["Voltwerk"]


def test_data_is_replaced_only_when_told_so(backup: Path, elsewhere: Place) -> None:
    found(migrated(elsewhere), "Another")
    shelf_in(elsewhere.var).keep(BytesIO(b"other"))
    refused = elsewhere.run("restore", backup)
    assert refused.exit_code == 1
    assert "There is a portal with data already (in the database)." in refused.output
    assert (organisations(elsewhere), uploads(elsewhere)) == (["Another"], [b"other"])
    assert elsewhere.run("restore", backup, "--replace").exit_code == 0
    assert (organisations(elsewhere), uploads(elsewhere)) == (["Voltwerk"], [b"Klantnummer;Naam\n"])


def test_uploaded_files_are_not_lost_unasked(backup: Path, elsewhere: Place) -> None:
    shelf_in(elsewhere.var).keep(BytesIO(b"other"))
    refused = elsewhere.run("restore", backup)
    assert refused.exit_code == 1
    assert "uploaded files in" in refused.output
    assert uploads(elsewhere) == [b"other"]


def test_a_backup_of_a_restored_place_begins_where_the_first_one_did(
    backup: Path, elsewhere: Place, tmp_path: Path
) -> None:
    elsewhere.run("restore", backup)
    again = tmp_path / "again.backup"
    assert elsewhere.run("backup", again).exit_code == 0
    first = moments(elsewhere)
    assert elsewhere.run("restore", again, "--replace").exit_code == 0
    second = moments(elsewhere)
    assert second[0] == first[0]
    assert second[1] > first[1]


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_damaged_archive_touches_nothing(backup: Path, elsewhere: Place, share: float) -> None:
    found(migrated(elsewhere), "Another")
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    refused = elsewhere.run("restore", backup, "--replace")
    assert refused.exit_code == 1
    assert "damaged or not complete" in refused.output
    assert organisations(elsewhere) == ["Another"]
    assert list(elsewhere.var.glob(".restore*")) == []


def test_rows_that_make_no_database_touch_nothing(backup: Path, elsewhere: Place, tmp_path: Path) -> None:
    found(migrated(elsewhere), "Another")
    shelf_in(elsewhere.var).keep(BytesIO(b"other"))
    folder = tmp_path / "broken"
    folder.mkdir()
    manifest = unpack(backup, folder)
    copy = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(copy[: len(copy) // 2])
    with packing(folder / "broken") as packer:
        with (folder / DATABASE).open("rb") as file:
            packer.add(DATABASE, file)
        packer.seal(kind=manifest.kind, revision=manifest.revision, made_at=manifest.made_at)
    refused = elsewhere.run("restore", folder / "broken", "--replace")
    assert refused.exit_code == 1
    assert "Error: " in refused.output
    assert (organisations(elsewhere), uploads(elsewhere)) == (["Another"], [b"other"])
    # Nothing stands in the way of a whole one afterwards.
    assert elsewhere.run("restore", backup, "--replace").exit_code == 0


def test_a_backup_of_the_other_kind_of_database_is_refused(
    backup: Path, elsewhere: Place, tmp_path: Path
) -> None:
    other = rewritten(backup, tmp_path / "other", kind="mysql")
    refused = elsewhere.run("restore", other)
    assert refused.exit_code == 1
    assert "The backup is of mysql" in refused.output


def test_a_newer_schema_is_refused(backup: Path, elsewhere: Place, tmp_path: Path) -> None:
    newer = rewritten(backup, tmp_path / "newer", revision="9999")
    refused = elsewhere.run("restore", newer)
    assert refused.exit_code == 1
    assert "A newer version of the portal made this backup (revision 9999)." in refused.output


def test_an_older_schema_is_brought_to_the_newest(
    database: Database, elsewhere: Place, tmp_path: Path
) -> None:
    file = tmp_path / "old.backup"
    with empty_place(database.kind, tmp_path / "old") as old:
        migrated(old, to="0001")
        found(old, "Voltwerk")
        assert "revision 0001" in old.run("backup", file).output
    done = elsewhere.run("restore", file)
    assert done.exit_code == 0, done.output
    assert organisations(elsewhere) == ["Voltwerk"]
    # 0002 is where the database itself learns that lines of the trail are only added.
    with elsewhere.opened(), pytest.raises((IntegrityError, DatabaseError), match="only added"):
        db.session.execute(text("DELETE FROM audit_events"))


def test_a_database_of_another_program_is_left_alone(backup: Path, elsewhere: Place) -> None:
    statement(elsewhere, "CREATE TABLE recipes (name text)")
    for words in ((), ("--replace",)):
        refused = elsewhere.run("restore", backup, *words)
        assert refused.exit_code == 1
        assert "tables that are not the portal's" in refused.output
    statement(elsewhere, "SELECT name FROM recipes")


def test_nothing_is_replaced_under_a_portal_that_runs(
    backup: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "MOMENT", 0.2)
    found(migrated(elsewhere), "Another")
    with elsewhere.opened():
        assert db.session.scalars(select(Organisation.name)).all() == ["Another"]
        db.session.rollback()
        refused = elsewhere.run("restore", backup, "--replace")
    assert refused.exit_code == 1
    assert "Something is still connected to the database (" in refused.output
    is_postgres = elsewhere.database_url.startswith("postgresql")
    who = "a program without a name as portal_test_" if is_postgres else "another process has its file open)"
    assert who in refused.output
    assert organisations(elsewhere) == ["Another"]


def test_two_restores_do_not_mix(backup: Path, elsewhere: Place) -> None:
    elsewhere.var.mkdir()
    with files.unfinished(elsewhere.var):
        refused = elsewhere.run("restore", backup)
    assert refused.exit_code == 1
    assert "Another `portal restore` is at work." in refused.output


def test_after_a_restore_that_was_killed_no_portal_starts_until_it_is_done_again(
    backup: Path, elsewhere: Place
) -> None:
    elsewhere.var.mkdir()
    (elsewhere.var / files.UNFINISHED).touch()
    started = elsewhere.run("organisation", "list")
    assert isinstance(started.exception, RestoreUnfinished)
    assert isinstance(elsewhere.run("backup", backup.with_name("other")).exception, RestoreUnfinished)
    assert elsewhere.run("restore", backup).exit_code == 0
    assert elsewhere.run("organisation", "list").exit_code == 0


def test_what_comes_after_the_rows_and_fails_leaves_no_portal_that_sends(
    backup: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> int:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "stand_still", fail)
        assert elsewhere.run("restore", backup).exception is not None
    if make_url(elsewhere.owner_url).get_backend_name() == "sqlite":
        # The file takes its place when all is done: there is none.
        assert elsewhere.run("backup", backup.with_name("other")).exit_code == 1
    else:
        assert isinstance(elsewhere.run("organisation", "list").exception, RestoreUnfinished)
    assert elsewhere.run("restore", backup, "--replace").exit_code == 0
    assert organisations(elsewhere) == ["Voltwerk"]


def test_a_backup_does_not_take_the_place_of_a_file(backup: Path, here: Place) -> None:
    before = backup.read_bytes()
    refused = here.run("backup", backup)
    assert refused.exit_code == 1
    assert "Choose another name." in refused.output
    assert backup.read_bytes() == before


def test_where_there_is_no_portal_there_is_no_backup(elsewhere: Place, tmp_path: Path) -> None:
    target = tmp_path / "none.backup"
    refused = elsewhere.run("backup", target)
    assert refused.exit_code == 1
    assert "There is no portal in the database." in refused.output
    assert list(tmp_path.glob("*none.backup*")) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
@pytest.mark.skipif(len(kinds_here()) < len(KINDS), reason="PostgreSQL was not found")
def test_on_postgresql_its_own_programs_are_needed(
    backup: Path, here: Place, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "FOLDERS", ())
    nowhere = {"PATH": ""}
    made = replace(here, also=nowhere).run("backup", backup.with_name("other"))
    assert made.exit_code == 1
    assert "pg_dump was not found. Install the client programs of PostgreSQL" in made.output
    restored = replace(elsewhere, also=nowhere).run("restore", backup)
    assert restored.exit_code == 1
    assert "pg_restore was not found." in restored.output
