"""A worker process: the product's own delivery in a loop, by a clock that is handed in."""

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import structlog
from flask import Flask

from collections_portal.app import create_app
from collections_portal.carriers import carriers_of, link_writer
from collections_portal.config import Config
from collections_portal.serving import settle_memory
from core.database import db
from core.web import logs
from messaging.asking import ask_due
from messaging.delivery import deliver_due

log = structlog.get_logger()
PAUSE = 0.02
# So many messages are held at once: what a dead worker held goes out one by one, a round for each.
AT_ONCE = 10


def keep_workers(config: Config, clock: Callable[[], datetime], log_file: Path, line: Connection) -> None:
    """Send what is queued, say so, and fork a worker for each 0 that is said; kill the one whose pid is.

    So a new worker is at work at once, as one that was kept ready would be: its modules are read, and its
    statements and templates are compiled. No connection to the database is open when it is forked.
    """
    logs.configure(file=log_file)
    app = create_app(config)
    with app.app_context():
        while _round(app, clock, lambda: False):
            pass
        db.session.remove()
        db.engine.dispose()
    settle_memory()
    line.send(0)
    while True:
        pid = line.recv()
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            line.send(0)
            continue
        pid = os.fork()
        if not pid:
            line.close()
            _work(app, clock)
            os._exit(0)
        line.send(pid)


def _work(app: Flask, clock: Callable[[], datetime]) -> None:
    """Deliver what is due until SIGTERM; a fault of the database ends a round, never the worker."""
    ended = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with app.app_context():
        while not ended:
            if not _round(app, clock, lambda: ended):
                time.sleep(PAUSE)
        db.session.remove()
        db.engine.dispose()


def _round(app: Flask, clock: Callable[[], datetime], ending: Callable[[], bool]) -> int:
    """Do what one ring of the bell does, and return how many messages were held."""
    config: Config = app.config["PORTAL"]
    carriers, write_link = carriers_of(config), link_writer(config, clock)
    try:
        if carriers.sms is not None:
            ask_due(opened=carriers.sms, address_of_link=write_link, clock=clock)
        return deliver_due(
            carriers=carriers,
            address_of_link=write_link,
            clock=clock,
            worker=str(os.getpid()),
            limit=AT_ONCE,
            ending=ending,
        ).claimed
    except Exception:
        # As at the bell: the job failed and is taken up again with the next ring.
        log.exception("job failed")
        db.session.remove()
        return 0
