"""Web server, worker and schedule: together in one process by default, apart when one is not enough."""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from waitress.server import create_server

from collections_portal.work import Bell, ring_after_changes
from invoices.importing.tables import DESK_LIMITS, MEGABYTE

log = structlog.get_logger()
WEB_THREADS = 8
# A slow sender may hold a connection this long without a byte; waitress buffers bodies away from the threads.
IDLE_SECONDS = 30
# Waitress keeps a whole body on disk before the application is asked. What is larger than any view takes is
# refused at its headers; the room above the largest file lets the desk say itself what is a little too large.
MOST_BYTES = DESK_LIMITS.bytes + MEGABYTE


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
    bell = Bell(app)
    ring_after_changes(app, bell)
    server = web_server(app, host=host, port=port)
    web = threading.Thread(target=server.run, name="web", daemon=True)
    ended = threading.Event()
    consumer = bell.consumer() if with_worker else None
    if consumer:
        consumer.start()
    _end_on_signals(ended)
    settle_memory()
    web.start()
    log.info("serving", host=host, port=server.effective_port, worker=with_worker)
    if started:
        started(server.effective_port)
    bell.ring()
    ended.wait()
    bell.ending.set()
    server.close()
    if consumer:
        consumer.stop(graceful=True)
    log.info("ended")


def web_server(app: Flask, *, host: str, port: int) -> Any:
    """Return waitress, listening and not yet answering; port 0 takes a free one. Raises OSError."""
    return create_server(
        app,
        host=host,
        port=port,
        threads=WEB_THREADS,
        channel_timeout=IDLE_SECONDS,
        max_request_body_size=MOST_BYTES,
        ident=None,
        clear_untrusted_proxy_headers=app.config["PORTAL"].proxies == 0,
    )


def work(app: Flask) -> None:
    """Deliver, import and keep the schedule, without a web server, until SIGTERM or SIGINT."""
    bell = Bell(app)
    ended = threading.Event()
    consumer = bell.consumer()
    consumer.start()
    _end_on_signals(ended)
    bell.ring()
    ended.wait()
    bell.ending.set()
    consumer.stop(graceful=True)


def settle_memory() -> None:
    """Set aside what was made while starting: it stays, and looking through it again makes visitors wait."""
    gc.collect()
    gc.freeze()


def _end_on_signals(ended: threading.Event) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
