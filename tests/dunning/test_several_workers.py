"""Several workers on one run: each takes notices of its own, and the last one finishes the run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from collections_portal.jobs import carry_on_runs
from core import tenancy, transaction
from core.database import db
from core.organisations.models import Organisation
from dunning import notices, operations, queries, sending
from dunning.models import DunningNotice, DunningRun, DunningStage, NoticeState, StageChannel
from invoices.models import ContactPoint, ContactState, Debtor
from messaging.letter_batches import letters_of
from messaging.letter_models import LetterBatch, LetterBatchState
from tests.at_once import PATIENCE, at_once
from tests.dunning.conftest import FRIDAY, Office

DEBTORS, EACH = 6, 3
# So many seconds show that somebody waits.
ALONE = 1.0
TOGETHER = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def approved(office: Office, *, by_letter: bool = False) -> int:
    """Store a run that was approved and of which nothing is queued; return the organisation's id."""
    if by_letter:
        db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
    for _ in range(DEBTORS):
        office.invoice(office.debtor(street="Dorpsstraat 12", postcode="1234 AB", city="Utrecht"))
    run = office.propose()
    operations.confirm(organisation=office.organisation, run=run, member_id=None, now=FRIDAY, at_most=0)
    db.session.commit()
    return office.organisation.id


def step(organisation_id: int) -> int:
    """Do what a worker does in one transaction."""
    with tenancy.scope(organisation_id), transaction.writing():
        organisation = db.session.get_one(Organisation, organisation_id)
        return operations.carry_on(organisation=organisation, now=FRIDAY, at_most=EACH)


def the_run() -> DunningRun:
    """Return the only run, as it is stored now."""
    return db.session.scalars(select(DunningRun).execution_options(populate_existing=True)).one()


def meet_at(
    monkeypatch: pytest.MonkeyPatch, name: str, *, within: float = PATIENCE, after: bool = False
) -> None:
    """Let two workers meet before (or after) each calls this of `sending`, or go on alone after so long."""
    real, met = getattr(sending, name), Barrier(2)

    def meet(*given: Any, **named: Any) -> Any:
        done = real(*given, **named) if after else None
        with suppress(BrokenBarrierError):
            met.wait(timeout=within)
        return done if after else real(*given, **named)

    monkeypatch.setattr(sending, name, meet)


@contextmanager
def taken_elsewhere(app: Flask, organisation_id: int, number: int) -> Iterator[None]:
    """Have another worker hold the first so many notices until the block ends."""
    has_them, may_go = Event(), Event()

    def hold() -> None:
        with app.app_context(), tenancy.scope(organisation_id), transaction.writing():
            db.session.execute(
                select(DunningNotice.id).order_by(DunningNotice.debtor_id).limit(number).with_for_update()
            ).all()
            has_them.set()
            assert may_go.wait(timeout=PATIENCE)

    with ThreadPoolExecutor(1) as other:
        holding = other.submit(hold)
        try:
            assert has_them.wait(timeout=PATIENCE)
            yield
        finally:
            may_go.set()
            holding.result(timeout=PATIENCE)


def assert_all_queued(office: Office) -> None:
    to = [message.debtor_id for message in office.messages()]
    assert len(to) == len(set(to)) == DEBTORS
    assert set(db.session.scalars(select(DunningNotice.state))) == {NoticeState.QUEUED}
    assert the_run().finished_at == FRIDAY
    assert queries.organisations_with_runs_begun() == {}


@TOGETHER
def test_two_take_different_notices_and_the_last_one_finishes_the_run(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have written before one of them counts; did they count together, each would miss the other's."""
    organisation_id = approved(office)
    meet_at(monkeypatch, "queue_all", after=True)
    meet_at(monkeypatch, "waiting", within=ALONE)
    left = at_once(app, lambda: step(organisation_id), lambda: step(organisation_id))
    assert sorted(left) == [0, EACH]
    assert_all_queued(office)


@TOGETHER
def test_the_letters_of_two_make_one_batch_which_is_closed_after_the_last(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find no batch at the same moment, and only one makes it."""
    organisation_id = approved(office, by_letter=True)
    meet_at(monkeypatch, "batch_about")
    left = at_once(app, lambda: step(organisation_id), lambda: step(organisation_id))
    assert sorted(left) == [0, EACH]
    assert_all_queued(office)
    batch = db.session.scalars(select(LetterBatch)).one()
    assert batch.state is LetterBatchState.WAITING
    assert letters_of(batch=batch)[1] == DEBTORS


@TOGETHER
def test_what_somebody_else_has_taken_is_passed_over_and_waited_for_at_the_end(
    app: Flask, office: Office
) -> None:
    organisation_id = approved(office, by_letter=True)
    with ThreadPoolExecutor(1) as worker, taken_elsewhere(app, organisation_id, EACH):
        assert at_once(app, lambda: step(organisation_id)) == [EACH]
        assert db.session.scalars(select(LetterBatch.state)).one() is LetterBatchState.FILLING
        db.session.rollback()
        waits = worker.submit(at_once, app, lambda: step(organisation_id))
        with pytest.raises(TimeoutError):
            waits.result(timeout=ALONE)
    assert waits.result(timeout=PATIENCE) == [0]
    assert_all_queued(office)
    batch = db.session.scalars(select(LetterBatch)).one()
    assert letters_of(batch=batch)[1] == DEBTORS


@TOGETHER
def test_who_has_queued_something_waits_for_nobody(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other might wait for what was queued."""
    monkeypatch.setattr(sending, "NOTICES_IN_A_CHUNK", 1)
    organisation_id = approved(office)

    def all_at_once() -> int:
        with tenancy.scope(organisation_id), transaction.writing():
            organisation = db.session.get_one(Organisation, organisation_id)
            run = db.session.scalars(select(DunningRun)).one()
            return operations.confirm(organisation=organisation, run=run, member_id=None, now=FRIDAY)

    with taken_elsewhere(app, organisation_id, EACH):
        assert at_once(app, all_at_once) == [EACH]
    assert at_once(app, all_at_once) == [0]
    assert_all_queued(office)


@TOGETHER
def test_somebody_who_comes_to_no_end_is_not_waited_for_without_one(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PATIENCE", 1)
    organisation_id = approved(office)
    with taken_elsewhere(app, organisation_id, DEBTORS):
        with pytest.raises(transaction.DatabaseBusy):
            at_once(app, lambda: step(organisation_id))
        # A worker goes on with others, and says so; the next ring comes back to it.
        assert at_once(app, lambda: carry_on_runs(app)) == [set()]
    assert at_once(app, lambda: [step(organisation_id), step(organisation_id)]) == [[EACH, 0]]
    assert_all_queued(office)


@TOGETHER
def test_a_second_press_at_the_desk_waits_for_nobody(app: Flask, office: Office) -> None:
    organisation_id = approved(office)

    def press() -> int:
        with tenancy.scope(organisation_id), transaction.writing():
            organisation = db.session.get_one(Organisation, organisation_id)
            run = db.session.scalars(select(DunningRun)).one()
            return operations.confirm(
                organisation=organisation, run=run, member_id=None, now=FRIDAY, at_most=EACH, waits=False
            )

    with taken_elsewhere(app, organisation_id, DEBTORS):
        assert at_once(app, press) == [DEBTORS]


@TOGETHER
@pytest.mark.parametrize("where", ["notices", "debtors"])
def test_an_address_that_was_corrected_while_it_waited_is_not_written_to(
    app: Flask, office: Office, where: str
) -> None:
    organisation_id = approved(office)
    held = {"notices": select(DunningNotice.id), "debtors": select(Debtor.id)}[where]
    has_them, may_go = Event(), Event()

    def hold() -> None:
        with tenancy.scope(organisation_id), transaction.writing():
            db.session.execute(held.with_for_update()).all()
            has_them.set()
            assert may_go.wait(timeout=PATIENCE)

    with ThreadPoolExecutor(2) as others:
        holding = others.submit(at_once, app, hold)
        assert has_them.wait(timeout=PATIENCE)
        waiting = others.submit(at_once, app, lambda: step(organisation_id))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=ALONE)
        db.session.execute(update(ContactPoint).values(state=ContactState.FAILED))
        db.session.commit()
        may_go.set()
        holding.result(timeout=PATIENCE)
        waiting.result(timeout=PATIENCE)
    assert office.messages() == []


def test_a_run_with_nothing_to_queue_is_finished_at_once_and_begun_ones_are_told(office: Office) -> None:
    run = office.run()
    assert (run.finished_at, queries.organisations_with_runs_begun()) == (FRIDAY, {})
    office.invoice(office.debtor())
    waiting = office.propose(FRIDAY + timedelta(days=1))
    assert not queries.organisations_with_runs_begun()
    operations.confirm(organisation=office.organisation, run=waiting, member_id=None, now=FRIDAY, at_most=0)
    assert queries.organisations_with_runs_begun() == {office.organisation.id: 1}


def test_one_run_is_gone_on_with_at_a_time_the_oldest_first(office: Office) -> None:
    runs = []
    for _ in range(2):
        office.invoice(office.debtor())
        run = office.propose()
        operations.confirm(organisation=office.organisation, run=run, member_id=None, now=FRIDAY, at_most=0)
        runs.append(run)
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=10) == 1
    assert [run.finished_at for run in runs] == [FRIDAY, None]
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=10) == 0
    assert [run.finished_at for run in runs] == [FRIDAY, FRIDAY]
