"""Workers that send e-mail are killed: nothing is lost, nothing doubled, and what is doubtful is named."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collections_portal.work import Bell
from tests.faults.hours import Clock
from tests.faults.keeper import CONTEXT
from tests.faults.killing import Shift, do_nothing
from tests.faults.mail_sink import NOBODY, MailSink, Troubles, mail_sink
from tests.faults.outbox import LINK, POISON, REMINDER, Kind, mail_config, outbox_of
from tests.faults.pack import Pack
from tests.faults.verdict import Verdict, verdict_of
from tests.faults.worker import work, work_as_installed

# One address in a hundred is not known at the server, whose answers go wrong as often as the issue asks.
UNKNOWN_ADDRESSES = 100
POISONED = "poison@mail.example"
TROUBLES = Troubles(later=0.05, cut=0.02)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What came of it, who got a link instead of a reminder, how often the server was asked for each address
    it does not know by a worker that lived to tell, and why the message failed that could not be written."""

    verdict: Verdict
    links: Collection[str]
    tries_of_unknown: Sequence[int]
    poison_failed: str

    @property
    def doubled_reminders(self) -> list[str]:
        """Who got a reminder twice."""
        return [to for to in self.verdict.doubled if to not in self.links]


def kill_mail_workers(
    *,
    database_url: str,
    folder: Path,
    kills: int,
    messages: int,
    kinds: Sequence[Kind] = (REMINDER,),
    troubles: Troubles | None = None,
    away_for: float = 0.0,
    poisoned: bool = False,
    as_installed: bool = False,
    redis_url: str = "",
) -> Mailing:
    """Kill one of two workers again and again while they send reminders (held when doubtful) or links (sent
    again), or both by turns.

    With `troubles` some addresses are unknown too, and the server refuses connections for `away_for` seconds.
    `poisoned` puts one more message among them, which cannot be written. Workers `as_installed` are whole
    ones, with their threads and the bell, which they hear through Redis, if there is one.
    """
    recipients = [_address(number, some_unknown=troubles is not None) for number in range(messages)]
    clock = Clock(CONTEXT)
    with mail_sink(CONTEXT, folder, troubles) as sink:
        config = mail_config(database_url=database_url, folder=folder, port=sink.port, redis_url=redis_url)
        with outbox_of(config) as outbox:
            job = work_as_installed if as_installed else work
            outbox.fill(recipients[: len(kinds)], kinds=kinds)
            with (
                Pack(config, clock, job=job) as pack,
                _away(sink, after=messages // 4, seconds=away_for),
            ):
                outbox.fill(recipients[len(kinds) :], kinds=kinds)
                if poisoned:
                    outbox.fill([POISONED], kinds=(POISON,))
                pack.work()
                ring = Bell(outbox.app).ring if as_installed else do_nothing
                shift = Shift(pack, outbox, clock, sink.number, ring=ring)
                states = shift.until_done(kills=kills, messages=messages)
            refused = sink.refused()
            poison = "".join(kept.reason for kept in states if kept.recipient == POISONED)
            others = [kept for kept in states if kept.recipient != POISONED]
            verdict = verdict_of(others, sink.taken(), kills=pack.kills, refused=refused)
            links = [to for number, to in enumerate(recipients) if kinds[number % len(kinds)] is LINK]
            tries = [refused[kept.recipient] - kept.losses for kept in others if kept.recipient in refused]
            return Mailing(verdict, links, tries, poison)


def _address(number: int, *, some_unknown: bool) -> str:
    name = NOBODY if some_unknown and number % UNKNOWN_ADDRESSES == UNKNOWN_ADDRESSES // 2 else "sanne"
    return f"{name}{number}@mail{number % 50}.example"


@contextmanager
def _away(sink: MailSink, *, after: int, seconds: float) -> Iterator[None]:
    """Let the server refuse connections for a while, once it has taken so many messages."""
    if not seconds:
        yield
        return

    is_over = threading.Event()

    def leave() -> None:
        while sink.number() < after and not is_over.wait(0.01):
            pass
        sink.refuse_connections(True)
        is_over.wait(seconds)
        sink.refuse_connections(False)

    leaving = threading.Thread(target=leave)
    leaving.start()
    try:
        yield
    finally:
        is_over.set()
        leaving.join()
