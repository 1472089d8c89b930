"""One organisation queues thousands of messages; a debtor of another asks for one link."""

import time
from pathlib import Path

from tests.faults.hours import Clock
from tests.faults.keeper import CONTEXT
from tests.faults.mail_sink import mail_sink
from tests.faults.outbox import LINK, mail_config, outbox_of
from tests.faults.pack import Pack

ASKER, LONGEST = "noor@elsewhere.example", 60.0


def wait_for_a_link(*, database_url: str, folder: Path, queued: int) -> float:
    """Return the seconds from the moment a link was asked for to its arrival, behind so many messages of
    another organisation that debtors asked for too; two workers send."""
    clock = Clock(CONTEXT)
    with mail_sink(CONTEXT, folder) as sink:
        config = mail_config(database_url=database_url, folder=folder, port=sink.port)
        with outbox_of(config) as outbox, Pack(config, clock) as pack:
            outbox.fill_for_one(queued)
            pack.work()
            while sink.number() < 20:
                time.sleep(0.01)
            outbox.fill([ASKER], kinds=(LINK,))
            asked = time.monotonic()
            while all(to != ASKER for to, _name in sink.taken()):
                if time.monotonic() - asked > LONGEST:
                    raise AssertionError(f"The link did not arrive within {LONGEST} s.")
                time.sleep(0.02)
            return time.monotonic() - asked
