"""A dunning run over many open invoices: proposed, confirmed, queued; beside SQL that only writes rows.

`python -m bench dunning_run --rows 1000000`. Three tenths of the open invoices are overdue and one in twenty
is exempt. The run is a process of its own, so that its peak of memory is too.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import create_engine, func, select, text

from bench.filling import fill
from bench.memory import peak_megabytes
from bench.results import Result, Section
from bench.stores import KINDS, Store, kinds, store_of
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.jobs import carry_on_runs
from collections_portal.serving import settle_memory
from core import tenancy
from core.database import db
from core.organisations.queries import organisation
from core.transaction import reading, writing
from dunning import operations
from dunning.queries import default_policy
from messaging.models import Message
from tests import factories

Found = TypeVar("Found")
# Two of five invoices of `bench.filling` are settled, and its due days lie 240 days apart.
ROWS = 200_000
NOW = datetime(2026, 6, 11, 8, 0, tzinfo=UTC)
GOAL, GOAL_TIMES, GOAL_MEGABYTES = 2_500, 2.5, 300

NEW_ID = {"postgresql": "lpad(id::text, 12, '0')", "sqlite": "printf('%012d', id)"}
CONTACTS = """
    INSERT INTO contact_points (organisation_id, public_id, debtor_id, channel, value, is_preferred, state,
        state_reason, created_at)
    SELECT organisation_id, {new_id}, id, 'email', 'visser' || id || '@mail.example', false, 'usable', '',
        created_at
    FROM debtors
"""
_EXEMPTIONS = """
    INSERT INTO exemptions (organisation_id, invoice_id, asked_by, reason, started_at)
    SELECT organisation_id, id, 'action:' || id, 'complaint', created_at FROM invoices WHERE id % 20 = 0
"""
# The rows a message needs, without a link, a text or a question about the debtor.
_MESSAGES = """
    INSERT INTO messages (organisation_id, public_id, dedupe_key, event, channel, language, debtor_id,
        contact_point_id, recipient, "values", is_collection, state, state_reason, attempt, losses,
        not_before, message_id, subject, body, sent_sha256, created_at)
    SELECT organisation_id, {new_id}, 'limit:' || id, 'reminder_1', 'email', 'nl', debtor_id,
        id, value, '{{}}', true, 'new', '', 0, 0,
        created_at, 'limit-' || id, '', '', '', created_at
    FROM contact_points WHERE debtor_id IN (SELECT debtor_id FROM invoices WHERE {due})
"""
_MESSAGE_INVOICES = """
    INSERT INTO message_invoices (organisation_id, message_id, invoice_id)
    SELECT messages.organisation_id, messages.id, invoices.id
    FROM messages JOIN invoices ON invoices.debtor_id = messages.debtor_id WHERE {due}
"""
# The rows the run itself needs: what it said of each overdue invoice, and why it left the others alone.
_RUN = """
    INSERT INTO dunning_runs (organisation_id, public_id, policy_id, state, filled_to, is_automatic, run_on,
        proposed_at, decided_at)
    SELECT organisation_id, {new_id}, id, 'confirmed', 0, false, '2026-06-11', '2026-06-11', '2026-06-11'
    FROM dunning_policies
"""
_NOTICES = """
    INSERT INTO dunning_notices (organisation_id, run_id, debtor_id, contact_point_id, message_id, event,
        stage_position, state)
    SELECT messages.organisation_id, dunning_runs.id, debtor_id, contact_point_id, messages.id, event, 1,
        'queued'
    FROM messages CROSS JOIN dunning_runs
"""
_NOTICE_INVOICES = """
    INSERT INTO dunning_notice_invoices (organisation_id, notice_id, invoice_id, stage_position, event,
        amount, costs, interest)
    SELECT dunning_notices.organisation_id, dunning_notices.id, invoices.id, 1, event, amount_open, 0, 0
    FROM dunning_notices JOIN invoices ON invoices.debtor_id = dunning_notices.debtor_id WHERE {due}
"""
_SKIPS = """
    INSERT INTO dunning_skips (organisation_id, run_id, invoice_id, debtor_id, reason, detail)
    SELECT invoices.organisation_id, dunning_runs.id, invoices.id, debtor_id, 'exempt', 'complaint'
    FROM invoices CROSS JOIN dunning_runs WHERE {overdue} AND {exempt}
"""
_LIMIT = (_MESSAGES, "ANALYZE messages", _MESSAGE_INVOICES, _RUN, _NOTICES, _NOTICE_INVOICES, _SKIPS)
_OVERDUE = "amount_open > 0 AND due_on < '2026-06-05'"
_IS_EXEMPT = "EXISTS (SELECT 1 FROM exemptions WHERE invoice_id = invoices.id AND ended_at IS NULL)"
_DUE = f"{_OVERDUE} AND NOT {_IS_EXEMPT}"


@dataclass(frozen=True, slots=True)
class Measured:
    """How many messages, in how many seconds of proposing and of queueing; the peak in megabytes; CPU."""

    messages: int
    proposing: float
    queueing: float
    megabytes: float = 0
    cpu: float = 0


def run(rows: int | None = None) -> Section:
    """Measure on each kind of database there is; `rows` is how many invoices lie in it."""
    count = rows or ROWS
    results = []
    for kind in kinds():
        with store_of(kind) as store:
            owner_id = filled(store, (CONTACTS, _EXEMPTIONS), invoices=count)
            limit = in_process(_limit, store)
            sweep(store)
            (measured,) = in_process(carried_out, store, owner_id, [NOW])
        results += _results(kind, measured, limit)
    return Section(
        f"A dunning run over {count:,} invoices",
        "About 60 % of the invoices are open, of these 30 % overdue, one in twenty exempt. One process "
        "proposes the run and carries it out as the worker does, on PostgreSQL with two threads at the end: "
        "every debtor decided about, asked about once more, a link and a message each, committed in steps "
        "after which it may be killed. The limit "
        "is SQL that writes the same rows but the links, set by set in one transaction, and decides "
        "nothing.",
        results,
    )


def _results(kind: str, ours: Measured, limit: Measured) -> list[Result]:
    speed = ours.messages / (ours.proposing + ours.queueing)
    least = limit.messages / limit.queueing
    has_goal = kind == "postgresql"
    is_met = speed >= GOAL and least <= GOAL_TIMES * speed and ours.megabytes <= GOAL_MEGABYTES
    return [
        Result(
            f"messages queued, {KINDS[kind]}",
            f"{ours.messages:,} at {speed:,.0f}/s, {ours.megabytes:,.0f} MB",
            f"{least:,.0f}/s: {least / speed:.1f} x",
            goal=f">= {GOAL:,}/s, <= {GOAL_TIMES} x, {GOAL_MEGABYTES} MB" if has_goal else "",
            met=is_met if has_goal else None,
        ),
        Result(
            f"of this proposing and queueing, {KINDS[kind]}",
            f"{ours.proposing:.1f} s + {ours.queueing:.1f} s",
        ),
    ]


def in_process(measure: Callable[..., Found], *arguments: Any) -> Found:
    """Measure in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def filled(store: Store, statements: Iterable[str], *, invoices: int = 0) -> int:
    """Found an organisation, store so many invoices and what the statements say; return its id."""
    app = create_app(Config.for_tests(database_url=store.url, var_dir=store.folder, testing=False))
    with app.app_context(), tenancy.everywhere():
        with writing():
            owner = factories.organisation()
            creditor = factories.creditor(owner)
            operations.found_policy(organisation_id=owner.id)
        fill(store, organisation_id=owner.id, creditor_id=creditor.id, invoices=invoices)
        with writing():
            for statement in statements:
                db.session.execute(text(statement.format(new_id=NEW_ID[store.kind])))
        db.engine.dispose()
        owner_id = owner.id
    _look(store)
    return owner_id


def _look(store: Store) -> None:
    """Have the planner look at all rows, as it does once a minute where the portal runs."""
    engine = create_engine(store.administrator_url)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def sweep(store: Store) -> None:
    """Take away what was written and taken back: it would lie in the way of what comes next."""
    engine = create_engine(store.administrator_url)
    with closing(engine.raw_connection()) as connection:
        driven: Any = connection.driver_connection
        if store.kind == "postgresql":
            driven.commit()
            driven.autocommit = True
        driven.execute("VACUUM")
    engine.dispose()
    _look(store)


def _limit(store: Store) -> Measured:
    """Write the rows in one transaction and drop them again, as a role above row-level security."""
    app = create_app(
        Config.for_tests(database_url=store.administrator_url, var_dir=store.folder, testing=False)
    )
    with app.app_context(), tenancy.everywhere():
        began = time.perf_counter()
        for statement in _LIMIT:
            words = {"new_id": NEW_ID[store.kind], "due": _DUE, "overdue": _OVERDUE, "exempt": _IS_EXEMPT}
            db.session.execute(text(statement.format(**words)))
        messages = db.session.scalar(select(func.count(Message.id))) or 0
        seconds = time.perf_counter() - began
        db.session.rollback()
        db.engine.dispose()
    return Measured(messages, 0, seconds)


def carried_out(store: Store, owner_id: int, moments: Iterable[datetime]) -> list[Measured]:
    """Propose and confirm a run at each moment as an agent does, and carry it out as a worker does."""
    app = create_app(Config.for_tests(database_url=store.url, var_dir=store.folder, testing=False))
    settle_memory()
    with app.app_context(), tenancy.scope(owner_id):
        measured = [_carried_out(app, owner_id, moment) for moment in moments]
        db.engine.dispose()
    return measured


def _carried_out(app: Flask, owner_id: int, now: datetime) -> Measured:
    before = _messages()
    began, spent = time.perf_counter(), time.process_time()
    with writing():
        owner = organisation(organisation_id=owner_id)
        policy = default_policy(organisation_id=owner_id)
        run = operations.begin(organisation=owner, policy_id=policy.id, now=now)
    _carry_on(app, now)
    proposed = time.perf_counter()
    with writing():
        owner = organisation(organisation_id=owner_id)
        operations.confirm(organisation=owner, run=run, member_id=None, now=now, at_most=0)
    _carry_on(app, now)
    queued, cpu = time.perf_counter(), time.process_time() - spent
    return Measured(_messages() - before, proposed - began, queued - proposed, peak_megabytes(), cpu)


def _messages() -> int:
    with reading():
        return db.session.scalar(select(func.count(Message.id))) or 0


def _carry_on(app: Flask, now: datetime) -> None:
    """Go on with the run as a worker does: with a second thread, where it asks for help."""

    def help_out() -> None:
        with app.app_context():
            carry_on_runs(app, now=lambda: now)

    helper = threading.Thread(target=help_out)
    if carry_on_runs(app, now=lambda: now, call_help=helper.start):
        raise RuntimeError("The run failed; the log says why.")
    if helper.ident is not None:
        helper.join()
