"""Changes to imports: a file taken in, decided about, checked, queued, stored or discarded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch, ImportMapping
from invoices.importing.queries import OPEN, WAITING, headers_hash, imported_before
from invoices.importing.shelf import Kept
from invoices.importing.storing import Counts

_LONGEST_NAME = 200


class FileKnown(Refusal):
    """The same bytes were imported before, and nobody said that it is meant."""

    sentence = N_("This very file was imported before. Do you want to import it again?")
    status = 409


class BatchMovedOn(Refusal):
    """The import waits, is running or is over: nothing is decided about it any more."""

    sentence = N_("This import has moved on. Look at its page again.")
    status = 409


class ProblemsLeft(Refusal):
    """Rows with a problem are never half imported, so nothing is."""

    sentence = N_("Some rows have a problem, so nothing was stored. Correct the file and choose it again.")


def take_in(
    *,
    organisation_id: int,
    member_id: int | None,
    kind: FileKind,
    file_name: str,
    kept: Kept,
    now: datetime,
) -> ImportBatch:
    """Note a file that lies on the shelf."""
    batch = ImportBatch(
        organisation_id=organisation_id,
        member_id=member_id,
        kind=kind,
        file_name=file_name[-_LONGEST_NAME:],
        stored_as=kept.name,
        sha256=kept.sha256,
        size=kept.size,
        created_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def settle(*, batch: ImportBatch, choices: Choices) -> None:
    """Store what was decided about the file; what was found out before no longer counts.

    Raises BatchMovedOn.
    """
    _still(batch, OPEN)
    batch.settings = choices.as_json()
    batch.state, batch.finished_at = BatchState.UPLOADED, None
    batch.findings = {}
    db.session.flush()


def note_findings(*, batch: ImportBatch, findings: Mapping[str, Any]) -> None:
    """Store what a check of all rows found; the file can now be queued if no row has a problem.

    Raises BatchMovedOn.
    """
    _still(batch, OPEN)
    batch.findings = dict(findings)
    batch.state, batch.finished_at = BatchState.CHECKED, None
    batch.rows, batch.rows_refused = findings["rows"], findings["rows_refused"]
    tally = findings["debtors" if batch.kind == FileKind.DEBTORS else "invoices"]
    batch.rows_new, batch.rows_changed, batch.rows_same = tally["new"], tally["changed"], tally["same"]
    db.session.flush()


def remember(*, batch: ImportBatch, header: Sequence[str], now: datetime) -> None:
    """Keep the batch's choices for the next file of its kind with these headers."""
    known = db.session.scalar(
        select(ImportMapping)
        .where(
            ImportMapping.organisation_id == batch.organisation_id,
            ImportMapping.kind == batch.kind,
            ImportMapping.headers_hash == headers_hash(header),
        )
        .with_for_update()
    )
    if known is None:
        known = ImportMapping(
            organisation_id=batch.organisation_id, kind=batch.kind, headers_hash=headers_hash(header)
        )
        db.session.add(known)
    known.settings, known.used_at = batch.settings, now
    db.session.flush()


def queue(*, batch: ImportBatch, again: bool, now: datetime, member_id: int | None = None) -> None:
    """Let a worker store a checked file; one that was refused may be tried once more.

    Raises BatchMovedOn, ProblemsLeft and, unless `again`, FileKnown.
    """
    _still(batch, (BatchState.CHECKED, BatchState.REFUSED))
    if batch.rows_refused or not batch.findings:
        raise ProblemsLeft
    if not again and imported_before(batch=batch) is not None:
        raise FileKnown
    batch.state, batch.finished_at = BatchState.QUEUED, None
    db.session.flush()
    _tell(batch, "import.queued", now, member_id)


def claim(*, organisation_id: int, batch_id: int) -> ImportBatch | None:
    """Mark an import as running, again if its worker was killed, and return it as it is now.

    None when it does not wait any more. For whoever holds the turn of `shelf.Shelf`: it keeps others away.
    """
    return db.session.scalar(
        update(ImportBatch)
        .where(
            ImportBatch.organisation_id == organisation_id,
            ImportBatch.id == batch_id,
            ImportBatch.state.in_(WAITING),
        )
        .values(state=BatchState.IMPORTING, rows_done=0)
        .returning(ImportBatch)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def finish(*, batch: ImportBatch, counts: Counts, rows: int, says_open: bool, now: datetime) -> None:
    """Note in the transaction that stored the rows that they are stored. What was shown of them goes.

    `says_open` tells whether the file said what is open, or paid: `freshness` asks for it.
    """
    tally = counts.debtors if batch.kind == FileKind.DEBTORS else counts.invoices
    batch.rows = batch.rows_done = rows
    batch.rows_new, batch.rows_changed, batch.rows_same = tally.new, tally.changed, tally.same
    batch.rows_refused = 0
    batch.state, batch.finished_at = BatchState.DONE, now
    batch.findings = counts.as_json() | {"rows": rows, "rows_refused": 0, "says_open": says_open}
    db.session.flush()
    _tell(batch, "import.done", now, batch.member_id, rows=rows, **counts.as_json())


def refuse(*, batch: ImportBatch, because: Refusal, now: datetime, rows_refused: int = 0) -> None:
    """Note that nothing was stored, and why."""
    batch.state, batch.finished_at = BatchState.REFUSED, now
    batch.rows_refused = rows_refused
    batch.findings = batch.findings | {"refused": {"sentence": because.sentence, "values": because.values}}
    db.session.flush()
    _tell(batch, "import.refused", now, batch.member_id, reason=type(because).__name__)


def discard(*, batch: ImportBatch, now: datetime, member_id: int | None = None) -> None:
    """Give up a file that was not stored. The caller takes it off the shelf. Raises BatchMovedOn."""
    _still(batch, (*OPEN, BatchState.QUEUED))
    batch.state, batch.finished_at = BatchState.DISCARDED, now
    batch.findings = {}
    db.session.flush()
    _tell(batch, "import.discarded", now, member_id)


def _still(batch: ImportBatch, states: Sequence[BatchState]) -> None:
    db.session.refresh(batch, with_for_update=True)
    if batch.state not in states:
        raise BatchMovedOn


def _tell(batch: ImportBatch, what: str, now: datetime, member_id: int | None, **details: object) -> None:
    audit.record(
        organisation_id=batch.organisation_id,
        what=what,
        about="import",
        about_id=batch.id,
        now=now,
        member_id=member_id,
        details={"file": batch.file_name, "kind": batch.kind.value, **details},
    )
