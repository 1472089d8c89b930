"""Changes to dunning: found a policy; propose, confirm and discard runs, and those that go by themselves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning import choosing, planning, queries, sending
from dunning.choosing import RunDecided, tell
from dunning.models import DunningPolicy, DunningRun, DunningStage, RunState, StageChannel

SATURDAY = 5
FIRST_NAME = "Reminders"
FIRST_STAGES = (7, 21, 35)


class ProposalWaiting(Refusal):
    """The policy has a proposal that nobody decided on yet; `run` is its public id."""

    sentence = N_("There is already a proposal. Approve or discard it first.")
    status = 409

    def __init__(self, *, run: str) -> None:
        super().__init__(run=run)
        self.run = run


def found_policy(*, organisation_id: int) -> DunningPolicy:
    """Store and return the policy an organisation starts with: three reminders, two weeks apart."""
    policy = DunningPolicy(
        organisation_id=organisation_id,
        name=FIRST_NAME,
        is_default=True,
        is_automatic=False,
        minimum_gap_days=7,
    )
    db.session.add(policy)
    db.session.flush()
    db.session.add_all(
        DunningStage(
            organisation_id=organisation_id,
            policy_id=policy.id,
            position=position,
            days_after_due=days,
            channel=StageChannel.PREFERRED,
            event=f"reminder_{position}",
        )
        for position, days in enumerate(FIRST_STAGES, start=1)
    )
    db.session.flush()
    return policy


def propose(
    *, organisation: Organisation, policy_id: int, now: datetime, member_id: int | None = None
) -> DunningRun:
    """Store a run that waits for a decision: a notice or a skip for every overdue invoice, and return it.

    Raises PolicyUnknown, and ProposalWaiting when the policy has an undecided run.
    """
    policy = queries.policy(organisation_id=organisation.id, policy_id=policy_id)
    run = _opened(organisation, policy, now, is_automatic=False)
    if run is None:
        waiting = queries.proposal_of(organisation_id=organisation.id, policy_id=policy.id)
        raise ProposalWaiting(run=waiting.public_id if waiting else "")
    _fill(organisation, policy, run, now, member_id)
    return run


def confirm(
    *,
    organisation: Organisation,
    run: DunningRun,
    member_id: int | None,
    now: datetime,
    at_most: int | None = None,
) -> int:
    """Approve a run and queue one message per debtor, of at most so many (None: all); return how many wait.

    A second time, or by two people at once, goes on with what waits and doubles nothing. Raises RunDecided
    when the run was discarded.
    """
    if _decide(run, RunState.CONFIRMED, now, member_id):
        choosing.skip_left_out(run)
        tell(run, "dunning_run.confirmed", now, member_id)
    elif run.state is not RunState.CONFIRMED:
        raise RunDecided
    return sending.carry_out(organisation=organisation, run=run, now=now, at_most=at_most)


def carry_on(*, organisation: Organisation, now: datetime, at_most: int) -> int:
    """Queue at most so many messages of confirmed runs that were not finished; return how many wait."""
    left = 0
    for run in queries.unfinished_runs(organisation_id=organisation.id):
        left += sending.carry_out(organisation=organisation, run=run, now=now, at_most=at_most)
    return left


def discard(*, run: DunningRun, member_id: int | None, now: datetime) -> None:
    """Drop a proposal; again does nothing. Raises RunDecided when the run was approved."""
    if _decide(run, RunState.DISCARDED, now, member_id):
        tell(run, "dunning_run.discarded", now, member_id)
    elif run.state is not RunState.DISCARDED:
        raise RunDecided


def run_automatic(
    *, organisation: Organisation, now: datetime, at_most: int | None = None
) -> list[DunningRun]:
    """Run every automatic policy whose hour has come on this working day, once a day; return the new runs.

    A proposal of an earlier day is out of date and discarded; one of today is a person's work and comes
    first. `at_most` limits the messages queued at once; `carry_on` queues the rest.
    """
    local = now.astimezone(ZoneInfo(organisation.zone))
    if local.weekday() >= SATURDAY:
        return []
    made = []
    for policy in queries.automatic_policies(organisation_id=organisation.id):
        if local.hour < policy.runs_from_hour:
            continue
        _discard_outdated(organisation, policy, now)
        run = _opened(organisation, policy, now, is_automatic=True)
        if run is not None:
            _fill(organisation, policy, run, now, None)
            confirm(organisation=organisation, run=run, member_id=None, now=now, at_most=at_most)
            made.append(run)
    return made


def _opened(
    organisation: Organisation, policy: DunningPolicy, now: datetime, *, is_automatic: bool
) -> DunningRun | None:
    """Return a new empty run, or None when the database says that one waits or ran today."""
    run = DunningRun(
        organisation_id=organisation.id,
        policy_id=policy.id,
        is_automatic=is_automatic,
        run_on=day_in(now, organisation.zone),
        proposed_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(run)
    except IntegrityError:
        return None
    return run


def _fill(
    organisation: Organisation, policy: DunningPolicy, run: DunningRun, now: datetime, member_id: int | None
) -> None:
    plan = queries.plan_of(policy=policy, currency=organisation.currency)
    planning.fill(run=run, plan=plan, zone=organisation.zone, today=run.run_on)
    tell(run, "dunning_run.proposed", now, member_id)


def _discard_outdated(organisation: Organisation, policy: DunningPolicy, now: datetime) -> None:
    waiting = queries.proposal_of(organisation_id=organisation.id, policy_id=policy.id)
    if waiting is not None and waiting.run_on < day_in(now, organisation.zone):
        discard(run=waiting, member_id=None, now=now)


def _decide(run: DunningRun, state: RunState, now: datetime, member_id: int | None) -> bool:
    """Move the run out of the proposal and return whether it was this call that did; refresh the row."""
    decided = db.session.execute(
        update(DunningRun)
        .where(
            DunningRun.organisation_id == run.organisation_id,
            DunningRun.id == run.id,
            DunningRun.state == RunState.PROPOSED,
        )
        .values(state=state, decided_at=now, decided_by_id=member_id)
        .returning(DunningRun.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.refresh(run)
    return bool(decided)
