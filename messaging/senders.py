"""The sender of a channel, which all organisations share: its pace, its rest, and what is wrong with it.

Its row says for all workers of all hosts how fast they go on together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, delete, func, select, update
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
_Pace = Row[datetime, datetime | None, int, datetime | None]


def room(*, channel: Channel, per_minute: int, now: datetime) -> int | None:
    """Return how many messages may leave now, None for no limit and 0 while the sender rests.

    With a limit the row is locked for the rest of the transaction, so that workers share one bucket. It is
    lower than `per_minute` for a while after the provider found that too fast.
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
    mine = _locked(channel, now)
    return rates.room(per_minute=_slowed(per_minute, mine, now), spent_until=mine.spent_until, now=now)


def spend(*, channel: Channel, per_minute: int, messages: int, now: datetime) -> None:
    """Note that so many messages leave now."""
    if not per_minute or not messages:
        return
    pace = _locked(channel, now)
    spent = rates.spend(
        per_minute=_slowed(per_minute, pace, now), spent_until=pace.spent_until, now=now, messages=messages
    )
    _change(channel, spent_until=spent)


def slow_down(*, channel: Channel, wait: timedelta, now: datetime) -> None:
    """Halve the sender's rate, which the provider finds too high, with nothing left of it to send at once.

    It rests for as long as `wait`. What many lines are told at a time halves the rate once, and so does the
    same answer heard again. It is doubled again for each `rates.RECOVERY` in which nothing more is said.
    """
    pace = _locked(channel, now)
    if pace.rests_until is None or pace.rests_until < now + wait:
        _change(channel, rests_until=now + wait)
    if rates.is_same_burst(last_at=pace.refusals_since, now=now):
        return
    times = min(_halvings(pace, now) + 1, rates.MOST_HALVINGS)
    _change(channel, refusals=times, refusals_since=now, spent_until=now + rates.MINUTE)
    log.warning("sender slows down", channel=channel.value, halved=times)


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


def _slowed(per_minute: int, pace: _Pace, now: datetime) -> int:
    return rates.halved(per_minute=per_minute, times=_halvings(pace, now))


def _halvings(pace: _Pace, now: datetime) -> int:
    return rates.halvings(counted=pace.refusals, last_at=pace.refusals_since, now=now)


def _locked(channel: Channel, now: datetime) -> _Pace:
    """Return the sender's row, made where it is new, locked for the rest of the transaction."""
    new = _insert(SendingPace).values(subject=_subject(channel), spent_until=now, refusals=0)
    db.session.execute(new.on_conflict_do_nothing())
    mine = select(
        SendingPace.spent_until, SendingPace.rests_until, SendingPace.refusals, SendingPace.refusals_since
    ).where(SendingPace.subject == _subject(channel))
    return db.session.execute(mine.with_for_update()).one()


def _change(channel: Channel, **values: object) -> None:
    db.session.execute(
        update(SendingPace)
        .where(SendingPace.subject == _subject(channel))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _insert(table: type[SendingPace] | type[SendingAlarm]) -> "postgresql.Insert | sqlite.Insert":
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)
