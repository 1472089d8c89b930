"""The sender of a channel, which all organisations share: its pace, its rest, and what is wrong with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core import tenancy
from core.database import db
from invoices.models import Channel
from messaging import rates, retries
from messaging.models import Message, SendingPace
from messaging.providers.outcomes import Remedy
from messaging.sms_models import SendingAlarm

log = structlog.get_logger()
DAY = timedelta(days=1)
# An alarm that nobody confirmed is shown for so long after it was last heard.
SHOWN_FOR = timedelta(days=7)


def room(*, channel: Channel, per_minute: int, now: datetime) -> int | None:
    """Return how many messages may leave now, None for no limit and 0 while the sender rests.

    With a limit the row is locked for the rest of the transaction, so that workers share one bucket.
    """
    pace = db.session.execute(
        select(SendingPace.spent_until, SendingPace.rests_until).where(
            SendingPace.subject == _subject(channel)
        )
    ).one_or_none()
    if pace is not None and pace.rests_until is not None and pace.rests_until > now:
        return 0
    if not per_minute:
        return None
    return rates.room(per_minute=per_minute, spent_until=_locked(channel, now), now=now)


def spend(*, channel: Channel, per_minute: int, messages: int, now: datetime) -> None:
    """Note that so many messages leave now."""
    if not per_minute or not messages:
        return
    spent = rates.spend(per_minute=per_minute, spent_until=_locked(channel, now), now=now, messages=messages)
    _change(channel, spent_until=spent)


def rest(*, channel: Channel, remedy: Remedy, words: str, now: datetime) -> datetime:
    """Leave the sender alone and say so; return until when.

    After that one message is tried: what was wrong may have been put right. A daily limit is left alone until
    the first message of the last 24 hours is a day old.
    """
    until = now + retries.CHANNEL_PAUSE
    if remedy is Remedy.CHANNEL_PAUSES:
        until = max(until, _window_moves_at(channel, now))
    _locked(channel, now)
    _change(channel, rests_until=until)
    warn(subject=_subject(channel), channel=channel, words=words, now=now)
    return until


def warn(*, subject: str, channel: Channel, words: str, now: datetime) -> None:
    """Keep what the provider refuses us for, once for each subject, until it is put right."""
    statement = _insert(SendingAlarm).values(
        subject=subject, channel=channel, words=words[:240] or subject, since=now
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[SendingAlarm.subject],
            set_={"words": statement.excluded.words, "since": statement.excluded.since},
        )
    )
    log.error("sender refused", subject=subject, words=words[:240])


def recovered(*, channel: Channel) -> None:
    """Forget the alarm: the provider took a message again."""
    db.session.execute(delete(SendingAlarm).where(SendingAlarm.subject == _subject(channel)))


def alarms(*, now: datetime) -> Sequence[SendingAlarm]:
    """Return what somebody who runs the installation has to look at, the newest first."""
    return db.session.scalars(
        select(SendingAlarm).where(SendingAlarm.since > now - SHOWN_FOR).order_by(SendingAlarm.since.desc())
    ).all()


def _window_moves_at(channel: Channel, now: datetime) -> datetime:
    with tenancy.everywhere():
        first = db.session.scalar(
            select(func.min(Message.sent_at)).where(Message.channel == channel, Message.sent_at > now - DAY)
        )
    return first + DAY if first is not None else now


def _subject(channel: Channel) -> str:
    return f"sender:{channel.value}"


def _locked(channel: Channel, now: datetime) -> datetime:
    """Return up to when the rate is used, from the row, made where it is new and locked."""
    new = _insert(SendingPace).values(subject=_subject(channel), spent_until=now, refusals=0)
    db.session.execute(new.on_conflict_do_nothing())
    mine = select(SendingPace.spent_until).where(SendingPace.subject == _subject(channel))
    return db.session.execute(mine.with_for_update()).scalar_one()


def _change(channel: Channel, **values: object) -> None:
    db.session.execute(
        update(SendingPace)
        .where(SendingPace.subject == _subject(channel))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _insert(table: type[SendingPace] | type[SendingAlarm]) -> "postgresql.Insert | sqlite.Insert":
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)
