"""What workers were told by providers, written beside the database before it is stored there.

Between a provider's "taken" and the end of the transaction that stores it, a kill or a database that is away
would make the message doubtful. Writing a line into a file of the worker's own takes some microseconds, and a
file outlives its process. After a power failure the line may be missing; then the message is doubtful, as it
would be without.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import structlog

from core.old_files import forget_files

log = structlog.get_logger()
# A line overwrites the one before, blanks included, so that no half of an older one is left behind it.
LENGTH = 512


@dataclass(frozen=True, slots=True)
class Taken:
    """That a provider took a message in an attempt: when, and by which name of its own."""

    message: str
    attempt: int
    provider_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Journal:
    """The folder, with one file for each worker of this host: what it was told last."""

    folder: Path

    def note(self, owner: str, taken: Taken) -> None:
        """Write down what a worker was told. A disk that refuses is logged: the database hears of it."""
        line = json.dumps([taken.message, taken.attempt, taken.provider_id, taken.at.isoformat()]).encode()
        try:
            file = os.open(self._path_of(owner), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(file, line.ljust(LENGTH), 0)
            finally:
                os.close(file)
        except OSError as error:
            log.warning("journal not written", reason=str(error))

    def last_of(self, owner: str) -> Taken | None:
        """Return what a worker was told last, or None when it wrote nothing that can be read."""
        try:
            message, attempt, provider_id, at = json.loads(self._path_of(owner).read_bytes())
            return Taken(str(message), int(attempt), str(provider_id), datetime.fromisoformat(at))
        except (OSError, ValueError, TypeError):
            return None

    def forget_older_than(self, moment: datetime) -> int:
        """Remove the files of workers that wrote nothing since this moment, and return how many."""
        return forget_files(self.folder, "*.taken", before=moment)

    def _path_of(self, owner: str) -> Path:
        return self.folder / f"{quote(owner, safe='')}.taken"


def journal_in(folder: Path) -> Journal:
    """Return the journal of an installation that keeps its files in `folder`."""
    journal = Journal(folder / "journal")
    journal.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return journal
