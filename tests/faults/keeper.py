"""Processes that are killed as `kill -9` does it, or asked to end, and started again at once."""

import multiprocessing
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from flask import Flask

from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.serving import settle_memory
from core.database import db
from core.web import logs

log = structlog.get_logger()
# Forked: reading all modules anew takes a process longer than many of these tests.
CONTEXT: ForkContext = multiprocessing.get_context("fork")
DRAW = secrets.SystemRandom()
# Who does not end in this time is killed, so that a test which fails ends too.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, negative for a signal, and the seconds it took."""

    code: int
    seconds: float


class Keeper:
    """A process that has everything read and ready, and forks one for `job` whenever it is told to.

    What `warm` does is done once, before the first: then statements and templates are compiled, and a forked
    process is at work at once, as one that was kept ready would be. No connection to the database is open
    when it is forked. A context manager; what was begun inside it is killed at its end.
    """

    def __init__(
        self, config: Config, *, warm: Callable[[Flask], None], job: Callable[[Flask], None]
    ) -> None:
        self._line, there = CONTEXT.Pipe()
        log_file = config.var_dir / "processes.log"
        self._process = CONTEXT.Process(target=_keep, args=(config, log_file, warm, job, there, self._line))
        self._pids: set[int] = set()

    def __enter__(self) -> Self:
        self._process.start()
        self._line.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in list(self._pids):
            self.end(pid)
        self._process.kill()
        self._process.join()
        self._line.close()

    def begin(self) -> int:
        """Start a process for the job and return its number."""
        self._line.send(None)
        pid: int = self._line.recv()
        self._pids.add(pid)
        return pid

    def end(self, pid: int, how: signal.Signals = signal.SIGKILL) -> Ended:
        """Send it a signal, and return how it ended."""
        self._line.send((pid, how))
        ended: Ended = self._line.recv()
        self._pids.discard(pid)
        return ended


def _keep(
    config: Config,
    log_file: Path,
    warm: Callable[[Flask], None],
    job: Callable[[Flask], None],
    line: Connection,
    other_end: Connection,
) -> None:
    # Held open here too, it would never tell that the test has died.
    other_end.close()
    logs.configure(file=log_file)
    app = create_app(config)
    with app.app_context():
        warm(app)
        # What was warmed is still to be set up by the job, which Flask allows only before a first request.
        app._got_first_request = False
        db.session.remove()
        db.engine.dispose()
    settle_memory()
    line.send(0)
    begun: set[int] = set()
    with suppress(EOFError):
        while True:
            told = line.recv()
            if told is not None:
                begun.discard(told[0])
                line.send(_ended(*told))
                continue
            pid = os.fork()
            if not pid:
                line.close()
                _do(job, app)
            begun.add(pid)
            line.send(pid)
    for pid in begun:
        os.kill(pid, signal.SIGKILL)


def _do(job: Callable[[Flask], None], app: Flask) -> None:
    code = 1
    try:
        job(app)
        code = 0
    except Exception:
        log.exception("process failed")
    finally:
        os._exit(code)


def _ended(pid: int, how: signal.Signals) -> Ended:
    began = time.monotonic()
    os.kill(pid, how)
    while True:
        gone, status = os.waitpid(pid, os.WNOHANG)
        took = time.monotonic() - began
        if gone:
            return Ended(os.waitstatus_to_exitcode(status), took)
        if took > PATIENCE:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
