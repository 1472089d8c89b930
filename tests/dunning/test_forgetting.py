"""Old runs keep how many invoices they left alone and why; which ones those were is forgotten in steps."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import func, select

from collections_portal.jobs import run_schedule
from core.database import db
from dunning import operations, queries, run_page
from dunning.forgetting import KEPT, forget_skips
from dunning.models import DunningRun, DunningSkip
from tests.dunning.conftest import FRIDAY, Office

OLD = FRIDAY + KEPT + timedelta(seconds=1)
COUNTS = {"no_contact": 3, "not_due_yet": 1}


def skipping(office: Office) -> DunningRun:
    """Let a run leave four invoices alone and write about one."""
    for _ in range(3):
        office.invoice(office.debtor(with_email=False))
    office.invoice(office.debtor(), due_on=FRIDAY.date() - timedelta(days=1))
    office.invoice(office.debtor())
    return office.run()


def left(run: DunningRun) -> int:
    counted = select(func.count()).select_from(DunningSkip).where(DunningSkip.run_id == run.id)
    return db.session.scalar(counted) or 0


def forget(office: Office, *, now: datetime = OLD, at_most: int = 100) -> bool:
    return forget_skips(organisation_id=office.organisation.id, now=now, at_most=at_most)


def test_the_page_and_the_list_of_an_old_run_tell_the_same_numbers(office: Office) -> None:
    run = skipping(office)
    reasons, figures = run_page.reasons_of(run=run), run_page.figures_of(run=run)
    listed, _ = queries.runs_of(organisation_id=office.organisation.id)
    assert dict(reasons) == COUNTS
    assert forget(office)
    assert (left(run), run.skip_counts) == (0, COUNTS)
    assert run_page.reasons_of(run=run) == reasons
    assert run_page.figures_of(run=run) == figures
    assert queries.runs_of(organisation_id=office.organisation.id)[0] == listed
    assert not forget(office)


def test_it_is_forgotten_in_steps_and_the_numbers_hold_from_the_first(office: Office) -> None:
    run = skipping(office)
    for remaining in (3, 2, 1, 0):
        assert forget(office, at_most=1)
        assert (left(run), dict(run_page.reasons_of(run=run))) == (remaining, COUNTS)
    assert not forget(office, at_most=1)


def test_a_run_of_the_last_ninety_days_keeps_them(office: Office) -> None:
    run = skipping(office)
    assert not forget(office, now=FRIDAY + KEPT)
    assert left(run) == 4


def test_what_is_not_over_keeps_them(office: Office) -> None:
    office.invoice(office.debtor(with_email=False))
    for _ in range(2):
        office.invoice(office.debtor())
    run = office.propose()
    assert not forget(office)
    operations.confirm(
        organisation=office.organisation, run=run, member_id=office.agent.id, now=FRIDAY, at_most=1
    )
    assert not forget(office)
    office.confirm(run)
    assert forget(office)


def test_a_discarded_proposal_and_a_run_that_left_nothing_alone_are_over_too(office: Office) -> None:
    office.invoice(office.debtor(with_email=False))
    office.invoice(office.debtor())
    run = office.propose()
    operations.discard(run=run, member_id=office.agent.id, now=FRIDAY)
    empty = DunningRun(
        organisation_id=run.organisation_id,
        policy_id=run.policy_id,
        state=run.state,
        run_on=run.run_on,
        proposed_at=FRIDAY,
        decided_at=FRIDAY,
    )
    db.session.add(empty)
    db.session.flush()
    while forget(office):
        pass
    assert (left(run), run.skip_counts, empty.skip_counts) == (0, {"no_contact": 1}, {})


@pytest.mark.parametrize(("moment", "remaining"), [(FRIDAY + KEPT, 4), (OLD, 0)])
def test_the_schedule_forgets_them(app: Flask, office: Office, moment: datetime, remaining: int) -> None:
    run = skipping(office)
    db.session.commit()
    with freeze_time(moment):
        run_schedule(app)
    db.session.expire_all()
    assert left(run) == remaining
