"""Several processes write to one database of SQLite, and are killed while they do.

Run as a program, in a process of its own: it makes the portal, and then a copy of itself for each writer.
"""

import os
import signal
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from collections_portal.app import create_app
from collections_portal.config import Config
from core import tenancy
from core.database import db
from core.refusals import Refusal
from core.transaction import writing
from tests import factories

# A kill comes so often; at the end the writers go on for as long.
BETWEEN_SECONDS = 0.25


def main(url: str, folder: str, writers: int, kills: int) -> None:
    """Keep so many writers at work until so many were killed, the one that has written longest first.

    In the file `acknowledged` stands the name of each row whose commit came back, in `faults` what failed.
    """
    app = create_app(Config.for_tests(database_url=url, var_dir=Path(folder)))
    number = 0
    alive: list[int] = []
    while number < kills + writers:
        while len(alive) < writers:
            alive.append(_begin(app, Path(folder), number))
            number += 1
        time.sleep(BETWEEN_SECONDS)
        _kill(alive.pop(0))
    time.sleep(BETWEEN_SECONDS)
    for process in alive:
        _kill(process)


def _begin(app: Flask, folder: Path, number: int) -> int:
    process = os.fork()
    if not process:
        try:
            _write(app, folder / "acknowledged", number)
        except (Refusal, SQLAlchemyError) as error:
            _note(folder / "faults", repr(error))
        finally:
            os._exit(1)
    return process


def _write(app: Flask, acknowledged: Path, number: int) -> None:
    count = 0
    with app.app_context(), tenancy.everywhere():
        while True:
            name = f"{number}-{count}"
            with writing():
                factories.organisation(name=name)
            db.session.remove()
            _note(acknowledged, name)
            count += 1


def _note(file: Path, line: str) -> None:
    """Write a line at once: what the system was given stays, whoever is killed."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
