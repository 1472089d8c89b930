"""Worker processes that are killed and started again."""

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from flask import Flask

from collections_portal.config import Config
from tests.faults.hours import Clock
from tests.faults.keeper import Keeper
from tests.faults.worker import one_round, work

Job = Callable[[Flask, Clock], None]


class Pack:
    """So many workers on one database, each at this job; a context manager.

    What is queued before it begins is sent when it does; from `work` on the workers work.
    """

    def __init__(self, config: Config, clock: Clock, *, workers: int = 2, job: Job = work) -> None:
        def warm(app: Flask) -> None:
            while one_round(app, clock):
                pass

        self._keeper = Keeper(config, warm=warm, job=lambda app: job(app, clock))
        self._number = workers
        self._ends = ExitStack()
        self._pids: set[int] = set()
        self.kills = 0

    def __enter__(self) -> Self:
        self._ends.enter_context(self._keeper)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def work(self) -> None:
        """Let them begin."""
        self._pids = {self._keeper.begin() for _ in range(self._number)}

    def living(self) -> set[str]:
        """Return the numbers of the processes that live."""
        return {str(pid) for pid in self._pids}

    def kill(self, process: str) -> None:
        """Kill this worker without a word, and start another in its place."""
        self._keeper.end(int(process))
        self._pids.remove(int(process))
        self._pids.add(self._keeper.begin())
        self.kills += 1
