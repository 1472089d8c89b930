"""A disk without room: a small file system of its own in memory, for folders that a test fills."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import machine


class Disk:
    """A folder on a disk of two megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, but: int = 0) -> None:
        """Take all the room there is, but for so many bytes."""
        with self._ballast.open("wb", buffering=0) as ballast:
            try:
                while ballast.write(b"x" * 4096):
                    pass
            except OSError:
                ballast.truncate(max(0, ballast.tell() - but))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    def files(self) -> list[str]:
        """Return the names of the files on it that are not ours."""
        return sorted(path.name for path in self.folder.iterdir() if path != self._ballast)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Mount a small disk on a folder. Leaves the test out where this user may not, but not in CI."""
    folder.mkdir(parents=True, exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(folder)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        if machine.in_ci():
            raise
        pytest.skip("this user may not mount a disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
