"""Worker processes by a clock that is handed in: delivery alone in a loop, or all of `portal worker`."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from unittest import mock

import structlog
from flask import Flask

from collections_portal import serving
from collections_portal.carriers import carriers_of, link_writer, worker_name
from collections_portal.config import Config
from core import clock as the_clock
from core import server_clock
from core.database import db
from messaging.asking import ask_due
from messaging.delivery import deliver_due

log = structlog.get_logger()
PAUSE = 0.05
# So many messages are held at once: what a dead worker held goes out one by one, a round for each.
AT_ONCE = 10


def work(app: Flask, clock: Callable[[], datetime]) -> None:
    """Deliver what is due, until killed; a fault of the database ends a round, never the worker."""
    keeper = os.getppid()
    with app.app_context():
        # Without its keeper nobody would ever end it.
        while os.getppid() == keeper:
            if not one_round(app, clock):
                time.sleep(PAUSE)


def work_as_installed(app: Flask, clock: Callable[[], datetime]) -> None:
    """Be `portal worker`: all its threads, its bell and its schedule, until killed or asked to end.

    The one difference is what its machine's clock shows. The database server's, by which it would go
    otherwise, cannot be put on.
    """
    by_it = mock.patch.object(the_clock, "of_machine", clock)
    alone = mock.patch.object(server_clock, "compare", return_value=None)
    with by_it, alone:
        serving.work(app)


def process_of(worker: str) -> str:
    """Return the number of the process that a worker's name tells."""
    return worker.split(":")[1]


def one_round(app: Flask, clock: Callable[[], datetime]) -> int:
    """Do what one ring of the bell does, and return how many messages were held."""
    config: Config = app.config["PORTAL"]
    carriers, write_link = carriers_of(config), link_writer(config, clock)
    try:
        if carriers.sms is not None:
            ask_due(opened=carriers.sms, links_of=write_link, clock=clock)
        return deliver_due(
            carriers=carriers,
            links_of=write_link,
            clock=clock,
            worker=worker_name(),
            limit=AT_ONCE,
        ).claimed
    except Exception:
        # As at the bell: the job failed and is taken up again with the next ring.
        log.exception("job failed")
        db.session.remove()
        return 0
