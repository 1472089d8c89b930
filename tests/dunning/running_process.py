"""A process that runs the plans of an organisation; on demand it dies, as `kill -9` lets it, or stops."""

import os
import sys
import tempfile
from datetime import datetime
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


def end_at_insert(number: int, fate: int) -> None:
    """Get this signal in the middle of a transaction: just before so many inserts are done (0: never)."""
    left = number

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal left
        if statement.lstrip().upper().startswith("INSERT"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), fate)

    event.listen(db.engine, "before_cursor_execute", count)


def main(database_url: str, organisation_id: str, now: str, insert: str, fate: str) -> None:
    """Run what is due at that moment, step by step, up to the end."""
    overdue.DEBTORS_IN_A_CHUNK = DEBTORS_IN_A_CHUNK
    config = Config.for_tests(database_url=database_url, var_dir=Path(tempfile.mkdtemp()))
    with create_app(config).app_context(), tenancy.scope(int(organisation_id)):
        end_at_insert(int(insert), int(fate))
        moment = datetime.fromisoformat(now)
        with writing():
            begin_automatic(organisation=organisation(organisation_id=int(organisation_id)), now=moment)
        left = 1
        while left:
            with writing():
                owner = organisation(organisation_id=int(organisation_id))
                left = carry_on(organisation=owner, now=moment, at_most=MESSAGES_AT_ONCE)


if __name__ == "__main__":
    main(*sys.argv[1:])
