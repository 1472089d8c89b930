"""Batches of letters: opened with the first letter, closed after the last one, and asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Debtor
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.models import Message, MessageState

SIZE = 25
TAKEN_OUT = "taken_out"


class LetterBatchUnknown(Refusal):
    """There is no such batch of letters in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter of a batch: its number in the PDF, 0 for one that is not in it, and to whom it goes."""

    number: int
    message: Message
    debtor: Debtor


def batch_for(*, organisation_id: int, about: str, now: datetime) -> LetterBatch:
    """Return the batch of this, made where it is new. The caller holds what it is about."""
    known = batch_about(organisation_id=organisation_id, about=about)
    if known is not None:
        return known
    batch = LetterBatch(organisation_id=organisation_id, about=about, created_at=now)
    db.session.add(batch)
    db.session.flush()
    return batch


def close(*, organisation_id: int, about: str) -> None:
    """Hand the batch over to whoever makes its PDF: no letter is added any more. Nothing if there is none."""
    batch = batch_about(organisation_id=organisation_id, about=about)
    if batch is not None and batch.state is LetterBatchState.FILLING:
        batch.state = LetterBatchState.WAITING
        db.session.flush()


def batch_about(*, organisation_id: int, about: str) -> LetterBatch | None:
    """Return the batch of this, if there is one."""
    return db.session.scalar(
        select(LetterBatch).where(LetterBatch.organisation_id == organisation_id, LetterBatch.about == about)
    )


def batch_by_public_id(*, organisation_id: int, public_id: str, lock: bool = False) -> LetterBatch:
    """Return the batch, with `lock` for the rest of the transaction. Raises LetterBatchUnknown."""
    statement = select(LetterBatch).where(
        LetterBatch.organisation_id == organisation_id, LetterBatch.public_id == public_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise LetterBatchUnknown
    return found


def batch_of_message(message: Message) -> LetterBatch | None:
    """Return the batch that a letter is in."""
    if message.letter_batch_id is None:
        return None
    return db.session.scalars(
        select(LetterBatch).where(
            LetterBatch.organisation_id == message.organisation_id, LetterBatch.id == message.letter_batch_id
        )
    ).one()


def batches_of(*, organisation_id: int, page: int = 1, size: int = SIZE) -> tuple[Sequence[LetterBatch], int]:
    """Return a page of batches, the newest first, and how many there are."""
    which = LetterBatch.organisation_id == organisation_id
    total = db.session.scalar(select(func.count()).select_from(LetterBatch).where(which)) or 0
    rows = select(LetterBatch).where(which).order_by(LetterBatch.id.desc())
    return db.session.scalars(rows.limit(size).offset((page - 1) * size)).all(), total


def number_to_post() -> Select[int]:
    """Return what counts the batches that wait for who posts them, or could not be made, as `number`.

    It is asked by `core.prepared`.
    """
    states = (LetterBatchState.MADE, LetterBatchState.FAILED)
    return select(func.count().label("number")).where(
        LetterBatch.organisation_id == bindparam("of_organisation"), LetterBatch.state.in_(states)
    )


def letters_of(*, batch: LetterBatch, page: int = 1, size: int = SIZE) -> tuple[Sequence[LetterRow], int]:
    """Return a page of the batch's letters as the PDF has them, and how many there are.

    After them come those that are not in it, because something came in between.
    """
    total = db.session.scalar(select(func.count()).select_from(Message).where(*_in(batch))) or 0
    rows = db.session.execute(
        select(Message, Debtor)
        .join(Debtor, (Debtor.organisation_id == Message.organisation_id) & (Debtor.id == Message.debtor_id))
        .where(*_in(batch))
        .order_by(Message.letter_number.is_(None), Message.letter_number, Message.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return [LetterRow(message.letter_number or 0, message, debtor) for message, debtor in rows], total


def taken_out_of(*, batch: LetterBatch) -> Sequence[int]:
    """Return the numbers of the letters that somebody took out when the others were posted, in order."""
    found = select(Message.letter_number).where(
        *_in(batch), Message.state == MessageState.SUPPRESSED, Message.state_reason == TAKEN_OUT
    )
    return sorted(number for number in db.session.scalars(found) if number is not None)


def _in(batch: LetterBatch) -> tuple[ColumnElement[bool], ...]:
    return Message.organisation_id == batch.organisation_id, Message.letter_batch_id == batch.id
