"""Doubtful SMS: before anything is sent again, the provider's own list says whether it has the message.

Sending is not idempotent there, and a line that broke says nothing. So a minute later its list is asked for
the words of the message. What it has was sent; what it still has not after a while, for a list may lag, was
not sent and goes back to the queue. Where the list itself cannot be read a person sees the message, and it is
asked for now and then; the same where nothing is known by which to find it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from core import tenancy
from core.database import db
from core.transaction import reading, writing
from invoices.models import Channel
from messaging import retries
from messaging.claims import is_in
from messaging.link_text import LinksOf, LinkText
from messaging.models import Message, MessageAttempt, MessageState
from messaging.providers.outcomes import Finder, ListUnavailable, Provider
from messaging.rendering import HIDDEN_LINK
from messaging.sms_models import ProviderEvent

log = structlog.get_logger()
ASK, NOT_ANSWERED = "ask", "not_answered"
# When it is asked, from the handing; with a sweep every 30 seconds nothing is left after five minutes.
ASKED_AFTER = (timedelta(seconds=60), timedelta(seconds=120), timedelta(seconds=240))
ASKED_LATER = timedelta(minutes=10)
# Until then another worker leaves the question alone.
TURN = timedelta(seconds=30)
# The provider's clock and ours may differ by so much.
CLOCKS = timedelta(minutes=2)
MOST = 50


@dataclass(frozen=True, slots=True)
class _Doubt:
    id: int
    organisation_id: int
    attempt: int
    recipient: str
    body: str
    created_at: datetime
    expires_at: datetime | None
    handed_at: datetime
    link_words: str = ""

    @property
    def words(self) -> str:
        """What only this message says: its link's key, else the longest piece of its own words; empty when
        neither is known."""
        return self.link_words or max(self.body.split(HIDDEN_LINK), key=len)


def ask_due(
    *,
    opened: Callable[[], Provider[Any]],
    links_of: LinksOf,
    clock: Callable[[], datetime],
) -> int:
    """Ask for every doubtful SMS whose moment has come, and return how many were asked for."""
    with tenancy.everywhere(), writing():
        _begin()
        doubts = _taken(links_of, clock())
    if not doubts:
        return 0
    with opened() as provider:
        for doubt in doubts:
            with tenancy.scope(doubt.organisation_id):
                _settle(doubt, provider, clock)
    return len(doubts)


def _begin() -> None:
    """Put every newly doubtful SMS on the list of questions."""
    new = db.session.execute(
        select(Message.id, Message.handed_at)
        .where(
            is_in(MessageState.UNKNOWN),
            Message.channel == Channel.SMS,
            Message.handed_at.is_not(None),
            Message.cleared_at.is_(None),
            Message.state_reason.not_in((ASK, NOT_ANSWERED)),
        )
        .with_for_update(skip_locked=True)
    )
    for row in new.all():
        _change(Message.id == row.id, ask_at=row.handed_at + ASKED_AFTER[0], state_reason=ASK)


def _taken(links_of: LinksOf, now: datetime) -> Sequence[_Doubt]:
    due = db.session.scalars(
        select(Message)
        .where(
            is_in(MessageState.UNKNOWN),
            Message.channel == Channel.SMS,
            Message.ask_at <= now,
            Message.cleared_at.is_(None),
        )
        .order_by(Message.ask_at)
        .limit(MOST)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for message in due:
        _change(Message.id == message.id, ask_at=now + TURN)
    links = links_of([message for message in due if _says_link(message)])
    return [_doubt(message, links.get(message.id), now) for message in due]


def _says_link(message: Message) -> bool:
    # A message may have a link that its text does not say, such as a receipt. Of one that was handed over
    # after the backup that was restored no words are kept; `restored` lets in those that say their link.
    return message.link_id is not None and (HIDDEN_LINK in message.body or not message.body)


def _doubt(message: Message, link: LinkText | None, now: datetime) -> _Doubt:
    return _Doubt(
        id=message.id,
        organisation_id=message.organisation_id,
        attempt=message.attempt,
        recipient=message.recipient,
        body=message.body,
        created_at=message.created_at,
        expires_at=message.expires_at,
        handed_at=message.handed_at or now,
        link_words=link.url.rpartition("/")[2] if link else "",
    )


def _settle(doubt: _Doubt, provider: Provider[Any], clock: Callable[[], datetime]) -> None:
    answered, provider_id = _asked(doubt, provider)
    now = clock()
    with writing():
        if provider_id is not None and provider_id in _names_of_others(doubt, hold=True):
            # Another worker found it for a message with the same words meanwhile.
            provider_id = None
        if provider_id is not None:
            sent = {"sent_at": doubt.handed_at, "provider_id": provider_id[:80]}
            changed = _become(doubt, MessageState.SENT, "", **sent)
            outcome = MessageState.SENT.value
        elif now < doubt.handed_at + ASKED_AFTER[-1]:
            changed = _become(doubt, MessageState.UNKNOWN, ASK, ask_at=_next(doubt, now))
            outcome = ASK
        elif not answered:
            again_at = now + ASKED_LATER if now < doubt.created_at + retries.LAST else None
            changed = _become(doubt, MessageState.UNKNOWN, NOT_ANSWERED, ask_at=again_at)
            outcome = NOT_ANSWERED
        else:
            changed, outcome = _again(doubt, now), "not_found"
        if changed:
            _note(doubt, outcome)
    log.info("asked", id=doubt.id, attempt=doubt.attempt, outcome=outcome, changed=changed)


def _asked(doubt: _Doubt, provider: Provider[Any]) -> tuple[bool, str | None]:
    """Return whether the provider told, and its name for the message if it has it."""
    if not isinstance(provider, Finder) or not doubt.words:
        return False, None
    try:
        found = provider.find(
            recipient=doubt.recipient,
            containing=doubt.words,
            created_after=doubt.handed_at - CLOCKS,
            but_not=_known_names(doubt),
        )
    except ListUnavailable as error:
        log.warning("list not read", id=doubt.id, why=str(error)[:200])
        return False, None
    return True, found


def _known_names(doubt: _Doubt) -> frozenset[str]:
    with reading():
        return _names_of_others(doubt)


def _names_of_others(doubt: _Doubt, *, hold: bool = False) -> frozenset[str]:
    """Return the provider's names of the other messages to this number, in whatever organisation.

    Two with the same words cannot be told apart in the list. A link's key stands in one message alone, so
    nothing is asked then. `hold` makes others that ask for this number wait until the transaction ends.
    """
    if doubt.link_words:
        return frozenset()
    to_it = (Message.channel == Channel.SMS, Message.recipient == doubt.recipient)
    with tenancy.everywhere():
        if hold:
            doubtful = select(Message.id).where(*to_it, is_in(MessageState.UNKNOWN)).order_by(Message.id)
            db.session.execute(doubtful.with_for_update())
        others = select(Message.provider_id).where(
            *to_it, Message.id != doubt.id, Message.provider_id.is_not(None)
        )
        events = (
            select(ProviderEvent.provider_id)
            .join(
                Message,
                (Message.organisation_id == ProviderEvent.organisation_id)
                & (Message.id == ProviderEvent.message_id),
            )
            .where(*to_it, Message.id != doubt.id)
        )
        return frozenset(name for name in db.session.scalars(others.union(events)) if name)


def _next(doubt: _Doubt, now: datetime) -> datetime:
    return next(doubt.handed_at + after for after in ASKED_AFTER if doubt.handed_at + after > now)


def _again(doubt: _Doubt, now: datetime) -> bool:
    """It was not sent: put it back, unless that went on for too long."""
    if now >= doubt.created_at + retries.LAST:
        return _become(doubt, MessageState.FAILED, "not_handed")
    return _become(doubt, MessageState.NEW, "not_handed", not_before=now, handed_at=None)


def _become(doubt: _Doubt, state: MessageState, reason: str, **changes: Any) -> bool:
    """Change the message unless a report, a late answer or a person settled this attempt meanwhile."""
    free = {} if state is MessageState.UNKNOWN else {"claimed_by": None, "leased_until": None}
    values = {"state": state, "state_reason": reason, "ask_at": None} | free | changes
    return _change(
        Message.organisation_id == doubt.organisation_id,
        Message.id == doubt.id,
        Message.attempt == doubt.attempt,
        Message.cleared_at.is_(None),
        is_in(MessageState.UNKNOWN),
        **values,
    )


def _change(*which: Any, **values: Any) -> bool:
    changed = db.session.execute(
        update(Message)
        .where(*which)
        .values(**values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.all())


def _note(doubt: _Doubt, outcome: str) -> None:
    """Keep what came of the attempt; of one whose worker died there is no line yet."""
    line = db.session.scalar(
        select(MessageAttempt).where(
            MessageAttempt.organisation_id == doubt.organisation_id,
            MessageAttempt.message_id == doubt.id,
            MessageAttempt.attempt == doubt.attempt,
        )
    )
    if line is None:
        line = MessageAttempt(
            organisation_id=doubt.organisation_id,
            message_id=doubt.id,
            attempt=doubt.attempt,
            started_at=doubt.handed_at,
        )
        db.session.add(line)
    line.outcome = outcome
