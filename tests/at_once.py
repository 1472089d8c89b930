"""Jobs that begin at the same moment, each in a thread and with a database session of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

Result = TypeVar("Result")
PATIENCE = 60


def at_once(app: Flask, *jobs: Callable[[], Result]) -> list[Result]:
    """Run the jobs together and return their results in order; raise what one of them raised."""
    together = Barrier(len(jobs))

    def begin(job: Callable[[], Result]) -> Result:
        with app.app_context():
            together.wait(timeout=PATIENCE)
            return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [begun.result(timeout=PATIENCE) for begun in [pool.submit(begin, job) for job in jobs]]
