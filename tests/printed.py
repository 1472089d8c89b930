"""A letter that lies printed and waits for who posts it, for the crowd."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from core.database import db
from invoices.models import Channel, Debtor
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_shelf import letter_shelf_in
from messaging.models import Message, MessageState
from messaging.queueing import queue


def printed(debtor: Debtor, word: Callable[[], str], now: datetime, folder: Path) -> str:
    """Store a batch with one letter and its PDF, and return the batch's public id."""
    pdf = b"%PDF-1.7"
    batch = LetterBatch(
        organisation_id=debtor.organisation_id,
        about="dunning:0",
        state=LetterBatchState.MADE,
        edition=1,
        letters=1,
        pages=1,
        sha256=sha256(pdf).hexdigest(),
        dated_on=now.date(),
        made_at=now,
        created_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    letter = _letter(batch, debtor, word, now)
    letter.state, letter.claimed_by = MessageState.HANDING, f"letters:{batch.public_id}"
    letter.attempt, letter.handed_at, letter.body, letter.letter_number = 1, now, word(), 1
    letter_shelf_in(folder).keep(batch.public_id, 1, pdf)
    db.session.flush()
    return batch.public_id


def _letter(batch: LetterBatch, debtor: Debtor, word: Callable[[], str], now: datetime) -> Message:
    return queue(
        organisation_id=debtor.organisation_id,
        dedupe_key=f"printed:{debtor.public_id}",
        event="reminder_1",
        channel=Channel.LETTER,
        language="nl",
        recipient=word(),
        values={},
        now=now,
        debtor_id=debtor.id,
        letter_batch_id=batch.id,
    )
