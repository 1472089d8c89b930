"""The database that is being put back: nobody else can read it, not for a moment."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from collections_portal.backups.sqlite import SqliteStore

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """A process whose new files everybody may read, unless it says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def database(folder: Path) -> bytes:
    """Return the bytes of a sound database."""
    file = folder / "there.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE people (name)")
        connection.commit()
    return file.read_bytes()


def test_the_copy_is_ours_alone_while_it_is_being_written(tmp_path: Path, open_to_all: None) -> None:
    content, pipe, staged = database(tmp_path), tmp_path / "copy", tmp_path / ".portal.sqlite.restoring"
    os.mkfifo(pipe)
    # What a restore that was killed left, readable for all.
    staged.write_bytes(b"left")
    seen: list[tuple[int, str]] = []

    def pour() -> None:
        with pipe.open("wb", buffering=0) as poured:
            poured.write(content[:100])
            # The pipe opens when its reader does, which has made the new file by then.
            seen.append((stat.S_IMODE(staged.stat().st_mode), "half-way"))
            poured.write(content[100:])

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    store = SqliteStore(make_url(f"sqlite:///{tmp_path / 'portal.sqlite'}"))
    store.put_back(
        pipe,
        backup_at=AT,
        finish=lambda _address: seen.append((stat.S_IMODE(staged.stat().st_mode), "finishing")),
    )
    thread.join()
    assert seen == [(0o600, "half-way"), (0o600, "finishing")]
    assert stat.S_IMODE((tmp_path / "portal.sqlite").stat().st_mode) == 0o600
