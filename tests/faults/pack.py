"""Worker processes that are killed as `kill -9` does it, and started again."""

import multiprocessing
import secrets
from collections.abc import Callable
from datetime import datetime
from multiprocessing.context import ForkContext
from pathlib import Path
from types import TracebackType
from typing import Self

from collections_portal.config import Config
from tests.faults.worker import keep_workers

# Forked: reading all modules anew takes a process longer than many of these tests.
CONTEXT: ForkContext = multiprocessing.get_context("fork")
DRAW = secrets.SystemRandom()


class Pack:
    """So many workers on one database; a context manager.

    What is queued before it begins is sent when it does; from `work` on the workers work.
    """

    def __init__(self, config: Config, clock: Callable[[], datetime], *, workers: int = 2) -> None:
        self._line, there = CONTEXT.Pipe()
        log_file = Path(config.var_dir) / "workers.log"
        self._keeper = CONTEXT.Process(target=keep_workers, args=(config, clock, log_file, there))
        self._number = workers
        self._pids: set[int] = set()
        self.kills = 0

    def __enter__(self) -> Self:
        self._keeper.start()
        self._line.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._pids:
            self._say(pid)
        self._keeper.kill()
        self._keeper.join()
        self._line.close()

    def work(self) -> None:
        """Let them begin."""
        for _ in range(self._number):
            self._start()

    def living(self) -> set[str]:
        """Return the names under which those who live hold messages."""
        return {str(pid) for pid in self._pids}

    def kill(self, name: str) -> None:
        """Kill this worker without a word, and start another in its place."""
        self._say(int(name))
        self._pids.remove(int(name))
        self._start()
        self.kills += 1

    def _start(self) -> None:
        self._pids.add(self._say(0))

    def _say(self, pid: int) -> int:
        self._line.send(pid)
        answer: int = self._line.recv()
        return answer
