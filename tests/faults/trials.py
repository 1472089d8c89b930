"""What is tried on each kind of database, and what must come of it: the rows of docs/promises.md."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

from bench.stores import Store
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.work import SENDERS
from tests import machine
from tests.faults.clocks import WRONG_BY, one_clock_wrong
from tests.faults.fairness import wait_for_a_link
from tests.faults.mail import TROUBLES, kill_mail_workers
from tests.faults.outbox import LINK, REMINDER
from tests.faults.promises import Promise
from tests.faults.restarts import restart_database
from tests.faults.sms import kill_sms_workers
from tests.faults.verdict import DOUBLED, DOUBTFUL, Verdict
from tests.faults.web import end_under_load, kill_web_workers
from tests.jobs_server import own_redis

QUEUED, SOON, ENDING, BACK = 50_000, 10.0, 10.0, 5.0
ASKED = timedelta(minutes=5)


def held(store: Store, part: float) -> Promise:
    """Kill workers that send reminders."""
    verdict = kill_mail_workers(
        database_url=store.url, folder=store.folder, kills=_of(300, part), messages=_of(6_000, part)
    ).verdict
    return Promise(
        f"one of two mail workers killed, reminders, {store.name}",
        "lost 0, doubled 0, doubtful <= 15 % of kills, each listed at the desk",
        verdict.words,
        _is_clean(verdict) and not verdict.doubled and verdict.doubtful <= DOUBTFUL * verdict.kills,
    )


def resent(store: Store, part: float) -> Promise:
    """Kill workers that send links."""
    verdict = kill_mail_workers(
        database_url=store.url,
        folder=store.folder,
        kills=_of(300, part),
        messages=_of(6_000, part),
        kinds=(LINK,),
    ).verdict
    return Promise(
        f"one of two mail workers killed, links, {store.name}",
        "lost 0, doubled only under the same Message-ID and <= 20 % of kills",
        verdict.words,
        _is_clean(verdict)
        and not verdict.doubled_by_name
        and len(verdict.doubled) <= DOUBLED * verdict.kills,
    )


def killed_as_installed(store: Store, part: float) -> Promise:
    """Kill whole workers, with all their threads; on PostgreSQL Redis carries the bell, if there is one."""
    program = machine.redis_server() if store.kind == "postgresql" else None
    with own_redis(program) if program else nullcontext("") as redis_url:
        came_of_it = kill_mail_workers(
            database_url=store.url,
            folder=store.folder,
            kills=_of(100, part),
            messages=_of(5_000, part),
            kinds=(REMINDER, LINK),
            as_installed=True,
            redis_url=redis_url,
        )
    verdict = came_of_it.verdict
    return Promise(
        f"one of two `portal worker` killed, up to {SENDERS} threads at once, reminders and links, "
        f"{store.name}, bell on {'Redis' if redis_url else 'SQLite'}",
        "lost 0, doubled 0 (links: only under the same Message-ID), each doubtful one listed at the desk",
        verdict.words,
        _is_clean(verdict) and not verdict.doubled_by_name and not came_of_it.doubled_reminders,
    )


def troubled(store: Store, part: float) -> Promise:
    """Kill workers whose mail server answers badly and goes away."""
    came_of_it = kill_mail_workers(
        database_url=store.url,
        folder=store.folder,
        kills=_of(60, part),
        messages=_of(3_000, part),
        troubles=TROUBLES,
        away_for=5.0,
    )
    verdict, tries = came_of_it.verdict, came_of_it.tries_of_unknown
    return Promise(
        f"the same with 5 % 451, 2 % cut after they were taken, 1 % 550, 5 s without server, {store.name}",
        "lost 0, doubled 0, a 550 is tried once and failed",
        verdict.words,
        _is_clean(verdict) and not verdict.doubled and max(tries) <= 1 and verdict.failed == len(tries),
    )


def texted(store: Store, part: float) -> Promise:
    """Kill workers that send SMS through a provider that answers badly."""
    came_of_it = kill_sms_workers(
        database_url=store.url, folder=store.folder, kills=_of(150, part), messages=_of(3_400, part)
    )
    verdict, asked = came_of_it.verdict, came_of_it.longest_asked
    return Promise(
        f"one of two SMS workers killed, 1 % 500 after create, 2 % cut, 2 % 429, list lag, {store.name}",
        "lost 0, doubled 0, nothing asked about for more than 5 min",
        f"{verdict.words}, asked for {asked.total_seconds():.0f} s at most",
        _is_clean(verdict) and not verdict.doubled and not verdict.doubtful and asked <= ASKED,
    )


def poisoned(store: Store, _part: float) -> Promise:
    """Put a message that cannot be written among a thousand."""
    came_of_it = kill_mail_workers(
        database_url=store.url, folder=store.folder, kills=0, messages=999, poisoned=True
    )
    verdict, why = came_of_it.verdict, came_of_it.poison_failed
    return Promise(
        f"one message in 1,000 cannot be written, {store.name}",
        "the others arrive, it fails with its reason",
        f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}; failed: {why[:60]}",
        not verdict.lost and not verdict.doubled and why.startswith("not_rendered"),
    )


def waited(store: Store, part: float) -> Promise:
    """Ask for one link behind the queue of another organisation."""
    queued = _of(QUEUED, part)
    seconds = wait_for_a_link(database_url=store.url, folder=store.folder, queued=queued)
    return Promise(
        f"a link is asked for behind {queued:,} of another organisation, {store.name}",
        "it arrives within 10 s",
        f"{seconds:.1f} s",
        seconds <= SOON,
    )


def saved(store: Store, part: float) -> Promise:
    """Kill the web server while it saves."""
    app = create_app(Config.for_tests(database_url=store.url, var_dir=store.folder, testing=False, proxies=1))
    came_of_it = kill_web_workers(app, kills=_of(200, part))
    return Promise(
        f"the web server killed while it saves, the browser asks again, {store.name}",
        "exactly 1 reaction, exemption, audit line and receipt",
        f"{came_of_it.kills} kills, {came_of_it.cut} answers cut: wrong {len(came_of_it.wrong)}",
        not came_of_it.wrong and came_of_it.cut > 0 and came_of_it.statuses == {303},
    )


def ended(store: Store, part: float) -> Promise:
    """Ask web server and worker to end under load."""
    came_of_it = end_under_load(store.url, store.folder, times=_of(30, part))
    return Promise(
        f"SIGTERM to web server and worker under load, {store.name}",
        "no answer cut, no message unknown, <= 10 s",
        f"{len(came_of_it.endings)} processes: {came_of_it.answered} answers, cut {len(came_of_it.cut)}, "
        f"missing {len(came_of_it.missing)}, {came_of_it.sent} messages, unknown {came_of_it.unsettled}, "
        f"longest {came_of_it.longest:.1f} s",
        not came_of_it.cut
        and not came_of_it.missing
        and not came_of_it.unsettled
        and came_of_it.longest <= ENDING,
    )


def misled(store: Store, part: float) -> Promise:
    """Let one of two workers send by a clock that is wrong, an hour or a day, before or behind."""
    found = [
        one_clock_wrong(database_url=store.url, folder=store.folder, off_by=off_by, messages=_of(1_000, part))
        for off_by in WRONG_BY
    ]
    lost, doubled, doubtful = (
        sum(len(one.verdict.lost) for one in found),
        sum(len(one.verdict.doubled) for one in found),
        sum(one.verdict.doubtful for one in found),
    )
    early = sum(one.early for one in found)
    return Promise(
        f"the clock of one of two workers is an hour or a day fast or slow, {store.name}",
        "nothing twice, early, lost or doubtful",
        f"{sum(one.verdict.messages for one in found):,} messages: lost {lost}, doubled {doubled}, "
        f"early {early}, doubtful {doubtful}",
        not lost and not doubled and not early and not doubtful,
    )


def restarted(part: float) -> Promise:
    """Let PostgreSQL die while messages leave and debtors react."""
    came_of_it = restart_database(restarts=_of(15, part))
    verdict = came_of_it.verdict
    return Promise(
        "PostgreSQL killed and started again while 2 workers send and 8 debtors at once react",
        "lost 0, doubled 0, every answered reaction is there, web back in 5 s",
        f"{came_of_it.restarts} restarts, {verdict.messages} messages: lost {len(verdict.lost)}, "
        f"doubled {len(verdict.doubled)}, doubtful {verdict.doubtful}; {came_of_it.reacted} reactions, "
        f"wrong {len(came_of_it.wrong)}; back after {came_of_it.back_after:.1f} s",
        _is_clean(verdict, killed=False)
        and not verdict.doubled
        and not came_of_it.wrong
        and came_of_it.back_after <= BACK,
    )


ON_EACH: tuple[Callable[[Store, float], Promise], ...] = (
    saved,
    ended,
    waited,
    texted,
    held,
    resent,
    killed_as_installed,
    troubled,
    poisoned,
)


def _is_clean(verdict: Verdict, *, killed: bool = True) -> bool:
    return not verdict.lost and not verdict.unnamed and (verdict.kills > 0) == killed


def _of(full: int, part: float) -> int:
    return max(round(full * part), 1)
