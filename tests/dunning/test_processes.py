"""A run killed half-way in a real process, then gone on with by two at once, four times."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkProcess

import pytest
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from core.organisations.queries import organisation
from dunning import operations
from dunning.choosing import RunDecided
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, DunningSkip, RunState
from dunning.queries import default_policy
from messaging.models import Message
from tests import factories
from tests.dunning import running_process
from tests.dunning.conftest import FRIDAY
from tests.dunning.running_process import MESSAGES_AT_ONCE

REACHABLE, UNREACHABLE = 20, 3
# In turn from the first row of the run to the last ones of its messages.
DYING_AT = (1, 4, 13, 22)
# Links are the first that a step inserts, their messages the second.
AMONG_MESSAGES = 2
# In seconds: so often it is looked what is there, so long a worker is seen waiting, and waited for its end.
LOOK, WAITS, PATIENCE = 0.05, 1, 60
Begin = Callable[..., ForkProcess]
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture
def begin(app: Flask, database_url: str) -> Iterator[Begin]:
    """Start processes that run an organisation's plans: `begin(organisation_id, dying_at=4)`."""
    begun: list[ForkProcess] = []

    def start(
        organisation_id: int, *, dying_at: int = 0, fate: signal.Signals = signal.SIGKILL
    ) -> ForkProcess:
        # What is open here is not for a child.
        with app.app_context():
            db.engine.dispose()
        begun.append(
            running_process.start(database_url, organisation_id, FRIDAY, dying_at=dying_at, fate=fate)
        )
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.join()


def end_of(process: ForkProcess) -> int:
    """Wait for it and return its exit code, negative for a signal."""
    process.join(PATIENCE)
    assert process.exitcode is not None, "It does not end."
    return process.exitcode


def filled(app: Flask, *, is_automatic: bool = True) -> int:
    """Store an organisation with debtors and a plan, which may run by itself; return its id."""
    with app.app_context():
        owner = factories.organisation()
        creditor = factories.creditor(owner)
        for number in range(REACHABLE + UNREACHABLE):
            debtor = factories.debtor(owner)
            factories.invoice(debtor, creditor)
            if number < REACHABLE:
                factories.contact_point(debtor)
        with tenancy.scope(owner.id):
            operations.found_policy(organisation_id=owner.id).is_automatic = is_automatic
            db.session.commit()
        return owner.id


def messages() -> list[int]:
    """Return for each debtor who gets any how many messages they get."""
    return sorted(Counter(db.session.scalars(select(Message.debtor_id))).values())


def test_each_debtor_gets_one_message_whoever_runs_and_whoever_dies(app: Flask, begin: Begin) -> None:
    for dying_at in DYING_AT:
        organisation_id = filled(app)
        assert end_of(begin(organisation_id, dying_at=dying_at)) == -signal.SIGKILL
        both = [begin(organisation_id) for _ in range(2)]
        assert [end_of(one) for one in both] == [0, 0], dying_at
        with app.app_context(), tenancy.scope(organisation_id):
            assert messages() == [1] * REACHABLE, dying_at
            (run,) = db.session.scalars(select(DunningRun))
            assert run.state is RunState.CONFIRMED
            assert run.finished_at is not None
            assert len(db.session.scalars(select(DunningNotice.id)).all()) == REACHABLE
            lines = db.session.scalars(select(DunningNoticeInvoice.invoice_id)).all()
            skips = db.session.scalars(select(DunningSkip.invoice_id)).all()
            assert len({*lines, *skips}) == len(lines) + len(skips) == REACHABLE + UNREACHABLE


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_a_worker_has_taken_is_waited_for_and_taken_over_when_it_dies(app: Flask, begin: Begin) -> None:
    """The first stands still with notices in its hands; the other queues all others, and is not done."""
    organisation_id = filled(app, is_automatic=False)
    with app.app_context(), tenancy.scope(organisation_id):
        owner = organisation(organisation_id=organisation_id)
        policy_id = default_policy(organisation_id=organisation_id).id
        run = operations.propose(organisation=owner, policy_id=policy_id, now=FRIDAY)
        operations.confirm(organisation=owner, run=run, member_id=None, now=FRIDAY, at_most=0)
        db.session.commit()
    standing = begin(organisation_id, dying_at=AMONG_MESSAGES, fate=signal.SIGSTOP)
    assert standing.pid is not None
    assert os.WIFSTOPPED(os.waitpid(standing.pid, os.WUNTRACED)[1])
    other = begin(organisation_id)
    with app.app_context(), tenancy.scope(organisation_id):
        while len(messages()) < REACHABLE - MESSAGES_AT_ONCE:
            assert other.is_alive()
            db.session.rollback()
            time.sleep(LOOK)
        other.join(WAITS)
        assert other.is_alive()
        assert messages() == [1] * (REACHABLE - MESSAGES_AT_ONCE)
        db.session.rollback()
        standing.kill()
        assert end_of(standing) == -signal.SIGKILL
        assert end_of(other) == 0
        assert messages() == [1] * REACHABLE
        (run,) = db.session.scalars(select(DunningRun))
        assert run.finished_at is not None


def test_a_run_that_was_left_half_filled_is_gone_on_with_where_it_stopped(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunning.overdue.DEBTORS_IN_A_CHUNK", 10)
    organisation_id = filled(app)
    with app.app_context(), tenancy.scope(organisation_id):
        owner = organisation(organisation_id=organisation_id)
        policy_id = default_policy(organisation_id=organisation_id).id
        run = operations.begin(organisation=owner, policy_id=policy_id, now=FRIDAY)
        assert operations.fill(organisation=owner, run=run, chunks=1)
        assert len(db.session.scalars(select(DunningNotice.id)).all()) == 10
        with pytest.raises(RunDecided):
            operations.confirm(organisation=owner, run=run, member_id=None, now=FRIDAY)
        again = operations.begin(organisation=owner, policy_id=policy_id, now=FRIDAY)
        assert again.id == run.id
        assert not operations.fill(organisation=owner, run=again)
        assert len(db.session.scalars(select(DunningNotice.id)).all()) == REACHABLE
        assert run.state is RunState.PROPOSED
