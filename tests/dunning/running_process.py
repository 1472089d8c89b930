"""A process that runs the plans of an organisation; on demand it dies, as `kill -9` lets it, or stops."""

import multiprocessing
import os
import signal
import tempfile
from datetime import datetime
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path

from sqlalchemy import event

from collections_portal.app import create_app
from collections_portal.config import Config
from core import tenancy
from core.database import db
from core.organisations.queries import organisation
from core.transaction import writing
from dunning import overdue
from dunning.operations import begin_automatic, carry_on

DEBTORS_IN_A_CHUNK, MESSAGES_AT_ONCE = 7, 5


# Forked: reading all modules anew takes a process longer than its run.
_CONTEXT: ForkContext = multiprocessing.get_context("fork")


def start(
    database_url: str, organisation_id: int, now: datetime, *, dying_at: int, fate: signal.Signals
) -> ForkProcess:
    """Start a process that runs what is due then; at its insert `dying_at` it gets a signal (0: never)."""
    process = _CONTEXT.Process(target=_run, args=(database_url, organisation_id, now, dying_at, fate))
    process.start()
    return process


def _end_at_insert(number: int, fate: signal.Signals) -> None:
    """Get this signal in the middle of a transaction: just before so many inserts are done."""
    left = number

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal left
        if statement.lstrip().upper().startswith("INSERT"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), fate)

    event.listen(db.engine, "before_cursor_execute", count)


def _run(database_url: str, organisation_id: int, now: datetime, dying_at: int, fate: signal.Signals) -> None:
    overdue.DEBTORS_IN_A_CHUNK = DEBTORS_IN_A_CHUNK
    config = Config.for_tests(database_url=database_url, var_dir=Path(tempfile.mkdtemp()))
    with create_app(config).app_context(), tenancy.scope(organisation_id):
        _end_at_insert(dying_at, fate)
        with writing():
            begin_automatic(organisation=organisation(organisation_id=organisation_id), now=now)
        left = 1
        while left:
            with writing():
                owner = organisation(organisation_id=organisation_id)
                left = carry_on(organisation=owner, now=now, at_most=MESSAGES_AT_ONCE)
