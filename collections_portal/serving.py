"""Web server, worker and schedule: together in one process by default, apart when one is not enough."""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from flask import Flask
from waitress.server import create_server

from collections_portal.work import Bell, ring_after_changes

log = structlog.get_logger()
WEB_THREADS = 8
# A slow sender may hold a connection this long without a byte; waitress buffers bodies away from the threads.
IDLE_SECONDS = 30


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
    server = create_server(
        app,
        host=host,
        port=port,
        threads=WEB_THREADS,
        channel_timeout=IDLE_SECONDS,
        ident=None,
        clear_untrusted_proxy_headers=app.config["PORTAL"].proxies == 0,
    )
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
