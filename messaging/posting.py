"""What a person does with printed letters: takes them, and says that they were posted or are made again."""

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, insert, literal, select, update

from core import audit
from core.bulk import among
from core.clock import day_in
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from messaging.legal import BEGINS_TERM
from messaging.letter_batches import TAKEN_OUT
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_shelf import LetterShelf
from messaging.models import Message, MessageAttempt, MessageState
from messaging.pile import LettersNotInPile, as_written, numbers_in
from messaging.printing import put_back

NOON = time(12)
NOT_POSTED = "not_posted"


class LettersOvertaken(Refusal):
    """Somebody was faster: the letters are posted, or their PDF is another one now."""

    sentence = N_("These letters were dealt with in the meantime. Look at how they are now.")
    status = 409


class PostedOnAnotherDay(Refusal):
    """The day lies before the letters were made, or in the future."""

    sentence = N_("Choose a day from the day on the letters until today.")


class TermWouldBeTooShort(Refusal):
    """A letter gives a term that counts from the day printed on it; posted later, it would be too short."""

    sentence = N_(
        "Some of these letters give a term in law that counts from the day printed on them, so they can only "
        "be posted on that day. Say that they were not posted; they are then made again with a new day."
    )


class NothingPosted(Refusal):
    """All letters were taken out, so there is no day on which they were posted."""

    sentence = N_("This leaves no letter that was posted. If none was, have them made again.")


def note_download(*, batch: LetterBatch, member_id: int, now: datetime) -> None:
    """Keep who took the PDF of the batch (locked), which opens the pages of all its debtors."""
    _tell("letters.downloaded", batch, member_id, now, edition=batch.edition)


def mark_posted(
    *,
    batch: LetterBatch,
    edition: int,
    posted_on: date,
    taken_out: str = "",
    member_id: int,
    now: datetime,
) -> frozenset[int]:
    """Keep that the letters of the batch (locked) were posted on this day; `edition` is what was looked at.

    `taken_out` are the numbers of those that were not, as somebody typed them (`3, 12-15`). They are
    returned: they never left, and the next run decides anew about what they were about.

    Raises NotReleased, LettersOvertaken, PostedOnAnotherDay, NumbersUnreadable, LettersNotInPile,
    NothingPosted and TermWouldBeTooShort.
    """
    restores.require_released(organisation_id=batch.organisation_id)
    if batch.state is not LetterBatchState.MADE or batch.edition != edition or batch.dated_on is None:
        raise LettersOvertaken
    zone = db.session.get_one(Organisation, batch.organisation_id).zone
    if not batch.dated_on <= posted_on <= day_in(now, zone):
        raise PostedOnAnotherDay
    out = _not_posted(batch, taken_out, is_late=posted_on > batch.dated_on)
    _take_out(batch, out, member_id, now)
    _note(batch, MessageState.SENT.value)
    _change(batch, state=MessageState.SENT, sent_at=_moment(batch, posted_on, zone, now), claimed_by=None)
    batch.state, batch.posted_on, batch.posted_by_id = LetterBatchState.POSTED, posted_on, member_id
    db.session.flush()
    _tell("letters.posted", batch, member_id, now, posted_on=posted_on.isoformat())
    return out


def make_again(
    *, batch: LetterBatch, edition: int, shelf: LetterShelf, member_id: int, now: datetime
) -> None:
    """Keep that the letters of the batch (locked) were not posted, and have them made as things are now.

    Raises LettersOvertaken.
    """
    again = batch.state in (LetterBatchState.MADE, LetterBatchState.FAILED)
    if not again or batch.edition != edition:
        raise LettersOvertaken
    _tell("letters.made_again", batch, member_id, now)
    _note(batch, NOT_POSTED)
    put_back(organisation_id=batch.organisation_id, batch_id=batch.id)
    batch.state, batch.state_reason = LetterBatchState.WAITING, ""
    batch.sha256, batch.dated_on, batch.made_at = "", None, None
    batch.letters = batch.pages = 0
    db.session.flush()
    shelf.remove(batch.public_id, edition)


def _not_posted(batch: LetterBatch, typed: str, *, is_late: bool) -> frozenset[int]:
    """Return the numbers of the letters that were taken out, if all the others may count as posted."""
    rows = db.session.execute(select(Message.letter_number, Message.event).where(*_printed(batch))).all()
    events = {number: event for number, event in rows if number is not None}
    out = numbers_in(typed, most=max(events, default=0))
    unknown = out - events.keys()
    if unknown:
        raise LettersNotInPile(numbers=as_written(unknown))
    posted = [event for number, event in events.items() if number not in out]
    if out and not posted:
        raise NothingPosted
    if is_late and not BEGINS_TERM.isdisjoint(posted):
        raise TermWouldBeTooShort
    return out


def _take_out(batch: LetterBatch, numbers: Collection[int], member_id: int, now: datetime) -> None:
    """Let these letters be ones that never left."""
    if not numbers:
        return
    these = among(Message.letter_number, numbers)
    _note(batch, TAKEN_OUT, these)
    _change(
        batch,
        these,
        state=MessageState.SUPPRESSED,
        state_reason=TAKEN_OUT,
        handed_at=None,
        claimed_by=None,
    )
    _tell("letters.taken_out", batch, member_id, now, numbers=as_written(numbers))


def _moment(batch: LetterBatch, posted_on: date, zone: str, now: datetime) -> datetime:
    """Return when letters of that day count as sent: now when it is today, else at noon."""
    if posted_on == day_in(now, zone):
        return now
    noon = datetime.combine(posted_on, NOON, tzinfo=ZoneInfo(zone))
    return max(noon, batch.made_at or noon)


def _printed(batch: LetterBatch) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a letter that lies in the batch's PDF and waits to be posted."""
    return (
        Message.organisation_id == batch.organisation_id,
        Message.letter_batch_id == batch.id,
        Message.state == MessageState.HANDING,
    )


def _note(batch: LetterBatch, outcome: str, *which: ColumnElement[bool]) -> None:
    """Keep for each printed letter, or for those, what came of this printing."""
    printed = select(
        Message.organisation_id,
        Message.id,
        Message.attempt,
        Message.handed_at,
        literal(outcome),
        literal(""),
        literal(""),
    ).where(*_printed(batch), *which)
    columns = ("organisation_id", "message_id", "attempt", "started_at", "outcome", "code", "words")
    db.session.execute(insert(MessageAttempt).from_select(columns, printed))


def _change(batch: LetterBatch, *which: ColumnElement[bool], **values: object) -> None:
    db.session.execute(
        update(Message)
        .where(*_printed(batch), *which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _tell(what: str, batch: LetterBatch, member_id: int, now: datetime, **details: object) -> None:
    audit.record(
        organisation_id=batch.organisation_id,
        what=what,
        about="letter_batch",
        about_id=batch.id,
        now=now,
        member_id=member_id,
        details={"letters": batch.letters, "sha256": batch.sha256, **details},
    )
