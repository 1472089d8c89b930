"""A worker process: the product's own delivery in a loop, by a clock that is handed in."""

import os
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Flask

from collections_portal.carriers import carriers_of, link_writer
from collections_portal.config import Config
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


def one_round(app: Flask, clock: Callable[[], datetime]) -> int:
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
        ).claimed
    except Exception:
        # As at the bell: the job failed and is taken up again with the next ring.
        log.exception("job failed")
        db.session.remove()
        return 0
