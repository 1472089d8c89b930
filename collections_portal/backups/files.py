"""The uploaded files of an installation: into a backup while the portal runs, and back as one."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collections_portal.backups.archive import FILES, FOLDERS, Packer
from collections_portal.backups.refusals import FinishFailed, RestoreRuns, RestoreUnfinished

# Locks and progress of a running import belong to its process, not to the file.
PASSING = (".turn", ".progress")
UNFINISHED = "restoring"
OLD = ".before-restore"
UNPACKED = ".restore-"


def add_files(packer: Packer, var_dir: Path) -> None:
    """Add every uploaded file that is not in the archive yet. One that is removed meanwhile is left out."""
    for folder in FOLDERS:
        for path in sorted((var_dir / folder).glob("*")):
            name = f"{FILES}/{folder}/{path.name}"
            if path.suffix in PASSING or name in packer.parts or not path.is_file():
                continue
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                packer.add(name, file)


def any_there(var_dir: Path) -> bool:
    """Return whether there are uploaded files that a restore would take away."""
    return any(
        path.suffix not in PASSING
        for folder in FOLDERS
        for path in (var_dir / folder).glob("*")
        if path.is_file()
    )


@contextmanager
def put_back(unpacked: Path, var_dir: Path) -> Iterator[None]:
    """Put the unpacked files in the place of those that are there; these come back when the block raises."""
    for folder in FOLDERS:
        new, here, old = unpacked / FILES / folder, var_dir / folder, var_dir / (folder + OLD)
        new.mkdir(parents=True, exist_ok=True, mode=0o700)
        # An older attempt that was killed may have left what was there before both.
        if here.exists() and not old.exists():
            here.rename(old)
        shutil.rmtree(here, ignore_errors=True)
        new.rename(here)
    try:
        yield
    except BaseException:
        for folder in FOLDERS:
            shutil.rmtree(var_dir / folder)
            old = var_dir / (folder + OLD)
            if old.exists():
                old.rename(var_dir / folder)
        raise
    for folder in FOLDERS:
        shutil.rmtree(var_dir / (folder + OLD), ignore_errors=True)


@contextmanager
def unfinished(var_dir: Path) -> Iterator[None]:
    """Let no portal start on `var_dir` while the block is at work, nor after it was killed.

    A block that raises has put everything back as it was, unless it could not finish; and what a restore
    before this one left half-way stays so. Raises RestoreRuns.
    """
    mark = var_dir / UNFINISHED
    was_there = mark.exists()
    with mark.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RestoreRuns from error
        try:
            yield
        except FinishFailed:
            raise
        except BaseException:
            if not was_there:
                mark.unlink(missing_ok=True)
            raise
        # Also what a restore that was killed had unpacked: people's names and addresses.
        for left in var_dir.glob(f"{UNPACKED}*"):
            shutil.rmtree(left, ignore_errors=True)
        mark.unlink(missing_ok=True)


def require_finished(var_dir: Path) -> None:
    """Raise RestoreUnfinished where a restore is at work or was killed."""
    if (var_dir / UNFINISHED).exists():
        raise RestoreUnfinished
