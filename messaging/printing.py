"""The PDF of a batch of letters: letter by letter past the gate, set, put on the shelf, and noted.

Nobody has a letter in hand before the batch is `made`, so a worker that dies leaves no doubt: whoever goes on
puts its letters back and begins anew. A lease says who is at it, and its edition fences off who was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError

from core import tenancy
from core.clock import day_in
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import Refusal
from core.transaction import DatabaseBusy, reading, writing
from messaging.letter_gate import admitted
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_sheets import Letter
from messaging.letter_shelf import LetterShelf
from messaging.link_text import LinksOf
from messaging.models import Message, MessageState
from messaging.typesetting import NotTypeset, Typeset, faults, typeset

log = structlog.get_logger()
LEASE = timedelta(minutes=15)
# So many letters pass the gate in one transaction: SQLite's one writer holds up others meanwhile.
TOGETHER = 20


class TurnLost(Exception):
    """Somebody else makes this batch now."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One batch in the hands of one worker."""

    batch_id: int
    organisation_id: int
    public_id: str
    edition: int
    began_at: datetime


def print_due(
    *,
    shelf: LetterShelf,
    links_of: LinksOf,
    clock: Callable[[], datetime],
    ending: Callable[[], bool] = lambda: False,
) -> int:
    """Make the PDFs that wait, and return how many batches came to an end."""
    done = 0
    while not ending():
        with tenancy.everywhere(), writing():
            turn = _next_turn(clock())
        if turn is None:
            break
        with tenancy.scope(turn.organisation_id):
            _make(turn, shelf, links_of, clock)
        done += 1
    return done


def put_back(*, organisation_id: int, batch_id: int) -> None:
    """Let the printed letters of a batch wait again; those that were kept back stay so."""
    printed = (
        Message.organisation_id == organisation_id,
        Message.letter_batch_id == batch_id,
        Message.state == MessageState.HANDING,
    )
    again = {"state": MessageState.NEW, "handed_at": None, "claimed_by": None, "letter_number": None}
    db.session.execute(
        update(Message).where(*printed).values(**again).execution_options(synchronize_session=False)
    )


def _next_turn(now: datetime) -> Turn | None:
    released = LetterBatch.organisation_id.not_in(restores.held())
    due = or_(
        LetterBatch.state == LetterBatchState.WAITING,
        (LetterBatch.state == LetterBatchState.MAKING) & (LetterBatch.leased_until < now),
    )
    batch = db.session.scalars(
        select(LetterBatch)
        .where(due, released)
        .order_by(LetterBatch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None:
        return None
    put_back(organisation_id=batch.organisation_id, batch_id=batch.id)
    batch.state, batch.state_reason = LetterBatchState.MAKING, ""
    batch.edition, batch.leased_until = batch.edition + 1, now + LEASE
    db.session.flush()
    return Turn(batch.id, batch.organisation_id, batch.public_id, batch.edition, now)


def _make(turn: Turn, shelf: LetterShelf, links_of: LinksOf, clock: Callable[[], datetime]) -> None:
    try:
        letters = _gathered(turn, links_of, clock)
        made = _set(turn, letters, links_of, clock) if letters else None
        if made is None:
            _end(turn, LetterBatchState.EMPTY)
            return
        shelf.keep(turn.public_id, turn.edition, made.pdf)
        _end_made(turn, made, clock())
    except (TurnLost, restores.NotReleased):
        # Without a release the turn is lost too: after it somebody takes the batch up anew.
        shelf.remove(turn.public_id, turn.edition)
        log.warning("letters overtaken", batch=turn.public_id, edition=turn.edition)
    except (OperationalError, DatabaseBusy):
        # The database is away, which says nothing about these letters: the lease ends by itself.
        raise
    except Exception as error:
        log.exception("letters not made", batch=turn.public_id)
        why = str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
        _end(turn, LetterBatchState.FAILED, why)


def _gathered(turn: Turn, links_of: LinksOf, clock: Callable[[], datetime]) -> list[Letter]:
    """Return the letters that may be printed, each marked `handing`."""
    with reading():
        waiting = db.session.scalars(
            select(Message.id)
            .where(
                Message.organisation_id == turn.organisation_id,
                Message.letter_batch_id == turn.batch_id,
                Message.state == MessageState.NEW,
            )
            .order_by(Message.id)
        ).all()
    letters: list[Letter] = []
    for start in range(0, len(waiting), TOGETHER):
        with writing():
            batch = _held(turn, clock())
            for message_id in waiting[start : start + TOGETHER]:
                letter = admitted(
                    batch=batch,
                    message_id=message_id,
                    links_of=links_of,
                    number=len(letters) + 1,
                    now=turn.began_at,
                )
                letters += [letter] if letter else []
    return letters


def _set(
    turn: Turn,
    letters: Sequence[Letter],
    links_of: LinksOf,
    clock: Callable[[], datetime],
) -> Typeset | None:
    """Return the PDF; a letter at which the typesetter fails is put aside, and the others are set without it.

    Raises NotTypeset when it is about no letter in particular: it fails at each of them, or at none alone.
    """
    renew = partial(_renew, turn, clock)
    title = f"Letters {turn.public_id}"
    try:
        return typeset([letter.data for letter in letters], title=title, before_each=renew)
    except NotTypeset as error:
        found = faults([letter.data for letter in letters], before_each=renew)
        if len(found) in (0, len(letters)):
            raise
        log.warning("letters put aside", batch=turn.public_id, number=len(found), why=str(error))
        bad = {letters[place].sha256: words for place, words in found.items()}
    with writing():
        _held(turn, clock())
        for digest, words in bad.items():
            _put_aside(turn, digest, words)
        put_back(organisation_id=turn.organisation_id, batch_id=turn.batch_id)
    good = _gathered(turn, links_of, clock)
    return typeset([letter.data for letter in good], title=title, before_each=renew) if good else None


def _renew(turn: Turn, clock: Callable[[], datetime]) -> None:
    """Keep the lease while the typesetter works: thousands of letters take longer. Raises TurnLost."""
    with writing():
        _held(turn, clock())


def _put_aside(turn: Turn, digest: str, words: str) -> None:
    db.session.execute(
        update(Message)
        .where(
            Message.organisation_id == turn.organisation_id,
            Message.letter_batch_id == turn.batch_id,
            Message.state == MessageState.HANDING,
            Message.sent_sha256 == digest,
        )
        .values(
            state=MessageState.FAILED,
            state_reason=f"not_rendered {words}"[:240],
            claimed_by=None,
            letter_number=None,
        )
        .execution_options(synchronize_session=False)
    )


def _held(turn: Turn, now: datetime) -> LetterBatch:
    """Return the batch, held and leased anew. Raises TurnLost."""
    batch = db.session.scalars(
        select(LetterBatch)
        .where(
            LetterBatch.organisation_id == turn.organisation_id,
            LetterBatch.id == turn.batch_id,
            LetterBatch.edition == turn.edition,
            LetterBatch.state == LetterBatchState.MAKING,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None:
        raise TurnLost
    batch.leased_until = now + LEASE
    return batch


def _end_made(turn: Turn, made: Typeset, now: datetime) -> None:
    with writing():
        batch = _held(turn, now)
        zone = db.session.get_one(Organisation, turn.organisation_id).zone
        batch.state, batch.leased_until = LetterBatchState.MADE, None
        batch.made_at, batch.dated_on = now, day_in(turn.began_at, zone)
        batch.letters, batch.pages, batch.sha256 = made.letters, made.pages, made.sha256
    log.info("letters made", batch=turn.public_id, letters=made.letters, pages=made.pages)


def _end(turn: Turn, state: LetterBatchState, why: str = "") -> None:
    with writing():
        batch = _held(turn, turn.began_at)
        if state is LetterBatchState.FAILED:
            put_back(organisation_id=turn.organisation_id, batch_id=turn.batch_id)
        batch.state, batch.state_reason, batch.leased_until = state, why[:240], None
