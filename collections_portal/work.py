"""The bell and the clock: Huey rings workers and runs the schedule; the rows themselves are the jobs.

A lost ring is harmless, because the sweep rings again every 30 seconds, and every job asks the database what
there is to do. So a task carries no data.
"""

import threading
from collections.abc import Callable

import structlog
from flask import Flask, Response, request
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from collections_portal import jobs
from collections_portal.config import Config

log = structlog.get_logger()
SWEEP_SECONDS = 30
# Whoever ends a process kills it after ten seconds: until then answers and jobs in hand come to their end.
ENDING_SECONDS = 8
# Most of a message's time is a provider's: eight lines send 70 SMS a second to one that is 100 ms away.
THREADS = 10
# A PDF of thousands of letters takes minutes, and a link that somebody waits for takes a thread.
PRINTERS = 1
# As many threads send at once: one is left for imports and the schedule.
SENDERS = THREADS - PRINTERS - 1


class Bell:
    """Huey with the portal's four tasks: deliver messages, print letters, import files, run the schedule."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.ending = threading.Event()
        self._senders = threading.BoundedSemaphore(SENDERS)
        self._printers = threading.BoundedSemaphore(PRINTERS)
        self.huey = _huey(app.config["PORTAL"])
        self.deliver = self.huey.task(name="deliver")(self._guarded(self._deliver))
        self.imports = self.huey.task(name="imports")(self._guarded(jobs.import_files))
        self.letters = self.huey.task(name="letters")(self._guarded(self._print))
        self.schedule = self.huey.task(name="schedule")(self._guarded(jobs.run_schedule))
        self.huey.periodic_task(crontab(), name="sweep")(self._sweep)
        self.huey.periodic_task(crontab(minute="*/5"), name="clock")(self._tick)

    def ring(self) -> None:
        """Wake a worker: something may have been queued."""
        try:
            self.deliver()
            self.imports()
            self.letters()
        except Exception as error:  # noqa: BLE001  the sweep comes anyway, and the answer must not fail for a bell
            log.warning("bell silent", reason=type(error).__name__)

    def _deliver(self, app: Flask) -> None:
        """Send with as many threads as there is work for; who finds no place leaves it to the others."""
        if not self._senders.acquire(blocking=False):
            return
        try:
            more = jobs.deliver_messages(app, ending=self.ending.is_set, call_help=self.deliver)
        finally:
            self._senders.release()
        if more:
            self.deliver()

    def _print(self, app: Flask) -> None:
        """Print what waits; who finds no place leaves it to the thread that prints."""
        if not self._printers.acquire(blocking=False):
            return
        try:
            jobs.print_letters(app, ending=self.ending.is_set)
        finally:
            self._printers.release()

    def consumer(self) -> Consumer:
        """Return the threads that answer the bell; the caller starts and stops them."""
        return self.huey.create_consumer(
            workers=THREADS,
            worker_type="thread",
            max_delay=1.0,
            shutdown_timeout=ENDING_SECONDS,
            graceful_signal="TERM",
        )

    def _guarded(self, job: Callable[[Flask], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                with self.app.app_context():
                    job(self.app)
            except Exception:
                log.exception("job failed", job=job.__name__)

        return run

    def _sweep(self) -> None:
        self.ring()
        self.deliver.schedule(delay=SWEEP_SECONDS)
        self.imports.schedule(delay=SWEEP_SECONDS)
        self.letters.schedule(delay=SWEEP_SECONDS)

    def _tick(self) -> None:
        self.schedule()


def _huey(config: Config) -> Huey:
    if config.redis_url:
        return RedisHuey("portal", url=config.redis_url, results=False)
    return SqliteHuey("portal", filename=str(config.var_dir / "bell.sqlite"), results=False, fsync=False)


def ring_after_changes(app: Flask, bell: Bell) -> None:
    """Ring after every answered change, so that a message leaves within the second."""

    def after(response: Response) -> Response:
        if request.method == "POST" and response.status_code < 400:
            bell.ring()
        return response

    app.after_request(after)
