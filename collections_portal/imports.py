"""Files stored by a worker or a command: one transaction for each file, and a clear end whatever happens."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from collections_portal.config import Config
from core import clock, tenancy
from core.organisations.queries import organisation
from core.refusals import N_, Refusal
from core.transaction import DatabaseBusy, reading, writing
from invoices.importing import operations
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.problems import Problems
from invoices.importing.queries import batch_by_public_id, undecided_batches, waiting_batches
from invoices.importing.shelf import Shelf, shelf_in
from invoices.importing.storing import Counts, compare, gather, store
from invoices.importing.tables import COMMAND_LIMITS
from invoices.importing.tasks import Task, task_of
from messaging import opting
from reactions.operations.endings import close_settled

log = structlog.get_logger()
KEPT_UNDECIDED = timedelta(days=7)


class ImportFailed(Refusal):
    """Something nobody foresaw; the log has it."""

    sentence = N_("Something went wrong on our side, and nothing was stored. Please try again.")


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker keeps of an import while transactions come and go."""

    organisation_id: int
    batch_id: int
    public_id: str
    kind: FileKind
    stored_as: str
    choices: Choices
    found: dict[str, Any]


def shelf_of(config: Config) -> Shelf:
    """Return where this installation keeps the files to import."""
    return shelf_in(config.var_dir)


def store_waiting(shelf: Shelf, organisation_id: int) -> int:
    """Store the organisation's waiting files, the oldest first; return how many came to an end.

    The caller has the organisation's turn. A file whose worker was killed still waits, and starts again.
    """
    with tenancy.scope(organisation_id):
        with reading():
            waiting = [batch.public_id for batch in waiting_batches(organisation_id=organisation_id)]
        return sum(store_batch(shelf, organisation_id, public_id) for public_id in waiting)


def discard_forgotten(shelf: Shelf, organisation_id: int) -> int:
    """Give up files that nobody decided about for a week; return how many. Work in the organisation's scope.

    They hold names and addresses of people, so they do not stay because somebody closed a page.
    """
    now = clock.now()
    with reading():
        left = undecided_batches(organisation_id=organisation_id, before=now - KEPT_UNDECIDED)
        forgotten = [(batch.public_id, batch.stored_as) for batch in left]
    for public_id, stored_as in forgotten:
        with suppress(operations.BatchMovedOn):
            with writing():
                batch = batch_by_public_id(organisation_id=organisation_id, public_id=public_id)
                operations.discard(batch=batch, now=now)
            shelf.remove(stored_as)
    return len(forgotten)


def store_batch(shelf: Shelf, organisation_id: int, public_id: str) -> bool:
    """Store one waiting file; return whether it came to an end. Work in the organisation's scope."""
    try:
        job = _claimed(organisation_id, public_id)
        if job is None:
            return False
        _end(shelf, job)
    except DatabaseBusy:
        log.warning("import waits", batch=public_id)
        return False
    return True


def _claimed(organisation_id: int, public_id: str) -> Job | None:
    """Return what to do, or None for a file that no longer waits: its findings went when it was discarded."""
    with writing():
        found = batch_by_public_id(organisation_id=organisation_id, public_id=public_id)
        batch = operations.claim(organisation_id=organisation_id, batch_id=found.id)
        if batch is None:
            return None
        return Job(
            organisation_id,
            batch.id,
            public_id,
            batch.kind,
            batch.stored_as,
            Choices.of_json(batch.settings),
            batch.findings["reading"],
        )


def _end(shelf: Shelf, job: Job) -> None:
    """Store the file, or say why nothing of it was stored. Raises DatabaseBusy: then it still waits."""
    try:
        _store(shelf, job)
    except DatabaseBusy:
        raise
    except Refusal as refusal:
        log.info("import refused", batch=job.public_id, reason=type(refusal).__name__)
        _refuse(job, refusal)
    except Exception:  # Whatever it is, the file's page says so, and the files behind it have their turn.
        log.exception("import failed", batch=job.public_id)
        _refuse(job, ImportFailed())
    else:
        shelf.remove(job.stored_as)


def _store(shelf: Shelf, job: Job) -> None:
    task = _task(shelf, job)
    read = 0

    def is_read(rows: int) -> None:
        nonlocal read
        read = rows
        shelf.note_progress(job.stored_as, read=rows, stored=0)

    def is_stored(row: int) -> None:
        shelf.note_progress(job.stored_as, read=read, stored=row)

    def is_settled(invoice_ids: Collection[int]) -> None:
        close_settled(organisation_id=job.organisation_id, invoice_ids=invoice_ids, now=task.now)

    problems = Problems(keep=0)
    with writing(at_once=False):
        rows = gather(task=task, problems=problems, progress=is_read)
        # The first statement that changes what others see: from here on SQLite's writer is this one.
        if not operations.claim(organisation_id=job.organisation_id, batch_id=job.batch_id):
            return
        counts = compare(task=task, problems=problems)
        if problems.count:
            raise operations.ProblemsLeft
        store(task=task, counts=counts, progress=is_stored, when_settled=is_settled)
        opting.show_on_all(organisation_id=job.organisation_id)
        _finish(job, counts, rows, says_open=task.prepared.says_open)


def _task(shelf: Shelf, job: Job) -> Task:
    path = shelf.find(job.stored_as)
    with reading():
        return task_of(
            organisation=organisation(organisation_id=job.organisation_id),
            kind=job.kind,
            choices=job.choices,
            path=path,
            limits=COMMAND_LIMITS,
            now=clock.now(),
            found=job.found,
        )


def _finish(job: Job, counts: Counts, rows: int, *, says_open: bool) -> None:
    batch = batch_by_public_id(organisation_id=job.organisation_id, public_id=job.public_id)
    operations.finish(batch=batch, counts=counts, rows=rows, says_open=says_open, now=clock.now())


def _refuse(job: Job, because: Refusal) -> None:
    with writing():
        batch = batch_by_public_id(organisation_id=job.organisation_id, public_id=job.public_id)
        operations.refuse(batch=batch, because=because, now=clock.now())
