"""The folder in which uploaded files lie until they are imported or discarded, and what stands beside them.

Beside a file lie its report of problems and, while it is imported, how far that is: in a file and not in the
database, because on SQLite nobody else could write a row before the import's one transaction ends.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from core.disk import room
from core.identifiers import secret
from core.refusals import N_, Refusal


class FileGone(Refusal):
    """The file no longer lies on the shelf."""

    sentence = N_("The file is no longer there. Please choose it again.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on the shelf: its random name, its SHA-256 in hexadecimal, its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder. Workers on other machines need the same folder."""

    folder: Path

    def keep(self, source: BinaryIO) -> Kept:
        """Copy a file, in pieces, to a name nobody can guess. Raises DiskFull and keeps nothing then."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{secret()}.upload"
        path = self.path_of(name)
        try:
            with room():
                with path.open("xb") as target:
                    shutil.copyfileobj(source, target, 1024 * 1024)
                with path.open("rb") as file:
                    digest = file_digest(file, "sha256").hexdigest()
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Kept(name, digest, path.stat().st_size)

    def path_of(self, name: str) -> Path:
        """Return where a file lies."""
        return self.folder / name

    def find(self, name: str) -> Path:
        """Return where a file lies. Raises FileGone."""
        path = self.path_of(name)
        if not path.is_file():
            raise FileGone
        return path

    def report_of(self, name: str) -> Path:
        """Return where the report of a file's problems lies, if it has any."""
        return self.folder / f"{name}.problems.csv"

    def note_progress(self, name: str, *, read: int, stored: int) -> None:
        """Note how many rows of a file were read, and the last that was stored. Raises DiskFull."""
        with room():
            self._progress_of(name).write_text(f"{read} {stored}")

    def progress(self, name: str) -> tuple[int, int]:
        """Return (rows read, last row stored); nothing yet is (0, 0)."""
        try:
            read, stored = self._progress_of(name).read_text().split()
        except (FileNotFoundError, ValueError):
            return 0, 0
        return int(read), int(stored)

    def remove(self, name: str) -> None:
        """Remove a file and what stands beside it."""
        for path in (self.path_of(name), self.report_of(name), self._progress_of(name)):
            path.unlink(missing_ok=True)

    @contextmanager
    def turn(self, owner: str, *, waits: bool = False) -> Iterator[bool]:
        """Give the turn to import for one owner; a process that is killed loses it.

        While somebody else has it the answer is False, or, with `waits`, comes when they are done.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / f"{owner}.turn").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True

    def _progress_of(self, name: str) -> Path:
        return self.folder / f"{name}.progress"


def shelf_in(folder: Path) -> Shelf:
    """Return the shelf of an installation that keeps its files in `folder`."""
    return Shelf(folder / "imports")
