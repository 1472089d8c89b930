"""Several workers on one run: each takes notices of its own, and the last one finishes the run."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import tenancy, transaction
from core.database import db
from core.organisations.models import Organisation
from dunning import operations, queries, sending
from dunning.models import DunningNotice, DunningRun, DunningStage, NoticeState, StageChannel
from messaging.letter_batches import letters_of
from messaging.letter_models import LetterBatch, LetterBatchState
from tests.at_once import PATIENCE, at_once
from tests.dunning.conftest import FRIDAY, Office

DEBTORS, EACH = 6, 3
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


def meet_before(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """Let so many workers write their messages before one of them ends its step."""
    real, met = sending._hold, Barrier(workers)

    def hold(run: DunningRun) -> None:
        met.wait(timeout=PATIENCE)
        real(run)

    monkeypatch.setattr(sending, "_hold", hold)


def assert_all_queued(office: Office) -> None:
    to = [message.debtor_id for message in office.messages()]
    assert len(to) == len(set(to)) == DEBTORS
    assert set(db.session.scalars(select(DunningNotice.state))) == {NoticeState.QUEUED}
    assert the_run().finished_at == FRIDAY
    assert queries.organisations_with_runs_begun() == []


@TOGETHER
def test_two_take_different_notices_and_the_last_one_finishes_the_run(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_id = approved(office)
    meet_before(monkeypatch, workers=2)
    left = at_once(app, lambda: step(organisation_id), lambda: step(organisation_id))
    # The first to end its step cannot see what the other one has written.
    assert sorted(left) == [0, EACH]
    assert_all_queued(office)


@TOGETHER
def test_the_letters_of_two_make_one_batch_which_is_closed_after_the_last(app: Flask, office: Office) -> None:
    organisation_id = approved(office, by_letter=True)

    def work() -> list[int]:
        return [step(organisation_id) for _ in range(DEBTORS // EACH)]

    left = at_once(app, work, work)
    assert 0 in {last for *_, last in left}
    assert_all_queued(office)
    batch = db.session.scalars(select(LetterBatch)).one()
    assert batch.state is LetterBatchState.WAITING
    assert letters_of(batch=batch)[1] == DEBTORS


@TOGETHER
def test_the_batch_of_letters_is_not_closed_while_another_still_writes_some(
    app: Flask, office: Office
) -> None:
    organisation_id = approved(office, by_letter=True)
    first_has_written, second_is_done = Barrier(2), Barrier(2)

    def first() -> int:
        with tenancy.scope(organisation_id), transaction.writing():
            db.session.execute(
                select(DunningNotice.id).order_by(DunningNotice.debtor_id).limit(EACH).with_for_update()
            )
            first_has_written.wait(timeout=PATIENCE)
            second_is_done.wait(timeout=PATIENCE)
        return step(organisation_id)

    def second() -> int:
        first_has_written.wait(timeout=PATIENCE)
        left = step(organisation_id)
        second_is_done.wait(timeout=PATIENCE)
        return left

    left: Sequence[int] = at_once(app, first, second)
    assert left == [0, EACH]
    assert_all_queued(office)
    batch = db.session.scalars(select(LetterBatch)).one()
    assert letters_of(batch=batch)[1] == DEBTORS


def test_a_run_with_nothing_to_queue_is_finished_at_once_and_begun_ones_are_told(office: Office) -> None:
    run = office.run()
    assert (run.finished_at, queries.organisations_with_runs_begun()) == (FRIDAY, [])
    office.invoice(office.debtor())
    waiting = office.propose(FRIDAY + timedelta(days=1))
    assert queries.organisations_with_runs_begun() == []
    operations.confirm(organisation=office.organisation, run=waiting, member_id=None, now=FRIDAY, at_most=0)
    assert queries.organisations_with_runs_begun() == [office.organisation.id]


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
