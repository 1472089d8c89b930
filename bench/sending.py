"""Sending reminders through the outbox by SMTP, beside bare smtplib with a message made beforehand.

`python -m bench sending --rows 2000`: so many messages, each with its own debtor, invoice and link, are taken
by two worker processes from the same database and given to a mail server that only answers.
"""

import multiprocessing
import os
import smtplib
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier

from flask import Flask
from sqlalchemy import func, select

from bench.mail_sink import mail_sink
from bench.results import Result, Section
from bench.stores import Store, kinds, store_of
from collections_portal.app import create_app
from collections_portal.carriers import carriers_of, link_writer
from collections_portal.config import Config, Mail
from core import tenancy
from core.database import db
from core.transaction import writing
from core.web import logs
from invoices.models import Channel
from links import operations as links
from messaging.delivery import deliver_due
from messaging.models import Message, MessageState
from messaging.providers.smtp import Encryption
from messaging.queueing import queue
from tests import factories
from tests.factories import NOW

ROWS = 2_000
WORKERS, LINES = 2, 2
GOAL = 300
SENDER = "portal@voltwerk.example"


def run(rows: int | None = None) -> Section:
    """Measure on each kind of database there is; `rows` is how many messages."""
    count = rows or ROWS
    results = []
    with mail_sink() as port:
        limit = _limit(port, count)
        for kind in kinds():
            with store_of(kind) as store:
                results.append(_result(store, _sent(store, port, count), limit))
    return Section(
        f"Sending {count:,} reminders by SMTP",
        f"{WORKERS} worker processes with {LINES} lines each claim, render, ask the gate, hand over and "
        "settle every message in the database; on SQLite each step waits for the disk, on PostgreSQL here it "
        "does not. The limit is bare smtplib on one line, a message made beforehand, to the same server, "
        "which only answers and shares the processors.",
        results,
    )


def _result(store: Store, ours: float, limit: float) -> Result:
    return Result(
        f"messages sent, {store.name}",
        f"{ours:,.0f}/s",
        f"{limit:,.0f}/s: {limit / ours:.1f} x",
        goal=f">= {GOAL}/s",
        met=ours >= GOAL,
    )


def _limit(port: int, count: int) -> float:
    """Return how many messages a second smtplib gives to the server, word by word as it does."""
    words = b"Subject: Herinnering\r\n\r\n" + b"Beste Sanne, u heeft een open factuur.\r\n" * 150
    with smtplib.SMTP("127.0.0.1", port) as session:
        started = time.perf_counter()
        for number in range(count):
            session.sendmail(SENDER, [f"sanne{number}@mail.example"], words)
        return count / (time.perf_counter() - started)


def _sent(store: Store, port: int, count: int) -> float:
    """Queue the messages, let the workers send them, and return how many a second were sent."""
    _queue(store, port, count)
    spawn = multiprocessing.get_context("spawn")
    start: Barrier = spawn.Barrier(WORKERS + 1)
    workers = [spawn.Process(target=_work, args=(store, port, start)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    start.wait(timeout=300)
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    with create_app(_config(store, port)).app_context(), tenancy.everywhere():
        sent = db.session.scalar(
            select(func.count()).select_from(Message).where(Message.state == MessageState.SENT)
        )
        db.session.remove()
        db.engine.dispose()
    assert sent == count, f"{sent} of {count} were sent"
    return count / seconds


def _config(store: Store, port: int) -> Config:
    mail = Mail(
        host="127.0.0.1",
        port=port,
        encryption=Encryption.NONE,
        sender=SENDER,
        per_minute_organisation=0,
        per_minute_domain=0,
        bounce_domain="bounces.voltwerk.example",
    )
    return Config.for_tests(database_url=store.url, var_dir=store.folder, testing=False, mail=mail)


def _queue(store: Store, port: int, count: int) -> None:
    with create_app(_config(store, port)).app_context(), tenancy.everywhere():
        with writing():
            owner = factories.organisation()
            creditor = factories.creditor(owner)
            for number in range(count):
                debtor = factories.debtor(owner)
                contact = factories.contact_point(debtor, value=f"sanne{number}@mail{number % 50}.example")
                invoice = factories.invoice(debtor, creditor)
                link = links.issue(
                    organisation=owner,
                    debtor_id=debtor.id,
                    contact_point_id=contact.id,
                    channel=Channel.EMAIL,
                    now=NOW,
                )
                queue(
                    organisation_id=owner.id,
                    dedupe_key=f"bench:{number}",
                    event="reminder_1",
                    channel=Channel.EMAIL,
                    language="nl",
                    recipient=contact.value,
                    values={"creditor": ""},
                    now=NOW,
                    debtor_id=debtor.id,
                    contact_point_id=contact.id,
                    link_id=link.id,
                    invoice_ids=[invoice.id],
                    is_collection=True,
                )
        db.session.remove()
        db.engine.dispose()


def _work(store: Store, port: int, start: Barrier) -> None:
    """Be a worker with its lines; the clock begins on a working day, whenever this is measured."""
    logs.configure(file=store.folder / "worker.log")
    app = create_app(_config(store, port))
    began = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    names = [f"{os.getpid()}:{number}" for number in range(LINES)]
    threads = [threading.Thread(target=_line, args=(app, name, clock)) for name in names]
    start.wait(timeout=300)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        db.engine.dispose()


def _line(app: Flask, name: str, clock: Callable[[], datetime]) -> None:
    """Send until nothing is left."""
    config = app.config["PORTAL"]
    with app.app_context():
        claimed = 1
        while claimed:
            claimed = deliver_due(
                carriers=carriers_of(config),
                address_of_link=link_writer(config, clock),
                clock=clock,
                worker=name,
            ).claimed
        db.session.remove()
