"""The worker's job that goes on with dunning runs, and the bell that rings for it."""

import threading
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from collections_portal import jobs
from collections_portal.work import RUNNERS, Bell
from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import DatabaseBusy
from dunning import operations
from dunning.models import DunningRun
from dunning.queries import organisations_with_runs_begun
from messaging.models import Message
from tests import factories
from tests.databases import Database
from tests.factories import NOW
from tests.moments import Clock

DEBTORS = 4


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Let a step queue two messages, on a working day."""
    clock.move_to(NOW)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    monkeypatch.setattr(jobs, "WORTH_HELP", 2)


@pytest.fixture
def approved(app: Flask) -> tuple[int, int]:
    """Two organisations, each with an approved run of which nothing is queued."""
    with app.app_context():
        return approved_run(), approved_run()


def approved_run() -> int:
    owner = factories.organisation()
    creditor = factories.creditor(owner)
    for _ in range(DEBTORS):
        debtor = factories.debtor(owner)
        factories.contact_point(debtor)
        factories.invoice(debtor, creditor)
    with tenancy.scope(owner.id):
        policy = operations.found_policy(organisation_id=owner.id)
        run = operations.propose(organisation=owner, policy_id=policy.id, now=NOW)
        operations.confirm(organisation=owner, run=run, member_id=None, now=NOW, at_most=0)
    db.session.commit()
    return owner.id


def queued() -> dict[int, int]:
    """Return how many messages each organisation has."""
    with tenancy.everywhere():
        counted = select(Message.organisation_id, func.count(Message.id)).group_by(Message.organisation_id)
        found = dict(db.session.execute(counted).all())
        db.session.rollback()
    return found


def begun() -> list[int]:
    with tenancy.everywhere():
        found = list(organisations_with_runs_begun())
        db.session.rollback()
    return found


def test_runs_are_carried_on_to_their_end_and_organisations_take_turns(
    app: Flask, approved: tuple[int, int]
) -> None:
    seen = []

    def look() -> bool:
        seen.append(queued())
        return False

    with app.app_context():
        assert jobs.carry_on_runs(app, ending=look) == set()
        first, second = approved
        assert seen[:2] == [{}, {first: 2, second: 2}]
        assert queued() == dict.fromkeys(approved, DEBTORS)
        assert begun() == []


def test_there_is_a_pause_for_others_after_each_step_where_only_one_can_write(
    app: Flask, database: Database, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("collections_portal.jobs.time.sleep", slept.append)
    with app.app_context():
        jobs.carry_on_runs(app)
        assert queued() == dict.fromkeys(approved, DEBTORS)
    rounds = DEBTORS // jobs.CHUNK
    expected = jobs.PAUSE if database.kind == "sqlite" else 0
    assert slept == [expected] * (rounds - 1) + [0]


def test_it_ends_between_two_steps_when_it_is_told_to(app: Flask, approved: tuple[int, int]) -> None:
    with app.app_context():
        jobs.carry_on_runs(app, ending=lambda: bool(queued()))
        assert queued() == dict.fromkeys(approved, 2)
        assert begun() == list(approved)


def test_help_is_called_once_and_only_where_two_can_write_at_once(
    app: Flask, approved: tuple[int, int]
) -> None:
    calls: list[None] = []
    with app.app_context():
        jobs.carry_on_runs(app, call_help=lambda: calls.append(None))
        can_write_together = db.engine.dialect.name == "postgresql"
        assert len(calls) == int(can_write_together)
        jobs.carry_on_runs(app, call_help=lambda: calls.append(None))
        assert len(calls) == int(can_write_together)
        assert queued() == dict.fromkeys(approved, DEBTORS)


def test_no_help_is_called_for_a_few(
    app: Flask, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "WORTH_HELP", DEBTORS)
    monkeypatch.setattr(jobs, "CHUNK", DEBTORS)
    calls: list[None] = []
    with app.app_context():
        jobs.carry_on_runs(app, call_help=lambda: calls.append(None))
        assert queued() == dict.fromkeys(approved, DEBTORS)
    assert calls == []


def test_one_organisations_fault_keeps_no_other_from_its_turn(
    app: Flask, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = approved
    real = operations.carry_on

    def carry_on(*, organisation: Organisation, **others: Any) -> int:
        if organisation.id == broken:
            raise RuntimeError("broken")
        return real(organisation=organisation, **others)

    monkeypatch.setattr(jobs, "carry_on", carry_on)
    with app.app_context():
        assert jobs.carry_on_runs(app) == {broken}
        assert queued() == {sound: DEBTORS}
        assert [made for _name, made in jobs.run_schedule(app)] == [None, 0]


def test_a_worker_lets_an_organisation_rest_whose_run_failed(
    app: Flask, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = approved
    tried: list[int] = []

    def carry_on(*, organisation: Organisation, **_others: object) -> int:
        tried.append(organisation.id)
        if organisation.id == broken:
            raise RuntimeError("broken")
        return 0

    monkeypatch.setattr(jobs, "carry_on", carry_on)
    resting: dict[int, datetime] = {}
    with app.app_context():
        for later in (timedelta(), jobs.REST - timedelta(seconds=1), jobs.REST):
            jobs.carry_on_runs(app, now=repeat(NOW + later).__next__, resting=resting)
    assert tried.count(broken) == 2


def test_a_busy_database_is_no_fault_and_another_time_comes(
    app: Flask, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def carry_on(**_given: object) -> int:
        raise DatabaseBusy

    monkeypatch.setattr(jobs, "carry_on", carry_on)
    resting: dict[int, datetime] = {}
    with app.app_context():
        assert jobs.carry_on_runs(app, resting=resting) == set()
        assert begun() == list(approved)
    assert resting == {}


def test_an_organisation_that_is_closed_meanwhile_is_left_alone(
    app: Flask, approved: tuple[int, int]
) -> None:
    closed, open_one = approved

    def close() -> bool:
        with tenancy.everywhere():
            db.session.get_one(Organisation, closed).closed_at = NOW
            db.session.commit()
        return False

    with app.app_context():
        jobs.carry_on_runs(app, ending=close)
        assert queued() == {open_one: DEBTORS}


def test_a_closed_organisation_has_no_turn(app: Flask, approved: tuple[int, int]) -> None:
    closed, open_one = approved
    with app.app_context():
        db.session.get_one(Organisation, closed).closed_at = NOW + timedelta(minutes=1)
        db.session.commit()
        jobs.carry_on_runs(app)
        assert queued() == {open_one: DEBTORS}


def test_the_bell_rings_for_runs_and_finds_no_more_than_so_many_threads(
    app: Flask, database: Database, approved: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Semaphore(0), threading.Event()
    real = jobs.carry_on_runs
    came: list[None] = []

    def carry_on_runs(*given: Any, **named: Any) -> object:
        came.append(None)
        at_work.release()
        go_on.wait(timeout=30)
        return real(*given, **named)

    monkeypatch.setattr(jobs, "carry_on_runs", carry_on_runs)
    bell = Bell(app)
    assert bell.runs in bell._swept
    places = RUNNERS if database.kind == "postgresql" else 1
    threads = [threading.Thread(target=bell.runs.call_local) for _ in range(places + 1)]
    for thread in threads[:places]:
        thread.start()
    assert all(at_work.acquire(timeout=30) for _ in range(places))
    threads[places].start()
    threads[places].join(timeout=30)
    assert len(came) == places
    go_on.set()
    for thread in threads:
        thread.join(timeout=60)
    with app.app_context():
        assert queued() == dict.fromkeys(approved, DEBTORS)
        with tenancy.everywhere():
            assert all(db.session.scalars(select(DunningRun.finished_at)))
