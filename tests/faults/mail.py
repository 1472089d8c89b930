"""Workers that send e-mail are killed: nothing is lost, nothing doubled, and what is doubtful is named."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from invoices.models import Channel
from tests.faults.hours import Clock
from tests.faults.killing import Shift
from tests.faults.mail_sink import NOBODY, MailSink, Troubles, mail_sink
from tests.faults.outbox import mail_config, outbox_of
from tests.faults.pack import CONTEXT, Pack
from tests.faults.verdict import Verdict, verdict_of

# One address in a hundred is not known at the server, whose answers go wrong as often as the issue asks.
UNKNOWN_ADDRESSES = 100
TROUBLES = Troubles(later=0.05, cut=0.02)
HELD, RESENT = ("reminder_1", True), ("invoice_link", False)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What came of it, and how often the server was asked for each address it does not know."""

    verdict: Verdict
    tries_of_unknown: dict[str, int]


def kill_mail_workers(
    *,
    database_url: str,
    folder: Path,
    kills: int,
    messages: int,
    held: bool = True,
    troubles: Troubles | None = None,
    away_for: float = 0.0,
) -> Mailing:
    """Kill one of two workers again and again while they send reminders (held when doubtful) or links.

    With `troubles` some addresses are unknown too, and the server refuses connections for `away_for` seconds.
    """
    event, collects = HELD if held else RESENT
    recipients = [_address(number, some_unknown=troubles is not None) for number in range(messages)]
    clock = Clock(CONTEXT)
    with mail_sink(CONTEXT, folder, troubles) as sink:
        config = mail_config(database_url=database_url, folder=folder, port=sink.port)
        with outbox_of(config) as outbox:
            outbox.fill(recipients, channel=Channel.EMAIL, event=event, collects=collects)
            with Pack(config, clock) as pack, _away(sink, after=messages // 4, seconds=away_for):
                shift = Shift(pack, outbox, clock, lambda: len(sink.taken()))
                states = shift.until_done(kills=kills, apart=max(messages // (4 * kills), 1))
            refused = sink.refused()
            verdict = verdict_of(states, sink.taken(), kills=pack.kills, refused=refused)
            return Mailing(verdict, dict(refused))


def _address(number: int, *, some_unknown: bool) -> str:
    name = NOBODY if some_unknown and number % UNKNOWN_ADDRESSES == UNKNOWN_ADDRESSES // 2 else "sanne"
    return f"{name}{number}@mail{number % 50}.example"


@contextmanager
def _away(sink: MailSink, *, after: int, seconds: float) -> Iterator[None]:
    """Let the server refuse connections for a while, once it has taken so many messages."""
    if not seconds:
        yield
        return

    def leave() -> None:
        while len(sink.taken()) < after:
            time.sleep(0.01)
        sink.refuse_connections(True)
        time.sleep(seconds)
        sink.refuse_connections(False)

    leaving = threading.Thread(target=leave)
    leaving.start()
    yield
    leaving.join()
