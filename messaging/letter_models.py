"""The table of letters that are printed and posted together."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id


class LetterBatchState(StrEnum):
    """Where a batch is. `filling` takes letters, `waiting` and `making` are a worker's, `made` is a person's.

    A batch of which no letter may leave is `empty`; one of which the PDF could not be made has `failed`.
    """

    FILLING = "filling"
    WAITING = "waiting"
    MAKING = "making"
    MADE = "made"
    POSTED = "posted"
    EMPTY = "empty"
    FAILED = "failed"


class LetterBatch(OfOrganisation, Base):
    """The letters of one run, or one letter alone: one PDF to print.

    `about` says of what, such as `dunning:7`: there is one batch of each. `edition` counts how often the PDF
    was made; `letters` and `pages` are those of the last one, `sha256` is of its bytes. `dated_on` stands on
    its letters. The PDF lies on the shelf and not here: it holds the keys of links.
    """

    __tablename__ = "letter_batches"
    __rules__ = (
        UniqueConstraint("organisation_id", "about"),
        belongs_to("members", "posted_by_id"),
        CheckConstraint("edition >= 0 AND letters >= 0 AND pages >= 0", name="counts"),
        CheckConstraint("(state IN ('made', 'posted')) = (sha256 <> '')", name="made_has_hash"),
        CheckConstraint("sha256 = '' OR length(sha256) = 64", name="sha256"),
        CheckConstraint("(state IN ('made', 'posted')) = (dated_on IS NOT NULL)", name="made_has_day"),
        CheckConstraint("(state = 'posted') = (posted_on IS NOT NULL)", name="posted_has_day"),
        CheckConstraint("posted_on IS NULL OR posted_on >= dated_on", name="posted_after_made"),
        CheckConstraint("(state = 'making') = (leased_until IS NOT NULL)", name="making_has_lease"),
        Index(
            "ix_letter_batches_due",
            "id",
            sqlite_where=text("state IN ('waiting', 'making')"),
            postgresql_where=text("state IN ('waiting', 'making')"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    about: Mapped[str] = mapped_column(String(60))
    state: Mapped[LetterBatchState] = mapped_column(
        choice(LetterBatchState, name="state"), default=LetterBatchState.FILLING
    )
    state_reason: Mapped[str] = mapped_column(String(240), default="")
    edition: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    letters: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    dated_on: Mapped[date | None]
    made_at: Mapped[datetime | None]
    posted_on: Mapped[date | None]
    posted_by_id: Mapped[int | None] = mapped_column(Key)
    created_at: Mapped[datetime]
