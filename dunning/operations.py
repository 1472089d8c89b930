"""Changes to dunning: found a policy; propose, confirm and discard runs, and those that go by themselves."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.clock import day_in
from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning import choosing, planning, queries, sending
from dunning.choosing import RunDecided, tell
from dunning.lawful_stages import require_sayable
from dunning.models import DunningPolicy, DunningRun, DunningStage, RunState, StageChannel
from dunning.policy_refusals import PolicyRefused
from invoices.freshness import require_fresh

log = structlog.get_logger()
SATURDAY = 5
# The name of the first plan in the organisation's language; people change it as they like.
FIRST_NAMES = {
    "nl": "Herinneringen",
    "fr": "Rappels",
    "de": "Erinnerungen",
    "en": "Reminders",
    "nb": "Påminnelser",
}
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
    organisation = db.session.get_one(Organisation, organisation_id)
    policy = DunningPolicy(
        organisation_id=organisation_id,
        name=FIRST_NAMES[organisation.language],
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


def begin(
    *, organisation: Organisation, policy_id: int, now: datetime, member_id: int | None = None
) -> DunningRun:
    """Open a run of a policy, or return the one of today that was begun and not filled to the end.

    Raises PolicyUnknown, PaymentDataTooOld, what `lawful_stages.require_sayable` raises, and ProposalWaiting
    when the policy has an undecided run.
    """
    require_fresh(organisation=organisation, now=now)
    policy = queries.policy(organisation_id=organisation.id, policy_id=policy_id)
    _require_sayable(organisation, policy, now)
    _discard_half_done(organisation, policy, now)
    run = _opened(organisation, policy, now, is_automatic=False)
    if run is not None:
        tell(run, "dunning_run.proposed", now, member_id)
        return run
    other = queries.open_run_of(organisation_id=organisation.id, policy_id=policy.id)
    if other is None or other.state is not RunState.FILLING:
        raise ProposalWaiting(run=other.public_id if other else "")
    return other


def fill(*, organisation: Organisation, run: DunningRun, chunks: int | None = None) -> bool:
    """Decide about the next debtors, at most so many chunks (None: all); return whether any are left.

    Only one at a time fills a run: the others wait, and find it filled. Filled to the end it is a proposal.
    """
    _hold(run)
    while run.state is RunState.FILLING:
        if chunks == 0:
            return True
        chunks = None if chunks is None else chunks - 1
        if not planning.fill_next(organisation=organisation, run=run):
            run.state = RunState.PROPOSED
            db.session.flush()
    return False


def propose(
    *, organisation: Organisation, policy_id: int, now: datetime, member_id: int | None = None
) -> DunningRun:
    """Store a run that waits for a decision: a notice or a skip for every overdue invoice, and return it.

    All in the caller's transaction; `begin` and `fill` do the same in steps. Raises what `begin` raises.
    """
    run = begin(organisation=organisation, policy_id=policy_id, now=now, member_id=member_id)
    fill(organisation=organisation, run=run)
    return run


def confirm(
    *,
    organisation: Organisation,
    run: DunningRun,
    member_id: int | None,
    now: datetime,
    at_most: int | None = None,
    waits: bool = True,
) -> int:
    """Approve a run and queue one message per debtor, of at most so many (None: all); return how many wait.

    A second time, or by two people at once, goes on with what waits and doubles nothing. `waits` is that of
    `sending.carry_out`. Raises RunDecided when the run was discarded or is not filled yet, PaymentDataTooOld,
    and NotReleased after a restore.
    """
    restores.require_released(organisation_id=organisation.id)
    if run.state is RunState.PROPOSED and not run.is_automatic:
        require_fresh(organisation=organisation, now=now)
    if _decide(run, RunState.CONFIRMED, now, member_id):
        choosing.skip_left_out(run)
        tell(run, "dunning_run.confirmed", now, member_id)
    elif run.state is not RunState.CONFIRMED:
        raise RunDecided
    return sending.carry_out(organisation=organisation, run=run, now=now, at_most=at_most, waits=waits)


def carry_on(*, organisation: Organisation, now: datetime, at_most: int) -> int:
    """Go on with the oldest run that was begun: fill a chunk of it, approve it when it is automatic, or queue
    at most so many messages.

    Several may do so at once: they queue different messages of the same run. One run in a transaction, so
    that nobody holds a part of one while waiting for another. Returns how much is left to do: 0 when nothing
    is, or nothing may be done after a restore.
    """
    if restores.is_held(organisation_id=organisation.id):
        return 0
    begun = queries.runs_begun(organisation_id=organisation.id)
    left = sum(_go_on(organisation, run, now, at_most) for run in begun[:1])
    return left + len(begun[1:])


def _go_on(organisation: Organisation, run: DunningRun, now: datetime, at_most: int) -> int:
    if run.state is RunState.CONFIRMED:
        return sending.carry_out(organisation=organisation, run=run, now=now, at_most=at_most)
    is_left = fill(organisation=organisation, run=run, chunks=1)
    if not is_left and run.is_automatic and run.state is RunState.PROPOSED:
        # Its messages are for the next steps: this one has filled a chunk already.
        return confirm(organisation=organisation, run=run, member_id=None, now=now, at_most=0)
    # What somebody else filled and approved meanwhile is for the next step, which does not hold the run.
    return int(is_left or run.state not in (RunState.PROPOSED, RunState.DISCARDED))


def discard(*, run: DunningRun, member_id: int | None, now: datetime) -> None:
    """Drop a proposal; again does nothing. Raises RunDecided when the run was approved."""
    if _decide(run, RunState.DISCARDED, now, member_id):
        tell(run, "dunning_run.discarded", now, member_id)
    elif run.state is not RunState.DISCARDED:
        raise RunDecided


def begin_automatic(*, organisation: Organisation, now: datetime) -> list[DunningRun]:
    """Open a run of every automatic policy whose hour has come on this working day, once a day; return them.

    A proposal of an earlier day is out of date and discarded; one of today is a person's work and comes
    first. `carry_on` fills, approves and sends; none begins after a restore, nor of a policy that could not
    say what the law wants: the desk shows why. Raises PaymentDataTooOld when a run is due.
    """
    local = now.astimezone(ZoneInfo(organisation.zone))
    if local.weekday() >= SATURDAY or restores.is_held(organisation_id=organisation.id):
        return []
    made = []
    for policy in queries.automatic_policies(organisation_id=organisation.id):
        if local.hour < policy.runs_from_hour or _ran_today(policy, local.date()):
            continue
        require_fresh(organisation=organisation, now=now)
        try:
            _require_sayable(organisation, policy, now)
        except PolicyRefused as refusal:
            log.warning("no automatic run", organisation=organisation.id, plan=policy.id, why=str(refusal))
            continue
        _discard_outdated(organisation, policy, now)
        run = _opened(organisation, policy, now, is_automatic=True)
        if run is not None:
            tell(run, "dunning_run.proposed", now, None)
            made.append(run)
    return made


def _require_sayable(organisation: Organisation, policy: DunningPolicy, now: datetime) -> None:
    stages = queries.stages_of(organisation_id=organisation.id, policy_id=policy.id)
    require_sayable(organisation=organisation, policy=policy, stages=stages, now=now)


def _ran_today(policy: DunningPolicy, today: date) -> bool:
    found = select(DunningRun.id).where(
        DunningRun.organisation_id == policy.organisation_id,
        DunningRun.policy_id == policy.id,
        DunningRun.is_automatic,
        DunningRun.run_on == today,
    )
    return db.session.scalar(found) is not None


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


def _hold(run: DunningRun) -> None:
    """Hold the run until the transaction ends, and see how far others filled it."""
    db.session.refresh(run, with_for_update=True)


def _discard_outdated(organisation: Organisation, policy: DunningPolicy, now: datetime) -> None:
    waiting = queries.open_run_of(organisation_id=organisation.id, policy_id=policy.id)
    if waiting is not None and waiting.run_on < day_in(now, organisation.zone):
        discard(run=waiting, member_id=None, now=now)


def _discard_half_done(organisation: Organisation, policy: DunningPolicy, now: datetime) -> None:
    """Drop a run that was left half filled on an earlier day: what it decided is no longer so."""
    other = queries.open_run_of(organisation_id=organisation.id, policy_id=policy.id)
    if other is not None and other.state is RunState.FILLING:
        _discard_outdated(organisation, policy, now)


def _decide(run: DunningRun, state: RunState, now: datetime, member_id: int | None) -> bool:
    """Move the run out of the proposal and return whether it was this call that did; refresh the row."""
    # Only what is filled to the end is approved.
    is_dropped = state is RunState.DISCARDED
    before = (RunState.FILLING, RunState.PROPOSED) if is_dropped else (RunState.PROPOSED,)
    decided = db.session.execute(
        update(DunningRun)
        .where(
            DunningRun.organisation_id == run.organisation_id,
            DunningRun.id == run.id,
            DunningRun.state.in_(before),
        )
        .values(state=state, decided_at=now, decided_by_id=member_id)
        .returning(DunningRun.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.refresh(run)
    return bool(decided)
