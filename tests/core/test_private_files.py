"""What the portal keeps on the disk is for nobody else on the machine, whatever the umask is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from collections_portal.app import create_app
from collections_portal.config import Config
from core.database import db


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """A machine where new files are open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_the_folder_and_the_database_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    app = create_app(Config.for_tests(database_url=f"sqlite:///{var / 'portal.sqlite'}", var_dir=var))
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE people (name TEXT)"))
            beside = {path.name: mode_of(path) for path in var.iterdir()}
        db.engine.dispose()
    assert mode_of(var) == "0o700"
    assert beside == dict.fromkeys(("portal.sqlite", "portal.sqlite-wal", "portal.sqlite-shm"), "0o600")


def test_what_is_there_keeps_the_mode_it_was_given(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    file = tmp_path / "portal.sqlite"
    file.touch(mode=0o640)
    create_app(Config.for_tests(database_url=f"sqlite:///{file}", var_dir=tmp_path))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (name TEXT)"))
    engine.dispose()
    assert (mode_of(tmp_path), mode_of(file)) == ("0o750", "0o640")


def test_a_folder_that_is_not_there_is_said_as_before(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'nowhere' / 'portal.sqlite'}")
    with pytest.raises(Exception, match="unable to open database file"):
        engine.connect()


def test_a_database_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = create_engine("sqlite:///:memory:")
    engine.connect().close()
    engine.dispose()
    assert list(tmp_path.iterdir()) == []
