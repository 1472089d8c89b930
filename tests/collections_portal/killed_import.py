"""A worker that dies, as `kill -9` lets it, after it stored all rows and before it ends its transaction."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.imports import store_waiting
from invoices.importing.shelf import Shelf


class Deadly(Shelf):
    """A shelf on which noting the last row is the last thing that is done."""

    def note_progress(self, name: str, *, read: int, stored: int) -> None:
        """Die once rows are stored."""
        super().note_progress(name, read=read, stored=stored)
        if stored:
            sys.stdout.write(f"stored {stored - 1:,} rows and dies")
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)


def main(database_url: str, folder: str, organisation_id: str) -> None:
    """Store what waits, up to the end."""
    config = Config.for_tests(database_url=database_url, var_dir=Path(tempfile.mkdtemp()))
    with create_app(config).app_context():
        store_waiting(Deadly(Path(folder)), int(organisation_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
