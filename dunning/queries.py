"""Questions about dunning policies and runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from core import prepared
from core.database import OfOrganisation, db
from core.members.models import Member
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning.models import (
    DunningNotice,
    DunningPolicy,
    DunningRun,
    DunningSkip,
    DunningStage,
    NoticeState,
    RunState,
)
from dunning.schedule import Plan, Stage
from messaging.legal import BEGINS_TERM

_BEGUN = (
    DunningRun.finished_at.is_(None),
    DunningRun.state.in_((RunState.FILLING, RunState.CONFIRMED)),
)


class PolicyUnknown(Refusal):
    """There is no such dunning policy in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


class RunUnknown(Refusal):
    """There is no such dunning run in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as a list shows it. Without `decided_by` the portal decided by itself."""

    public_id: str
    state: RunState
    is_automatic: bool
    run_on: date
    decided_at: datetime | None
    decided_by: str | None
    notices: int
    skips: int


def same(row: type[OfOrganisation], by: type[OfOrganisation], column: str) -> ColumnElement[bool]:
    """Return the condition of a composite reference: same organisation, and the id that `column` holds."""
    return and_(row.organisation_id == by.organisation_id, row.id == getattr(by, column))


def policy(*, organisation_id: int, policy_id: int) -> DunningPolicy:
    """Return the policy. Raises PolicyUnknown."""
    return _policy(organisation_id, DunningPolicy.id == policy_id)


def default_policy(*, organisation_id: int) -> DunningPolicy:
    """Return the organisation's own policy. Raises PolicyUnknown when none was founded."""
    return _policy(organisation_id, DunningPolicy.is_default.is_(True))


def automatic_policies(*, organisation_id: int) -> Sequence[DunningPolicy]:
    """Return the policies that run by themselves."""
    return db.session.scalars(
        select(DunningPolicy)
        .where(DunningPolicy.organisation_id == organisation_id, DunningPolicy.is_automatic)
        .order_by(DunningPolicy.id)
    ).all()


def stages_of(*, organisation_id: int, policy_id: int) -> Sequence[DunningStage]:
    """Return a policy's stages in their order."""
    return db.session.scalars(
        select(DunningStage)
        .where(DunningStage.organisation_id == organisation_id, DunningStage.policy_id == policy_id)
        .order_by(DunningStage.position)
    ).all()


_PLAN = (
    select(
        DunningPolicy.minimum_gap_days,
        DunningPolicy.amount_minimum,
        DunningStage.position,
        DunningStage.days_after_due,
        DunningStage.channel,
        DunningStage.event,
        DunningStage.amount_minimum.label("stage_minimum"),
        DunningStage.costs,
        DunningStage.adds_interest,
    )
    .outerjoin(DunningStage, same(DunningPolicy, DunningStage, "policy_id"))
    .where(
        DunningPolicy.organisation_id == bindparam("of_organisation"),
        DunningPolicy.id == bindparam("policy_id"),
    )
    .order_by(DunningStage.position)
)


def plan_of(*, organisation: Organisation, policy_id: int) -> Plan:
    """Return a policy and its stages as the rules of `dunning.schedule` take them. Raises PolicyUnknown."""
    rows = prepared.ask(_PLAN, organisation_id=organisation.id, policy_id=policy_id).all()
    if not rows:
        raise PolicyUnknown
    found = rows[0]
    return Plan(
        stages=[
            Stage(
                stage.position,
                stage.days_after_due,
                stage.channel.value,
                stage.event,
                stage.stage_minimum,
                stage.costs.value,
                stage.adds_interest,
                stage.event in BEGINS_TERM,
            )
            for stage in rows
            if stage.position is not None
        ],
        minimum_gap_days=found.minimum_gap_days,
        amount_minimum=found.amount_minimum,
        currency=organisation.currency,
        most_a_week=organisation.collection_messages_a_week,
    )


def policies_of(*, organisation_id: int) -> Sequence[DunningPolicy]:
    """Return the policies in use: the one for everybody first, then by name."""
    return db.session.scalars(
        select(DunningPolicy)
        .where(DunningPolicy.organisation_id == organisation_id, DunningPolicy.ended_at.is_(None))
        .order_by(DunningPolicy.is_default.desc(), DunningPolicy.name)
    ).all()


def policy_by_public_id(*, organisation_id: int, public_id: str) -> DunningPolicy:
    """Return the policy, if it is in use. Raises PolicyUnknown."""
    return _policy(
        organisation_id, and_(DunningPolicy.public_id == public_id, DunningPolicy.ended_at.is_(None))
    )


def run_by_public_id(*, organisation_id: int, public_id: str) -> DunningRun:
    """Return the run. Raises RunUnknown."""
    found = db.session.scalar(
        select(DunningRun).where(
            DunningRun.organisation_id == organisation_id, DunningRun.public_id == public_id
        )
    )
    if found is None:
        raise RunUnknown
    return found


def open_run_of(*, organisation_id: int, policy_id: int) -> DunningRun | None:
    """Return the policy's run that is being filled or waits for a decision."""
    return db.session.scalar(
        select(DunningRun).where(
            DunningRun.organisation_id == organisation_id,
            DunningRun.policy_id == policy_id,
            DunningRun.state.in_((RunState.FILLING, RunState.PROPOSED)),
        )
    )


def runs_begun(*, organisation_id: int) -> Sequence[DunningRun]:
    """Return the runs a worker goes on with: half filled ones, and confirmed ones with messages to queue."""
    return db.session.scalars(
        select(DunningRun)
        .where(DunningRun.organisation_id == organisation_id, *_BEGUN)
        .order_by(DunningRun.id)
    ).all()


def organisations_with_runs_begun() -> Mapping[int, int]:
    """Return the ids of the organisations that have such runs, but of none that is closed, in their order;
    with each how many messages of confirmed runs wait to be queued."""
    waiting = and_(
        same(DunningRun, DunningNotice, "run_id"),
        DunningRun.state == RunState.CONFIRMED,
        DunningNotice.state == NoticeState.PROPOSED,
    )
    rows = db.session.execute(
        select(Organisation.id, func.count(DunningNotice.id))
        .join(DunningRun, DunningRun.organisation_id == Organisation.id)
        .outerjoin(DunningNotice, waiting)
        .where(Organisation.closed_at.is_(None), *_BEGUN)
        .group_by(Organisation.id)
        .order_by(Organisation.id)
    )
    return dict(rows.all())


def runs_of(*, organisation_id: int, page: int = 1, size: int = 25) -> tuple[Sequence[RunRow], int]:
    """Return a page of runs, the newest first, and how many there are."""
    total = db.session.scalar(
        select(func.count()).select_from(DunningRun).where(DunningRun.organisation_id == organisation_id)
    )
    rows = db.session.execute(
        select(
            DunningRun.public_id,
            DunningRun.state,
            DunningRun.is_automatic,
            DunningRun.run_on,
            DunningRun.decided_at,
            Member.name,
            _count_of(DunningNotice),
            _count_of(DunningSkip),
            DunningRun.skip_counts,
        )
        .outerjoin(Member, same(Member, DunningRun, "decided_by_id"))
        .where(DunningRun.organisation_id == organisation_id)
        .order_by(DunningRun.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [_run_row(*row) for row in rows], total or 0


def skips_by_reason(*, run: DunningRun) -> dict[str, int]:
    """Return how many invoices the run left alone for each reason, also when it keeps only that of them."""
    if run.skip_counts is not None:
        return run.skip_counts
    rows = db.session.execute(
        select(DunningSkip.reason, func.count())
        .where(DunningSkip.organisation_id == run.organisation_id, DunningSkip.run_id == run.id)
        .group_by(DunningSkip.reason)
    )
    return dict(rows.all())


def _run_row(*columns: Any) -> RunRow:
    """Return a run of the list; how many skips an old one had is what it kept of them."""
    row, kept = RunRow(*columns[:-1]), columns[-1]
    return row if kept is None else replace(row, skips=sum(kept.values()))


def _count_of(table: type[DunningNotice] | type[DunningSkip]) -> ColumnElement[int]:
    counted = select(func.count(table.id)).where(
        table.organisation_id == DunningRun.organisation_id, table.run_id == DunningRun.id
    )
    return counted.correlate(DunningRun).scalar_subquery()


def _policy(organisation_id: int, which: ColumnElement[bool]) -> DunningPolicy:
    found = db.session.scalar(
        select(DunningPolicy).where(DunningPolicy.organisation_id == organisation_id, which)
    )
    if found is None:
        raise PolicyUnknown
    return found
