"""Two of the portal's own workers, one of them on a machine whose clock is wrong."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from flask import Flask
from sqlalchemy import update

from collections_portal.config import Config
from collections_portal.serving import work
from core import clock, tenancy
from core.database import db
from core.transaction import writing
from messaging.models import Message, MessageState
from tests.faults.keeper import CONTEXT, Keeper
from tests.faults.mail_sink import mail_sink
from tests.faults.outbox import LINK, Kept, Outbox, mail_config, outbox_of
from tests.faults.verdict import Verdict, verdict_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG_BY = (HOUR, -HOUR, DAY, -DAY)
# Some messages may leave only after this, the others until then.
LATER, UNTIL = timedelta(minutes=10), timedelta(minutes=30)
EARLY = 20
PATIENCE = 60.0


class OneWrong(NamedTuple):
    """What came of the messages that were due, and how many of the others did not stay in the queue."""

    verdict: Verdict
    early: int


def one_clock_wrong(*, database_url: str, folder: Path, off_by: timedelta, messages: int) -> OneWrong:
    """Let two workers send so many messages, one of them by a clock that is off by this much.

    The recipients are called after that: in the same database there may be those of another clock.
    """
    names = f"{off_by.total_seconds():.0f}"
    due = [f"sanne{number}.{names}@mail{number % 50}.example" for number in range(messages)]
    early = [f"early{number}.{names}@mail{number % 50}.example" for number in range(EARLY)]
    with mail_sink(CONTEXT, folder) as sink:
        config = mail_config(database_url=database_url, folder=folder, port=sink.port)
        with outbox_of(config) as outbox:
            outbox.fill(early, kinds=(LINK,), now=clock.now() + LATER)
            outbox.fill(due, kinds=(LINK,), now=clock.now())
            _expire(outbox.app, at=clock.now() + UNTIL)
            wrong = partial(_work_by_a_wrong_clock, off_by=off_by)
            with _keeper(config, wrong) as at_fault, _keeper(config, work) as others:
                at_fault.begin()
                others.begin()
                states = _at_the_end(outbox, set(due))
            waiting = [kept for kept in states if kept.recipient in set(early)]
            told = [kept for kept in states if kept.recipient in set(due)]
            taken = sink.taken()
            left = {to for to, _name in taken} & set(early)
            moved = {kept.recipient for kept in waiting if kept.state is not MessageState.NEW}
            verdict = verdict_of(told, [(to, name) for to, name in taken if to in set(due)], kills=0)
            return OneWrong(verdict, len(left | moved))


def _keeper(config: Config, job: Callable[[Flask], None]) -> Keeper:
    return Keeper(config, warm=lambda _app: None, job=job)


def _work_by_a_wrong_clock(app: Flask, *, off_by: timedelta) -> None:
    def shown() -> datetime:
        return datetime.now(UTC) + off_by

    with mock.patch.object(clock, "of_machine", shown):
        work(app)


def _expire(app: Flask, *, at: datetime) -> None:
    with app.app_context(), tenancy.everywhere(), writing():
        db.session.execute(update(Message).values(expires_at=at).where(Message.not_before < at))


def _at_the_end(outbox: Outbox, due: set[str]) -> list[Kept]:
    """Return how the messages stand when those that were due have come to their end, or nobody got on."""
    over = time.monotonic() + PATIENCE
    while True:
        states = outbox.states()
        if all(kept.is_over for kept in states if kept.recipient in due) or time.monotonic() > over:
            return states
        time.sleep(0.1)
