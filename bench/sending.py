"""Sending through the outbox by SMTP and by Twilio's client, beside bare smtplib.

`python -m bench sending --rows 2000`: so many messages, each with its own debtor, invoice and link, are taken
by two worker processes from the same database and given to a server that only answers.
"""

import multiprocessing
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.synchronize import Barrier

from flask import Flask
from sqlalchemy import select

from bench.mail_sink import mail_sink
from bench.results import Result, Section
from bench.stores import Store, kinds, store_of
from collections_portal import jobs
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.serving import settle_memory
from collections_portal.work import SENDERS
from core import tenancy
from core.database import db
from core.web import logs
from invoices.models import Channel
from messaging.models import Message, MessageState
from tests.factories import NOW
from tests.fakes.twilio import FakeTwilio
from tests.faults.outbox import REMINDER, SENDER, mail_config, outbox_of, sms_config

ROWS = 2_000
WORKERS = 2
# A burst is this many messages, which shall have left in so many seconds.
BURST, SOON = 1_000, 10
MAIL_AWAY, SMS_AWAY = 0.020, 0.100
METHOD = (
    f"{WORKERS} worker processes with up to {SENDERS} lines each, as `portal worker` has them, claim, write, "
    "ask the gate, hand over and settle every message in the database; on SQLite each step waits for the "
    "disk, on PostgreSQL here it does not. The servers only answer, and share the processors. The limit is "
    "bare smtplib on one line, a message made beforehand, to the server that is not away."
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: what it is called, the least a second that is wanted of it, and how it is set up."""

    name: str
    least: int
    channel: Channel
    recipient: Callable[[int], str]
    config: Callable[..., Config]


def run(rows: int | None = None) -> Section:
    """Measure on each kind of database there is; `rows` is how many messages."""
    count = rows or ROWS
    results = []
    with mail_sink() as near, mail_sink(away=MAIL_AWAY) as away, FakeTwilio() as twilio:
        twilio.away_seconds = SMS_AWAY
        limit = _limit(near, count)
        ways = (
            Way("mail", 300, Channel.EMAIL, _address, partial(mail_config, port=near)),
            Way("mail to a server 20 ms away", 100, Channel.EMAIL, _address, partial(mail_config, port=away)),
            Way(
                "SMS to a provider 100 ms away", 100, Channel.SMS, _number,
                partial(
                    sms_config, account_sid=twilio.account_sid, token=twilio.auth_token, url=twilio.base_url
                ),
            ),
        )  # fmt: skip
        for kind in kinds():
            for way in ways:
                with store_of(kind) as store:
                    results += _results(store, way, _sent(store, way, count), limit)
    return Section(f"Sending {count:,} reminders", METHOD, results)


def _address(number: int) -> str:
    return f"sanne{number}@mail{number % 50}.example"


def _number(number: int) -> str:
    return f"+316{10_000_000 + number}"


def _results(store: Store, way: Way, moments: list[float], limit: float) -> list[Result]:
    """Return the rate, and of mail nearby how long the first thousand took."""
    ours = len(moments) / moments[-1]
    found = [
        Result(
            f"{way.name}, {store.name}",
            f"{ours:,.0f}/s",
            f"{limit:,.0f}/s: {limit / ours:.1f} x" if way.name == "mail" else "",
            goal=f">= {way.least}/s",
            met=ours >= way.least,
        )
    ]
    if way.name == "mail" and len(moments) >= BURST:
        burst = moments[BURST * 99 // 100 - 1]
        found.append(
            Result(
                f"99 % of the first {BURST:,}, {store.name}",
                f"{burst:.1f} s",
                goal=f"<= {SOON} s",
                met=burst <= SOON,
            )
        )
    return found


def _limit(port: int, count: int) -> float:
    """Return how many messages a second smtplib gives to the server, word by word as it does."""
    words = b"Subject: Herinnering\r\n\r\n" + b"Beste Sanne, u heeft een open factuur.\r\n" * 150
    with smtplib.SMTP("127.0.0.1", port) as session:
        started = time.perf_counter()
        for number in range(count):
            session.sendmail(SENDER, [f"sanne{number}@mail.example"], words)
        return count / (time.perf_counter() - started)


def _sent(store: Store, way: Way, count: int) -> list[float]:
    """Queue the messages and let the workers send them; return after how many seconds each was sent."""
    config = way.config(database_url=store.url, folder=store.folder)
    with outbox_of(config) as outbox:
        outbox.fill(
            [way.recipient(number) for number in range(count)], channel=way.channel, kinds=(REMINDER,)
        )
    spawn = multiprocessing.get_context("spawn")
    start: Barrier = spawn.Barrier(WORKERS + 1)
    workers = [spawn.Process(target=_work, args=(config, way.channel, start)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    start.wait(timeout=300)
    for worker in workers:
        worker.join()
    with create_app(config).app_context(), tenancy.everywhere():
        sent = select(Message.sent_at).where(Message.state == MessageState.SENT)
        moments = db.session.scalars(sent.order_by(Message.sent_at)).all()
        db.session.remove()
        db.engine.dispose()
    assert len(moments) == count, f"{len(moments)} of {count} were sent"
    return [(moment - NOW).total_seconds() for moment in moments if moment]


def _work(config: Config, channel: Channel, start: Barrier) -> None:
    """Be a worker with its lines; the clock begins on a working day, whenever this is measured."""
    logs.configure(file=config.var_dir / "worker.log")
    app = create_app(config)
    settle_memory()
    start.wait(timeout=300)
    began = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    lines = _Lines(app, channel, clock)
    lines.begin()
    lines.wait()
    with app.app_context():
        db.engine.dispose()


class _Lines:
    """The lines of a worker: the first one begins alone and calls the others, as those at the bell do."""

    def __init__(self, app: Flask, channel: Channel, clock: Callable[[], datetime]) -> None:
        self._app, self._channel, self._clock = app, channel, clock
        self._room = threading.BoundedSemaphore(SENDERS)
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Let one more line send, if there is room for it."""
        if self._room.acquire(blocking=False):
            thread = threading.Thread(target=self._send)
            self._threads.append(thread)
            thread.start()

    def wait(self) -> None:
        """Return when nothing is left to send, or every line has failed."""
        # Whoever calls another line lives until that has begun: the list grows while it is gone through.
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        try:
            with self._app.app_context():
                while jobs.deliver_messages(self._app, self._channel, now=self._clock, call_help=self.begin):
                    pass
        finally:
            self._room.release()
