"""The portal's own web server and worker in processes that are killed while they save, or asked to end."""

import signal
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flask import Flask

from collections_portal.config import Config
from collections_portal.serving import serve, work
from core import clock
from messaging.models import MessageState
from tests.faults.guests import Guest, NobodyThere, NotAnswered, invite, stored
from tests.faults.keeper import CONTEXT, DRAW, Ended, Keeper
from tests.faults.mail_sink import mail_sink
from tests.faults.outbox import LINK, mail_config, outbox_of

# A kill comes up to so long after the form was sent, as a share of how long saving takes undisturbed.
# So many are timed, of which the shortest counts: the others were held up by something else.
LATEST, TIMED = 1.25, 3
CLIENTS, MESSAGES = 4, 150
# A process works for so many seconds before it is asked to end.
AT_WORK = (0.3, 1.0)


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


def web_keeper(config: Config, *, port: int, first: Guest) -> Keeper:
    """Return who keeps web servers ready; one has reacted already, as `first`."""
    job = partial(serve, host="127.0.0.1", port=port, with_worker=False)
    return Keeper(config, warm=first.react_within, job=job)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of killing servers while they saved: who has not exactly one of each row, how many answers
    were cut short, and the statuses of those that came."""

    kills: int
    wrong: Sequence[Guest]
    cut: int
    statuses: frozenset[int]


def kill_web_workers(app: Flask, *, kills: int) -> Saved:
    """Kill the web server at so many moments of saving, while the browser sends its form until it is told."""
    config: Config = app.config["PORTAL"]
    first, *others = guests = invite(app, 1 + TIMED + kills)
    port = free_port()
    with web_keeper(config, port=port, first=first) as keeper, ThreadPoolExecutor(1) as browser:
        pid = keeper.begin()
        answers, took = [], float("inf")
        for guest in others[:TIMED]:
            form, began = guest.form(port), time.monotonic()
            answers.append(guest.insist(port, "/react", form))
            took = min(took, time.monotonic() - began)
        for number, guest in enumerate(others[TIMED:]):
            saving = browser.submit(guest.insist, port, "/react", guest.form(port))
            time.sleep(took * LATEST * number / kills)
            keeper.end(pid)
            pid = keeper.begin()
            answers.append(saving.result())
    return Saved(
        kills=kills,
        wrong=stored(app).wrong(guests),
        cut=sum(answer.cut for answer in answers),
        statuses=frozenset(answer.status for answer in answers),
    )


@dataclass(slots=True)
class Crowd:
    """Debtors who look and react, several at once, until they are told to stop or nobody is there."""

    port: int
    guests: list[Guest]
    answered: int = 0
    reacted: list[Guest] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def visit(self) -> None:
        """Be one of them."""
        while not self._over.is_set():
            with self._lock:
                guest = self.guests.pop()
            try:
                self._react(guest)
            except NobodyThere:
                return
            except NotAnswered as cut:
                self.cut.append(str(cut))

    def go_home(self) -> None:
        """Let everybody stop."""
        self._over.set()

    def _react(self, guest: Guest) -> None:
        page = guest.ask(self.port, "/react")
        status = guest.ask(self.port, "/react", guest.filled_in(page.text)).status
        with self._lock:
            self.answered += 2
            if status == 303:
                self.reacted.append(guest)


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of asking processes to end: answers given and cut, messages left doubtful or in hand, debtors
    whose reaction was answered and is not there, and how each process ended."""

    answered: int
    cut: Sequence[str]
    reacted: int
    missing: Sequence[Guest]
    unsettled: int
    sent: int
    endings: Sequence[Ended]

    @property
    def longest(self) -> float:
        """The seconds that the slowest process took."""
        return max(ended.seconds for ended in self.endings)


def end_under_load(database_url: str, folder: Path, *, times: int) -> Closed:
    """Ask web server and worker to end, so many times, while debtors react and messages leave."""
    with mail_sink(CONTEXT, folder) as sink:
        config = mail_config(database_url=database_url, folder=folder, port=sink.port)
        with outbox_of(config) as outbox:
            first, *guests = invite(outbox.app, 1 + 50 * times)
            recipients = [f"sanne{number}@mail{number % 50}.example" for number in range(MESSAGES * times)]
            outbox.fill(recipients, kinds=(LINK,), now=clock.now())
            crowd = Crowd(free_port(), guests)
            web = web_keeper(config, port=crowd.port, first=first)
            with web, Keeper(config, warm=lambda _app: None, job=work) as workers:
                endings = [ended for _ in range(times) for ended in _one_ending(crowd, web, workers)]
            left = [kept for kept in outbox.states() if kept.is_held or kept.state is MessageState.UNKNOWN]
            kept = stored(outbox.app)
            missing = [guest for guest in crowd.reacted if kept.reactions[guest.debtor_id] != 1]
            return Closed(
                crowd.answered, crowd.cut, len(crowd.reacted), missing, len(left), sink.number(), endings
            )


def _one_ending(crowd: Crowd, web: Keeper, workers: Keeper) -> list[Ended]:
    server, worker = web.begin(), workers.begin()
    crowd.guests[0].insist(crowd.port, "/health")
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        visits = [pool.submit(crowd.visit) for _ in range(CLIENTS)]
        time.sleep(DRAW.uniform(*AT_WORK))
        ending = pool.submit(workers.end, worker, signal.SIGTERM)
        endings = [web.end(server, signal.SIGTERM), ending.result()]
        for visit in visits:
            visit.result()
    return endings
