"""One clock for all machines that work on one database: the database server's.

A worker whose own clock is an hour ahead would take leases for ended that others still hold, send before the
contact hours and call links dead; one that is behind would have its own leases taken from it.
"""

import threading
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from core import clock, server_clock
from core.database import db

log = structlog.get_logger()
SECONDS_BETWEEN = 30.0


class Timekeeper:
    """Looks at the database server's clock when it is made, and then again and again while it is started."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._behind = timedelta()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again, name="timekeeper", daemon=True)
        self.look()

    def start(self) -> None:
        """Go on looking, in a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Stop looking; one that waits for an answer is not waited for."""
        self._over.set()

    def look(self) -> None:
        """Go by the server's clock from now on; without its answer the clock stays as it was."""
        with self._app.app_context():
            try:
                found = server_clock.compare()
            except OperationalError as error:
                log.warning("clock not compared", reason=type(error.__cause__).__name__)
                return
            finally:
                db.session.remove()
        if found is None:
            return
        behind = clock.agree(shared=found.shared, shown=found.shown)
        if abs(behind - self._behind) > clock.TOLERANCE:
            log.warning("clock wrong", seconds_behind=behind.total_seconds())
            self._behind = behind

    def _look_again(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN):
            self.look()
