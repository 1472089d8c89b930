"""`portal worker` as it is installed: its bell is heard across processes, and kills cost nothing."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from flask import Flask
from huey.consumer import Consumer

from collections_portal.serving import work
from collections_portal.work import SWEEP_SECONDS, Bell
from core import clock
from tests.databases import Database
from tests.faults.keeper import CONTEXT, Keeper
from tests.faults.mail import kill_mail_workers
from tests.faults.mail_sink import mail_sink
from tests.faults.outbox import LINK, REMINDER, mail_config, outbox_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]
RINGS = 3
# A worker sweeps when it begins, and then no sooner than after this.
SOON = SWEEP_SECONDS * 0.8


def wait_until(condition: Callable[[], bool], *, over: float) -> None:
    while not condition():
        assert time.monotonic() < over, "Nothing came of a ring."
        time.sleep(0.01)


@pytest.mark.parametrize("on_redis", [False, True], ids=["bell on SQLite", "bell on Redis"])
def test_a_ring_in_one_process_makes_a_worker_in_another_send(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest, on_redis: bool
) -> None:
    redis_url = request.getfixturevalue("redis_url") if on_redis else ""
    with mail_sink(CONTEXT, tmp_path) as sink:
        config = mail_config(database_url=database_url, folder=tmp_path, port=sink.port, redis_url=redis_url)
        with outbox_of(config) as outbox, Keeper(config, warm=lambda _app: None, job=work) as workers:
            bell, over = Bell(outbox.app), time.monotonic() + SOON
            worker = workers.begin()
            for number in range(RINGS):
                outbox.fill([f"sanne{number}@mail.example"], kinds=(LINK,), now=clock.now())
                bell.ring()
                wait_until(lambda: sink.number() > number, over=over)  # noqa: B023  waited for at once
                # What rang when the worker began is heard by now: the next message has its own ring alone.
                wait_until(lambda: not bell.huey.pending_count(), over=over)
            assert (tmp_path / "bell.sqlite").exists() != on_redis
            assert workers.end(worker, signal.SIGTERM).code == 0
    assert [to for to, _name in sink.taken()] == [f"sanne{number}@mail.example" for number in range(RINGS)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("moment", ["before its threads begin", "once they have begun"])
def test_a_worker_that_is_asked_to_end_while_it_starts_ends_in_order(
    database_url: str, tmp_path: Path, moment: str
) -> None:
    begin = Consumer.start

    def asked(consumer: Consumer) -> None:
        ask = partial(os.kill, os.getpid(), signal.SIGTERM)
        for step in (ask, partial(begin, consumer))[:: 1 if moment.startswith("before") else -1]:
            step()

    def job(app: Flask) -> None:
        with mock.patch.object(Consumer, "start", asked):
            work(app)

    config = mail_config(database_url=database_url, folder=tmp_path, port=1)
    with Keeper(config, warm=lambda _app: None, job=job) as workers:
        # It is not asked again: that signal says nothing.
        assert workers.end(workers.begin(), signal.SIGCONT).code == 0


def test_killed_workers_with_all_their_threads_lose_nothing_and_double_no_reminder(
    database: Database, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Where there is PostgreSQL there may be several machines, and Redis between them."""
    redis_url = request.getfixturevalue("redis_url") if database.kind == "postgresql" else ""
    came_of_it = kill_mail_workers(
        database_url=database_url,
        folder=tmp_path,
        kills=5,
        messages=300,
        kinds=(REMINDER, LINK),
        as_installed=True,
        redis_url=redis_url,
    )
    verdict = came_of_it.verdict
    assert (verdict.messages, verdict.kills, verdict.failed) == (300, 5, 0)
    assert (verdict.lost, verdict.unnamed, verdict.doubled_by_name) == ([], [], []), verdict
    assert came_of_it.doubled_reminders == []
