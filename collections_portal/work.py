"""The bell and the clock: Huey rings workers and runs the schedule; the rows themselves are the jobs.

A lost ring is harmless, because the sweep rings again every 30 seconds, and every job asks the database what
there is to do. So a task carries no data.
"""

import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Flask, Response, request
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from collections_portal import jobs
from collections_portal.config import Config
from collections_portal.forwarding import forward_reactions
from invoices.models import Channel

log = structlog.get_logger()
SWEEP_SECONDS = 30
# Whoever ends a process kills it after ten seconds: until then answers and jobs in hand come to their end.
ENDING_SECONDS = 8
# So many threads send at once on each channel. Most of a message's time is a provider's, and one that takes
# ten minutes to answer holds up nothing of the other channel.
SENDERS = 8
# A PDF of thousands of letters takes minutes, and a link that somebody waits for takes a thread.
PRINTERS = 1
# While one of them computes the other waits for the database: two queue half as much again as one.
RUNNERS = 2
FORWARDERS = 1
# Two more are left: for imports and the schedule, and for who waits for a link meanwhile.
THREADS = 2 * SENDERS + PRINTERS + RUNNERS + FORWARDERS + 2


class _Threads(Consumer):
    """Huey's threads, which leave signals to the process they run in.

    With handlers of their own they would swallow a wish to end that comes before ours are set again.
    """

    def _set_signal_handlers(self) -> None:
        """Set none."""


class Bell:
    """Huey with the portal's tasks: look who forgot a password, send e-mails and SMS, print letters, import
    files, go on with dunning runs, forward reactions, run the schedule."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.ending = threading.Event()
        self._mailers = threading.BoundedSemaphore(SENDERS)
        self._texters = threading.BoundedSemaphore(SENDERS)
        self._printers = threading.BoundedSemaphore(PRINTERS)
        # SQLite has one writer: a second thread would only wait for it.
        is_alone = app.config["PORTAL"].database_url.startswith("sqlite")
        self._runners = threading.BoundedSemaphore(1 if is_alone else RUNNERS)
        self._resting: dict[int, datetime] = {}
        self._forwarders = threading.BoundedSemaphore(FORWARDERS)
        self.huey = _huey(app.config["PORTAL"])
        self.mails = self.huey.task(name="mails")(self._guarded(self._mail))
        self.texts = self.huey.task(name="texts")(self._guarded(self._text))
        self.passwords = self.huey.task(name="passwords")(self._guarded(self._look_whose))
        self.imports = self.huey.task(name="imports")(self._guarded(jobs.import_files))
        self.letters = self.huey.task(name="letters")(self._guarded(self._print))
        self.runs = self.huey.task(name="runs")(self._guarded(self._run))
        self.forwards = self.huey.task(name="forwards")(self._guarded(self._forward))
        self.schedule = self.huey.task(name="schedule")(self._guarded(self._keep_schedule))
        self._swept = (
            self.passwords,
            self.mails,
            self.texts,
            self.imports,
            self.letters,
            self.runs,
            self.forwards,
        )
        self.huey.periodic_task(crontab(), name="sweep")(self._sweep)
        self.huey.periodic_task(crontab(minute="*/5"), name="clock")(self._tick)

    def ring(self) -> None:
        """Wake a worker: something may have been queued."""
        try:
            for task in self._swept:
                task()
        except Exception as error:  # noqa: BLE001  the sweep comes anyway, and the answer must not fail for a bell
            log.warning("bell silent", reason=type(error).__name__)

    def _look_whose(self, app: Flask) -> None:
        """Have the links sent at once that members asked for who forgot their passwords."""
        if jobs.answer_password_requests(app):
            self.mails()

    def _mail(self, app: Flask) -> None:
        self._send(app, Channel.EMAIL, self._mailers, self.mails)

    def _text(self, app: Flask) -> None:
        self._send(app, Channel.SMS, self._texters, self.texts)

    def _send(
        self, app: Flask, channel: Channel, senders: threading.BoundedSemaphore, again: Callable[[], object]
    ) -> None:
        """Send with as many threads as there is work for; who finds no place leaves it to the others."""
        if not senders.acquire(blocking=False):
            return
        try:
            more = jobs.deliver_messages(app, channel, ending=self.ending.is_set, call_help=again)
        finally:
            senders.release()
        if more:
            again()

    def _print(self, app: Flask) -> None:
        """Print what waits; who finds no place leaves it to the thread that prints."""
        if not self._printers.acquire(blocking=False):
            return
        try:
            jobs.print_letters(app, ending=self.ending.is_set)
        finally:
            self._printers.release()

    def _run(self, app: Flask) -> None:
        """Go on with dunning runs; who finds no place leaves it to the threads that are at it."""
        if not self._runners.acquire(blocking=False):
            return
        try:
            jobs.carry_on_runs(app, ending=self.ending.is_set, call_help=self.runs, resting=self._resting)
        finally:
            self._runners.release()

    def _forward(self, app: Flask) -> None:
        """Forward reactions; who finds no place leaves it to the thread that is at it."""
        if not self._forwarders.acquire(blocking=False):
            return
        try:
            forward_reactions(app, ending=self.ending.is_set)
        finally:
            self._forwarders.release()

    def _keep_schedule(self, app: Flask) -> None:
        jobs.run_schedule(app, ending=self.ending.is_set, call_help=self.runs)

    def consumer(self) -> Consumer:
        """Return the threads that answer the bell; the caller starts and stops them."""
        return _Threads(
            self.huey, workers=THREADS, worker_type="thread", max_delay=1.0, shutdown_timeout=ENDING_SECONDS
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
        for task in self._swept:
            task.schedule(delay=SWEEP_SECONDS)

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
