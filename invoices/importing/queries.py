"""Questions about imports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select

from core.database import db
from core.organisations.models import Creditor
from core.refusals import N_, Refusal
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch, ImportMapping

PAGE = 50
# Somebody still has to decide about these.
OPEN = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.REFUSED)
WAITING = (BatchState.QUEUED, BatchState.IMPORTING)


class BatchUnknown(Refusal):
    """There is no such import in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


def batch_by_public_id(*, organisation_id: int, public_id: str) -> ImportBatch:
    """Return the import. Raises BatchUnknown."""
    found = db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.organisation_id == organisation_id, ImportBatch.public_id == public_id
        )
    )
    if found is None:
        raise BatchUnknown
    return found


def batches_of(*, organisation_id: int, page: int = 1) -> tuple[Sequence[ImportBatch], int]:
    """Return a page of the organisation's imports, the newest first, and how many there are in all."""
    mine = ImportBatch.organisation_id == organisation_id
    total = db.session.scalar(select(func.count()).select_from(ImportBatch).where(mine)) or 0
    rows = db.session.scalars(
        select(ImportBatch)
        .where(mine)
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return rows, total


def imported_before(*, batch: ImportBatch) -> ImportBatch | None:
    """Return the last import of the very same bytes that was stored or is waiting, or None."""
    return db.session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.organisation_id == batch.organisation_id,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.id != batch.id,
            ImportBatch.state.in_((BatchState.DONE, *WAITING)),
        )
        .order_by(ImportBatch.id.desc())
    ).first()


def waiting_batches(*, organisation_id: int) -> Sequence[ImportBatch]:
    """Return the imports that wait, or whose worker may have been killed, the oldest first."""
    return db.session.scalars(
        select(ImportBatch)
        .where(ImportBatch.organisation_id == organisation_id, ImportBatch.state.in_(WAITING))
        .order_by(ImportBatch.id)
        .execution_options(populate_existing=True)
    ).all()


def undecided_batches(*, organisation_id: int, before: datetime) -> Sequence[ImportBatch]:
    """Return the imports that came in before this moment and wait for somebody's decision since."""
    return db.session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.organisation_id == organisation_id,
            ImportBatch.state.in_(OPEN),
            ImportBatch.created_at < before,
        )
        .order_by(ImportBatch.id)
    ).all()


def remembered(*, organisation_id: int, kind: FileKind, header: Sequence[str]) -> Choices | None:
    """Return what was chosen for the last file of this kind with these headers, or None."""
    stored = db.session.scalar(
        select(ImportMapping.settings).where(
            ImportMapping.organisation_id == organisation_id,
            ImportMapping.kind == kind,
            ImportMapping.headers_hash == headers_hash(header),
        )
    )
    return None if stored is None else Choices.of_json(stored)


def headers_hash(header: Sequence[str]) -> str:
    """Return what a row of headers is known by."""
    return sha256("\x1f".join(header).encode()).hexdigest()


def creditor_ids(*, organisation_id: int) -> Mapping[str, int]:
    """Return the id of each creditor by its code and, where only one has it, its name: in small letters."""
    creditors = db.session.execute(
        select(Creditor.id, Creditor.code, Creditor.name)
        .where(Creditor.organisation_id == organisation_id)
        .order_by(Creditor.id)
    ).all()
    names = [name.casefold() for _, _, name in creditors]
    found = {name.casefold(): id_ for id_, _, name in creditors if names.count(name.casefold()) == 1}
    return found | {code.casefold(): id_ for id_, code, _ in creditors}
