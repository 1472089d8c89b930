"""What a person does with printed letters: takes them, and says that they were posted or are made again."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import insert, literal, select, update

from core import audit
from core.clock import day_in
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from messaging.legal import BEGINS_TERM
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_shelf import LetterShelf
from messaging.models import Message, MessageAttempt, MessageState
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


def note_download(*, batch: LetterBatch, member_id: int, now: datetime) -> None:
    """Keep who took the PDF of the batch (locked), which opens the pages of all its debtors."""
    _tell("letters.downloaded", batch, member_id, now, edition=batch.edition)


def mark_posted(*, batch: LetterBatch, edition: int, posted_on: date, member_id: int, now: datetime) -> None:
    """Keep that all letters of the batch (locked) were posted on this day; `edition` is what was looked at.

    Raises NotReleased, LettersOvertaken, PostedOnAnotherDay and TermWouldBeTooShort.
    """
    restores.require_released(organisation_id=batch.organisation_id)
    if batch.state is not LetterBatchState.MADE or batch.edition != edition or batch.dated_on is None:
        raise LettersOvertaken
    zone = db.session.get_one(Organisation, batch.organisation_id).zone
    if not batch.dated_on <= posted_on <= day_in(now, zone):
        raise PostedOnAnotherDay
    if posted_on > batch.dated_on and _begins_term(batch):
        raise TermWouldBeTooShort
    is_today = posted_on == day_in(now, zone)
    noon = datetime.combine(posted_on, NOON, tzinfo=ZoneInfo(zone))
    at = now if is_today else max(noon, batch.made_at or noon)
    _note(batch, MessageState.SENT.value)
    _change(batch, state=MessageState.SENT, sent_at=at, claimed_by=None)
    batch.state, batch.posted_on, batch.posted_by_id = LetterBatchState.POSTED, posted_on, member_id
    db.session.flush()
    _tell("letters.posted", batch, member_id, now, posted_on=posted_on.isoformat())


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


def _begins_term(batch: LetterBatch) -> bool:
    found = select(Message.id).where(
        Message.organisation_id == batch.organisation_id,
        Message.letter_batch_id == batch.id,
        Message.state == MessageState.HANDING,
        Message.event.in_(sorted(BEGINS_TERM)),
    )
    return db.session.scalars(found.limit(1)).first() is not None


def _note(batch: LetterBatch, outcome: str) -> None:
    """Keep for each printed letter what came of this printing."""
    printed = select(
        Message.organisation_id,
        Message.id,
        Message.attempt,
        Message.handed_at,
        literal(outcome),
        literal(""),
        literal(""),
    ).where(
        Message.organisation_id == batch.organisation_id,
        Message.letter_batch_id == batch.id,
        Message.state == MessageState.HANDING,
    )
    columns = ("organisation_id", "message_id", "attempt", "started_at", "outcome", "code", "words")
    db.session.execute(insert(MessageAttempt).from_select(columns, printed))


def _change(batch: LetterBatch, **values: object) -> None:
    db.session.execute(
        update(Message)
        .where(
            Message.organisation_id == batch.organisation_id,
            Message.letter_batch_id == batch.id,
            Message.state == MessageState.HANDING,
        )
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
