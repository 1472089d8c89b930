"""One file imported from beginning to end, for `portal import` and the story: the desk's steps in a row."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collections_portal.config import Config
from collections_portal.imports import shelf_of, store_batch
from core import clock
from core.organisations.models import Organisation
from core.transaction import reading, writing
from invoices.importing import operations
from invoices.importing.checking import check
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.matching import ColumnUnknown
from invoices.importing.models import BatchState, ImportBatch
from invoices.importing.preparing import Opened, open_file
from invoices.importing.problems import in_english
from invoices.importing.queries import batch_by_public_id, remembered
from invoices.importing.shelf import Kept, Shelf
from invoices.importing.tables import COMMAND_LIMITS
from invoices.importing.tasks import task_of


@dataclass(frozen=True, slots=True)
class Taken:
    """A file on the shelf with its import, and the choices it is read with."""

    public_id: str
    kept: Kept
    kind: FileKind
    choices: Choices
    opened: Opened


class FileImport:
    """The steps for one organisation, each in a transaction of its own; work in its scope."""

    def __init__(self, config: Config, organisation: Organisation) -> None:
        self.shelf: Shelf = shelf_of(config)
        self.organisation = organisation

    @contextmanager
    def taken(
        self, path: Path, *, kind: FileKind, choices: Choices, amended: Mapping[str, str] | None = None
    ) -> Iterator[Taken]:
        """Put a copy of the file on the shelf; one that was not stored in the end is taken off again.

        Columns that were not chosen are matched as the last time, else as guessed, then as `amended`: header
        -> column, or nothing to leave it out. Refuses what reading the beginning of the file refuses, and
        headers the file does not have (ColumnUnknown).
        """
        with path.open("rb") as source:
            kept = self.shelf.keep(source)
        try:
            choices = self._matched(kept, kind, choices, amended or {})
            opened = self._opened(kept, kind, choices)
            yield self._noted(path, kept, kind, choices, opened)
        finally:
            self.shelf.remove(kept.name)

    def check(self, taken: Taken) -> dict[str, Any]:
        """Look all rows over and return what storing them would do; problems stand in `first_problems`."""
        with reading():
            task = task_of(
                organisation=self.organisation,
                kind=taken.kind,
                choices=taken.choices,
                path=self.shelf.path_of(taken.kept.name),
                limits=COMMAND_LIMITS,
                now=clock.now(),
            )
            findings = check(task=task, report=self.shelf.report_of(taken.kept.name), say=in_english)
        with writing():
            operations.note_findings(batch=self._batch(taken), findings=findings)
        return findings

    def store(self, taken: Taken, *, again: bool) -> BatchState:
        """Store a checked file and return how it ended. Refuses FileKnown and ProblemsLeft."""
        with writing():
            batch = self._batch(taken)
            operations.queue(batch=batch, again=again, now=clock.now())
            operations.remember(batch=batch, header=taken.opened.table.header, now=clock.now())
        with self.shelf.turn(self.organisation.public_id, waits=True):
            store_batch(self.shelf, self.organisation.id, taken.public_id)
        with reading():
            return self._batch(taken).state

    def give_up(self, taken: Taken) -> None:
        """Discard the file if it did not come to an end by itself."""
        with writing():
            batch = self._batch(taken)
            if batch.finished_at is None:
                operations.discard(batch=batch, now=clock.now())

    def _opened(self, kept: Kept, kind: FileKind, choices: Choices) -> Opened:
        path = self.shelf.path_of(kept.name)
        return open_file(path=path, kind=kind, choices=choices, limits=COMMAND_LIMITS)

    def _matched(self, kept: Kept, kind: FileKind, choices: Choices, amended: Mapping[str, str]) -> Choices:
        opened = self._opened(kept, kind, choices)
        with reading():
            before = remembered(organisation_id=self.organisation.id, kind=kind, header=opened.table.header)
        if before is not None and choices.columns is None:
            choices = replace(choices, columns=before.columns)
            opened = self._opened(kept, kind, choices)
        if not amended:
            return choices
        if not set(amended) <= set(opened.table.header):
            raise ColumnUnknown
        header = opened.table.header
        columns = {header[place]: name for place, name in opened.matching.columns.items()}
        taken = set(amended.values())
        kept_columns = {
            one: name for one, name in columns.items() if name not in taken and one not in amended
        }
        return replace(choices, columns=kept_columns | {one: name for one, name in amended.items() if name})

    def _noted(self, path: Path, kept: Kept, kind: FileKind, choices: Choices, opened: Opened) -> Taken:
        with writing():
            batch = operations.take_in(
                organisation_id=self.organisation.id,
                member_id=None,
                kind=kind,
                file_name=path.name,
                kept=kept,
                now=clock.now(),
            )
            operations.settle(batch=batch, choices=choices)
            return Taken(batch.public_id, kept, kind, choices, opened)

    def _batch(self, taken: Taken) -> ImportBatch:
        return batch_by_public_id(organisation_id=self.organisation.id, public_id=taken.public_id)
