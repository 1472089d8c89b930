"""Runs that go by themselves: once a day, on working days, from an hour on."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import tenancy, transaction
from core.audit import Actor, AuditEvent
from core.database import db
from core.organisations.models import Organisation
from dunning import operations
from dunning.models import DunningRun, RunState
from messaging.models import MessageState
from tests.at_once import at_once
from tests.dunning.conftest import FRIDAY, Office, day, days


@pytest.fixture
def automatic(office: Office) -> Office:
    """The office with its policy on schedule."""
    office.policy.is_automatic = True
    return office


def pass_by(office: Office, now: datetime) -> list[DunningRun]:
    made = operations.begin_automatic(organisation=office.organisation, now=now)
    while operations.carry_on(organisation=office.organisation, now=now, at_most=100):
        pass
    return made


def test_a_policy_on_schedule_sends_without_anybody(automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    (run,) = pass_by(automatic, FRIDAY)
    assert (run.state, run.is_automatic, run.decided_by_id) == (RunState.CONFIRMED, True, None)
    assert len(automatic.messages()) == 1
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "dunning_run.confirmed")).one()
    assert told.actor is Actor.SYSTEM


def test_a_policy_that_is_not_on_schedule_does_nothing(office: Office) -> None:
    office.invoice(office.debtor())
    assert pass_by(office, FRIDAY) == []


def test_the_same_day_runs_once_however_often_the_clock_rings(automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    pass_by(automatic, FRIDAY)
    assert pass_by(automatic, FRIDAY + timedelta(minutes=5)) == []
    automatic.invoice(automatic.debtor())
    assert pass_by(automatic, FRIDAY + timedelta(hours=8)) == []
    assert len(automatic.messages()) == 1


@pytest.mark.parametrize(("moment", "runs"), [
    (datetime(2026, 11, 20, 7, 59, tzinfo=UTC), 0),
    (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), 1),
    (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), 0),
    (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), 0),
    (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 1),
    (datetime(2027, 3, 29, 6, 59, tzinfo=UTC), 0),
    (datetime(2027, 3, 29, 7, 0, tzinfo=UTC), 1),
])  # fmt: skip
def test_it_runs_on_working_days_from_nine_on_the_organisations_clock(
    automatic: Office, moment: datetime, runs: int
) -> None:
    assert len(pass_by(automatic, moment)) == runs


def test_a_proposal_of_an_earlier_day_is_discarded(automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    old = automatic.propose(FRIDAY - days(1))
    (run,) = pass_by(automatic, FRIDAY)
    db.session.refresh(old)
    assert (old.state, run.state) == (RunState.DISCARDED, RunState.CONFIRMED)


def test_a_proposal_of_today_is_somebodys_work_and_comes_first(automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    mine = automatic.propose(FRIDAY)
    assert pass_by(automatic, FRIDAY) == []
    db.session.refresh(mine)
    assert mine.state is RunState.PROPOSED


def test_after_400_days_without_a_run_one_notice_goes_out_and_the_distance_is_kept(automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    start = FRIDAY + days(400)
    sent = []
    for offset in range(60):
        now = start + days(offset)
        if pass_by(automatic, now) and any(
            message.state is MessageState.NEW for message in automatic.messages()
        ):
            sent.append((offset, automatic.messages()[-1].event))
            automatic.end_messages(MessageState.SENT, now)
    # 400 days later is a Saturday, so the first one leaves two days after.
    assert sent == [(2, "reminder_1"), (16, "reminder_2"), (30, "reminder_3")]


def test_two_schedules_that_ring_together_run_once(app: Flask, automatic: Office) -> None:
    automatic.invoice(automatic.debtor())
    organisation_id = automatic.organisation.id
    db.session.commit()

    def ring() -> None:
        with tenancy.scope(organisation_id):
            with transaction.writing():
                organisation = db.session.get_one(Organisation, organisation_id)
                operations.begin_automatic(organisation=organisation, now=FRIDAY)
            for _ in range(2):
                with transaction.writing():
                    operations.carry_on(organisation=organisation, now=FRIDAY, at_most=100)

    at_once(app, ring, ring)
    assert db.session.scalar(select(func.count()).select_from(DunningRun)) == 1
    assert len(automatic.messages()) == 1


def test_a_new_day_runs_again(automatic: Office) -> None:
    assert pass_by(automatic, day(2026, 11, 19))
    assert pass_by(automatic, day(2026, 11, 20))
