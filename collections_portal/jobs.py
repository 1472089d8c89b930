"""What workers do when the bell rings: rows are the jobs, so each of these asks what there is and does it."""

import math
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog
from flask import Flask

from collections_portal.carriers import carriers_of, link_writer, worker_name
from collections_portal.imports import discard_forgotten, shelf_of, store_waiting
from core import clock, tenancy
from core.database import db
from core.members import password_requests
from core.members.attempts import forget_old
from core.members.queries import member_by_email
from core.organisations.queries import organisation, organisations_open
from core.transaction import DatabaseBusy, reading, writing
from core.web.accounts import WITHIN, LinkKind
from dunning.forgetting import forget_skips
from dunning.operations import begin_automatic, carry_on
from dunning.queries import organisations_with_runs_begun
from invoices.freshness import PaymentDataTooOld
from invoices.importing.shelf import Shelf
from invoices.models import Channel
from messaging import paces
from messaging.asking import ask_due
from messaging.delivery import BATCH, deliver_due
from messaging.journal import journal_in
from messaging.letter_shelf import letter_shelf_in
from messaging.member_mail import queue_password_reset
from messaging.printing import print_due
from reactions.operations.endings import break_promises

log = structlog.get_logger()
# A step queues so many messages at most; for so few nobody is called to help, and no step is smaller.
CHUNK, WORTH_HELP = 2000, 500
# So many steps a schedule takes at most to forget what old runs left alone: four days of it at worst.
STEPS = 80
# A thread that sends turns to other work after this; what is left is taken up by the next one.
TURN = timedelta(seconds=20)
# Threads compute one at a time. When they use so much of a processor, one more only gets in their way;
# where a provider is far away they mostly wait, and there is room for all of them.
BUSY = 0.7
# So many messages of its first round tell how busy that is, and bring help soon.
FEW = 5
# Seconds after a step where only one can write: longer than those who wait sleep between two looks.
PAUSE = 0.12
# So long an organisation whose run failed is left alone by a worker; rings come more often.
REST = timedelta(minutes=5)
# So long a PDF of letters can be printed once more.
LETTERS_KEPT = timedelta(days=30)
# Until then a machine that was away may still tell what it was told before.
JOURNAL_KEPT = timedelta(days=7)


def deliver_messages(
    app: Flask,
    channel: Channel | None = None,
    *,
    now: Callable[[], datetime] = clock.now,
    ending: Callable[[], bool] = lambda: False,
    call_help: Callable[[], object] = lambda: None,
) -> bool:
    """Send what is due, for `TURN` at most or until `ending` says so; return whether more may be waiting.

    Without a `channel` on all of them, in turns. Before SMS the provider is asked what became of doubtful
    ones. After a round that was full `call_help` is called once, if this process has time left: there is work
    for another thread.
    """
    config = app.config["PORTAL"]
    carriers, write_link, worker = carriers_of(config), link_writer(config, now), worker_name()
    if channel is not None:
        carriers = carriers.only(channel)
    if carriers.sms is not None:
        ask_due(opened=carriers.sms, links_of=write_link, clock=now)
    over, called, limit, spent = now() + TURN, False, FEW, Spent()
    while now() < over:
        done = deliver_due(
            carriers=carriers,
            links_of=write_link,
            clock=now,
            worker=worker,
            limit=limit,
            ending=ending,
        )
        if ending() or not done.claimed:
            return False
        if done.claimed >= limit and not called and spent.share() < BUSY:
            call_help()
            called = True
        limit = BATCH
    return True


class Spent:
    """How busy this process, all its threads together, has been since this was made."""

    def __init__(self) -> None:
        self._processor, self._began = time.process_time(), time.monotonic()

    def share(self) -> float:
        """Return how much of one processor was used: 0.5 is half of it."""
        passed = time.monotonic() - self._began
        return (time.process_time() - self._processor) / passed if passed > 0 else 0.0


def answer_password_requests(_app: Flask) -> int:
    """Queue a link for each member whose address somebody asked one for; return how many requests there were.

    Each is a transaction of its own: it is gone when its message is there.
    """
    answered = 0
    while _answer_password_request():
        answered += 1
    return answered


def _answer_password_request() -> bool:
    with tenancy.everywhere(), writing():
        asked = password_requests.take_oldest()
        member = member_by_email(email=asked.email) if asked else None
        if asked and member is not None and member.active:
            with tenancy.scope(member.organisation_id):
                valid_until = asked.asked_at + WITHIN[LinkKind.RESET]
                queue_password_reset(member=member, valid_until=valid_until, now=asked.asked_at)
    return asked is not None


def print_letters(app: Flask, *, ending: Callable[[], bool] = lambda: False) -> int:
    """Make the PDFs of the letters that wait, and return how many batches came to an end."""
    config = app.config["PORTAL"]
    return print_due(
        shelf=letter_shelf_in(config.var_dir),
        links_of=link_writer(config, clock.now),
        clock=clock.now,
        ending=ending,
    )


def import_files(app: Flask) -> int:
    """Store the rows of the files that wait for it, and return how many files were stored or refused."""
    shelf = shelf_of(app.config["PORTAL"])
    with tenancy.everywhere(), reading():
        organisations = [(each.id, each.public_id) for each in organisations_open()]
    done = 0
    for organisation_id, name in organisations:
        with shelf.turn(name) as is_ours:
            done += store_waiting(shelf, organisation_id) if is_ours else 0
    return done


def carry_on_runs(
    _app: Flask,
    *,
    now: Callable[[], datetime] = clock.now,
    ending: Callable[[], bool] = lambda: False,
    call_help: Callable[[], object] = lambda: None,
    resting: dict[int, datetime] | None = None,
) -> Collection[int]:
    """Go on with the dunning runs that were begun until nothing is left of them, or `ending` says so.

    Organisations take turns, a step each, and one's fault does not keep the others from theirs: returned are
    the ids of those where something went wrong. In `resting` they are kept until when they are left alone, by
    whoever calls this often. Where several can write at once `call_help` is called once, when more than a
    few messages wait; where they cannot, there is a pause after each step in which others write.
    """
    rest = {} if resting is None else resting
    with tenancy.everywhere(), reading():
        begun = organisations_with_runs_begun()
    left = {one: waiting for one, waiting in begun.items() if rest.get(one, now()) <= now()}
    failed: set[int] = set()
    is_alone = db.engine.dialect.name == "sqlite"
    pause, called = PAUSE if is_alone else 0, is_alone
    while left and not ending():
        if not called and max(left.values()) > WORTH_HELP:
            call_help()
            called = True
        sizes = {one: CHUNK if is_alone else _share_of(waiting) for one, waiting in left.items()}
        steps = {one: _carry_on(one, now(), failed, size) for one, size in sizes.items()}
        left = {one: waiting for one, waiting in steps.items() if waiting}
        time.sleep(pause if left else 0)
    rest.update(dict.fromkeys(failed, now() + REST))
    return failed


def _share_of(left: int) -> int:
    """Return how many messages a step queues of so many: what is left at the end is shared by two."""
    return min(CHUNK, max(WORTH_HELP, math.ceil(left / 2)))


def _carry_on(organisation_id: int, now: datetime, failed: set[int], size: int) -> int:
    """Take one step, and return how much is left after it that is not for another time.

    That is nothing where it failed, which is noted, and where the database is busy or another worker.
    """
    try:
        with tenancy.scope(organisation_id), writing():
            owner = organisation(organisation_id=organisation_id)
            return 0 if owner.closed_at else carry_on(organisation=owner, now=now, at_most=size)
    except DatabaseBusy:
        log.warning("run waits", organisation=organisation_id)
        return 0
    except Exception:  # Whatever it is, the other organisations have their turn.
        log.exception("run failed", organisation=organisation_id)
        failed.add(organisation_id)
        return 0


def run_schedule(
    app: Flask,
    *,
    ending: Callable[[], bool] = lambda: False,
    call_help: Callable[[], object] = lambda: None,
) -> list[tuple[str, int | None]]:
    """Forget what is old; do for each organisation what time alone sets off.

    Forgotten are tries to sign in, requests for links to choose a password that nobody took up, paces, PDFs
    of letters and journals of workers; promises are broken, automatic policies run, uploads that nobody
    decided about and what old runs left alone are discarded. `ending` and
    `call_help` are those of `carry_on_runs`.

    One organisation's fault does not keep the others from their turn. Running it twice does nothing twice.
    Returns each organisation's name with the number of runs made, None where something went wrong.
    """
    with writing():
        forget_old(now=clock.now())
        password_requests.forget(before=clock.now() - WITHIN[LinkKind.RESET])
        paces.forget_old(now=clock.now())
    var_dir = app.config["PORTAL"].var_dir
    letter_shelf_in(var_dir).forget_older_than(clock.now() - LETTERS_KEPT)
    journal_in(var_dir).forget_older_than(clock.now() - JOURNAL_KEPT)
    with tenancy.everywhere(), reading():
        organisations = [(each.id, each.name) for each in organisations_open()]
    shelf = shelf_of(app.config["PORTAL"])
    made = {one: _run_for(shelf, one, name) for one, name in organisations}
    failed = carry_on_runs(app, ending=ending, call_help=call_help)
    return [(name, None if one in failed else made[one]) for one, name in organisations]


def _run_for(shelf: Shelf, organisation_id: int, name: str) -> int | None:
    try:
        return _runs_of(shelf, organisation_id)
    except Exception:  # Whatever it is, the organisations after this one have their turn.
        log.exception("schedule failed", organisation=name)
        return None


def _runs_of(shelf: Shelf, organisation_id: int) -> int:
    now = clock.now()
    with tenancy.scope(organisation_id):
        with writing():
            break_promises(organisation_id=organisation_id, now=now)
        made = 0
        try:
            with writing():
                owner = organisation(organisation_id=organisation_id)
                made = len(begin_automatic(organisation=owner, now=now))
        except PaymentDataTooOld as refusal:
            log.warning("no automatic run", organisation=organisation_id, why=str(refusal))
        discard_forgotten(shelf, organisation_id)
        _forget_skips(organisation_id, now)
    return made


def _forget_skips(organisation_id: int, now: datetime) -> None:
    """Forget what old runs left alone, some thousands in a transaction; the next time goes on."""
    for _step in range(STEPS):
        with writing():
            if not forget_skips(organisation_id=organisation_id, now=now):
                return
