"""The folder in which the PDFs of letters lie. They hold the keys of links, so they stand in no database."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from core.disk import room
from core.old_files import forget_files
from core.refusals import N_, Refusal
from messaging.letter_models import LetterBatch


class LettersGone(Refusal):
    """The PDF is not there any more, or is not the one that was made."""

    sentence = N_("The PDF of these letters is no longer there. Have it made again.")
    status = 410


@dataclass(frozen=True, slots=True)
class LetterShelf:
    """The folder. Workers on other machines need the same folder."""

    folder: Path

    def keep(self, batch: str, edition: int, pdf: bytes) -> None:
        """Store a PDF, whole or not at all, for nobody else on this machine to read. Raises DiskFull."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path_of(batch, edition)
        growing = path.with_suffix(".growing")
        growing.unlink(missing_ok=True)
        try:
            with room():
                growing.touch(mode=0o600)
                growing.write_bytes(pdf)
                growing.replace(path)
        finally:
            growing.unlink(missing_ok=True)

    def read(self, batch: LetterBatch) -> bytes:
        """Return the PDF of a batch, byte for byte as it was made. Raises LettersGone."""
        try:
            pdf = self._path_of(batch.public_id, batch.edition).read_bytes()
        except FileNotFoundError as error:
            raise LettersGone from error
        if sha256(pdf).hexdigest() != batch.sha256:
            raise LettersGone
        return pdf

    def remove(self, batch: str, edition: int) -> None:
        """Remove one PDF, if it is there."""
        self._path_of(batch, edition).unlink(missing_ok=True)

    def forget_older_than(self, moment: datetime) -> int:
        """Remove every PDF that was made before this moment, and return how many."""
        return forget_files(self.folder, "*.pdf", before=moment)

    def _path_of(self, batch: str, edition: int) -> Path:
        return self.folder / f"{batch}-{edition}.pdf"


def letter_shelf_in(folder: Path) -> LetterShelf:
    """Return the shelf of an installation that keeps its files in `folder`."""
    return LetterShelf(folder / "letters")
