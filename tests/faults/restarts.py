"""PostgreSQL's processes all die while messages leave and debtors react, and it is started again."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.databases import migrate
from tests.faults.guests import Guest, invite, stored
from tests.faults.hours import Clock
from tests.faults.keeper import CONTEXT, DRAW
from tests.faults.killing import Shift
from tests.faults.mail_sink import mail_sink
from tests.faults.outbox import REMINDER, mail_config, outbox_of
from tests.faults.pack import Pack
from tests.faults.verdict import Verdict, verdict_of
from tests.faults.web import free_port, web_keeper

CLIENTS, RECIPIENTS_OF_EACH = 8, 60
# So many debtors of each client react between two restarts, and after the last.
REACTIONS = 2
# It dies this long after it came back.
AT_WORK = (0.4, 1.2)


@dataclass(frozen=True, slots=True)
class Restarted:
    """What came of it: of the reminders, of the reactions that were answered, and the seconds it took until a
    debtor's page was there again, at most, counted from the moment the database was."""

    restarts: int
    verdict: Verdict
    reacted: int
    wrong: Sequence[Guest]
    back_after: float


def restart_database(*, restarts: int) -> Restarted:
    """Let a PostgreSQL of our own die so many times while 2 workers send and 8 debtors at once react."""
    recipients = [
        f"sanne{number}@mail{number % 50}.example" for number in range(RECIPIENTS_OF_EACH * restarts)
    ]
    clock = Clock(CONTEXT)
    with _own_database() as (server, url, folder), mail_sink(CONTEXT, folder) as sink:
        config = mail_config(database_url=url, folder=folder, port=sink.port)
        with outbox_of(config) as outbox, Pack(config, clock) as pack:
            first, *guests = invite(outbox.app, 1 + CLIENTS * REACTIONS * (restarts + 1))
            outbox.fill(recipients, kinds=(REMINDER,))
            port = free_port()
            with web_keeper(config, port=port, first=first) as web:
                web.begin()
                pack.work()
                with ThreadPoolExecutor(CLIENTS) as browsers:
                    reacting = [browsers.submit(_react, guest, port) for guest in guests]
                    back_after = [_restart(server, first, port) for _ in range(restarts)]
                    answered = [react.result() for react in reacting]
                outbox.forget_connections()
                shift = Shift(pack, outbox, clock, sink.number, patience_with_living=2)
                states = shift.until_done(kills=0, messages=len(recipients))
            reminders = [kept for kept in states if kept.recipient in set(recipients)]
            taken = [(to, name) for to, name in sink.taken() if to in set(recipients)]
            return Restarted(
                restarts=restarts,
                verdict=verdict_of(reminders, taken, kills=0),
                reacted=answered.count(303),
                wrong=stored(outbox.app).wrong(guests),
                back_after=max(back_after),
            )


@contextmanager
def _own_database() -> Iterator[tuple[postgres.OwnServer, str, Path]]:
    with (
        tempfile.TemporaryDirectory(prefix="portal-faults-") as name,
        postgres.own_server() as server,
        postgres.database_of("faults", server.administrator_url) as roles,
    ):
        migrate(roles.owner_url, Path(name))
        yield server, roles.application_url, Path(name)


def _react(guest: Guest, port: int) -> int:
    return guest.insist(port, "/react", guest.form(port)).status


def _restart(server: postgres.OwnServer, guest: Guest, port: int) -> float:
    time.sleep(DRAW.uniform(*AT_WORK))
    server.restart_hard()
    began = time.monotonic()
    guest.insist(port, "/invoices")
    return time.monotonic() - began
