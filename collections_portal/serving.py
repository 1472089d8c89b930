"""Web server, worker and schedule: together in one process by default, apart when one is not enough."""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from flask import Flask
from huey.consumer import Consumer

from collections_portal.timekeeping import Timekeeper
from collections_portal.web_server import WebServer
from collections_portal.work import ENDING_SECONDS, Bell, ring_after_changes

log = structlog.get_logger()


def serve(
    app: Flask,
    *,
    host: str,
    port: int,
    with_worker: bool = True,
    started: Callable[[int], None] | None = None,
) -> None:
    """Answer requests until SIGTERM or SIGINT; with the worker also deliver, import and keep the schedule.

    `started` is called once with the port in use. Running answers and jobs are finished before the end.
    """
    ended = threading.Event()
    _end_on_signals(ended)
    bell, timekeeper = Bell(app), Timekeeper(app)
    ring_after_changes(app, bell)
    server = WebServer(app, host=host, port=port)
    consumer = bell.consumer() if with_worker else None
    if consumer:
        consumer.start()
    settle_memory()
    timekeeper.start()
    server.start()
    log.info("serving", host=host, port=server.port, worker=with_worker)
    if started:
        started(server.port)
    bell.ring()
    ended.wait()
    bell.ending.set()
    stopping = threading.Thread(target=_stop, args=(consumer,), name="stopping")
    stopping.start()
    all_answered = server.end(within=ENDING_SECONDS)
    stopping.join()
    timekeeper.end()
    log.info("ended", all_answered=all_answered)


def work(app: Flask) -> None:
    """Deliver, import and keep the schedule, without a web server, until SIGTERM or SIGINT."""
    ended = threading.Event()
    _end_on_signals(ended)
    bell, timekeeper = Bell(app), Timekeeper(app)
    consumer = bell.consumer()
    settle_memory()
    timekeeper.start()
    consumer.start()
    bell.ring()
    ended.wait()
    bell.ending.set()
    _stop(consumer)
    timekeeper.end()


def settle_memory() -> None:
    """Set aside what was made while starting: it stays, and looking through it again makes visitors wait."""
    gc.collect()
    gc.freeze()


def _stop(consumer: Consumer | None) -> None:
    """Let running jobs come to their end."""
    if consumer:
        consumer.stop(graceful=True)


def _end_on_signals(ended: threading.Event) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
