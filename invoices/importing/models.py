"""Tables of imports: the batch, and the column mapping an organisation used last."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.importing.kinds import FileKind


class BatchState(StrEnum):
    """`uploaded` until the columns are matched; the rows are stored by a worker in one transaction."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    QUEUED = "queued"
    IMPORTING = "importing"
    DONE = "done"
    REFUSED = "refused"
    DISCARDED = "discarded"


class ImportBatch(OfOrganisation, Base):
    """One file. `settings` holds mapping, date order, decimal sign, fixed; `findings` what was read."""

    __tablename__ = "import_batches"
    __rules__ = (
        belongs_to("members", "member_id"),
        CheckConstraint(
            "(state IN ('done', 'refused', 'discarded')) = (finished_at IS NOT NULL)", name="finished"
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    member_id: Mapped[int | None] = mapped_column(Key)
    kind: Mapped[FileKind] = mapped_column(choice(FileKind, name="kind"))
    state: Mapped[BatchState] = mapped_column(choice(BatchState, name="state"), default=BatchState.UPLOADED)
    file_name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    findings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_same: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportMapping(OfOrganisation, Base):
    """The settings an organisation used last for one kind of file and one row of headers."""

    __tablename__ = "import_mappings"
    __rules__ = (UniqueConstraint("organisation_id", "kind", "headers_hash"),)

    kind: Mapped[FileKind] = mapped_column(choice(FileKind, name="kind"))
    headers_hash: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    used_at: Mapped[datetime]
