"""Policies added, changed and ended: whose they are, their stages, their gap, whether they run alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import delete, select

from core import audit
from core.database import db
from core.organisations.changes import hold
from dunning import queries
from dunning.lawful_stages import check_stages_by_law
from dunning.models import DunningAssignment, DunningPolicy, DunningStage, StageChannel, StageCosts
from dunning.policy_refusals import (
    DefaultStays,
    GapOutOfRange,
    HourOutOfRange,
    MinimumNegative,
    NameKnown,
    NameMissing,
    NoStages,
    SelectorContradicts,
    SelectorKnown,
    StageDaysOutOfRange,
    StagesNotAscending,
    StageTextUnknown,
    TooManyStages,
)
from invoices.models import Debtor
from messaging.events import EVENTS, Part

MOST_STAGES = 9
LATEST_STAGE = 1_000
LONGEST_GAP = 365
LONGEST_NAME = 80

# Texts about open invoices: the only ones that can say how many there are.
STAGE_EVENTS: tuple[str, ...] = tuple(
    name for name, event in EVENTS.items() if "invoice_count" in event.allowed[Part.BODY]
)


@dataclass(frozen=True, slots=True)
class StageWish:
    """A stage as somebody wants it; its place in the list is its position."""

    days_after_due: int
    channel: StageChannel
    event: str
    amount_minimum: int = 0
    costs: StageCosts = StageCosts.NONE
    adds_interest: bool = False


@dataclass(frozen=True, slots=True)
class PolicyWish:
    """A policy as somebody wants it; `amount_minimum` in minor units of the organisation's currency.

    `segment` is person, company or empty, `country` ISO 3166 or empty.
    """

    name: str
    stages: Sequence[StageWish]
    minimum_gap_days: int
    amount_minimum: int
    is_automatic: bool
    runs_from_hour: int
    segment: str = ""
    country: str = ""
    is_by_hand: bool = False


def add_policy(*, organisation_id: int, wish: PolicyWish, member_id: int, now: datetime) -> DunningPolicy:
    """Add a policy for some debtors and return it. Raises a PolicyRefused."""
    # Held, nobody changes a text between the look at it and the plan that sends it.
    hold(organisation_id=organisation_id)
    policy = DunningPolicy(organisation_id=organisation_id, name="", is_default=False)
    _check(policy, wish, now)
    _put(policy, wish)
    db.session.add(policy)
    db.session.flush()
    _replace_stages(policy, wish.stages)
    _tell(policy, "dunning_policy.added", now, member_id, {"after": _settings(policy)})
    return policy


def change_policy(*, policy: DunningPolicy, wish: PolicyWish, member_id: int, now: datetime) -> None:
    """Replace the policy's settings and stages for runs from now on.

    A proposal that waits says what it said; what would go out too early by now is left alone when it is
    approved.

    Stages keep their number: an invoice that reached the second stage goes on with the third one, whatever
    they were before. Raises a PolicyRefused.
    """
    hold(organisation_id=policy.organisation_id)
    _check(policy, wish, now)
    before = _settings(policy)
    _put(policy, wish)
    _replace_stages(policy, wish.stages)
    after = _settings(policy)
    if after != before:
        _tell(policy, "dunning_policy.changed", now, member_id, {"before": before, "after": after})


def end_policy(*, policy: DunningPolicy, member_id: int, now: datetime) -> None:
    """Use the policy no more: its debtors go on with the next one that fits them. Raises DefaultStays."""
    if policy.is_default:
        raise DefaultStays
    policy.ended_at, policy.is_automatic = now, False
    db.session.execute(
        delete(DunningAssignment).where(
            DunningAssignment.organisation_id == policy.organisation_id,
            DunningAssignment.policy_id == policy.id,
        )
    )
    _tell(policy, "dunning_policy.ended", now, member_id, {})


def put_on(
    *, organisation_id: int, debtor: Debtor, policy: DunningPolicy | None, member_id: int, now: datetime
) -> None:
    """Put a debtor on a policy, or (None) let the selectors of the policies decide again."""
    db.session.execute(
        delete(DunningAssignment).where(
            DunningAssignment.organisation_id == organisation_id, DunningAssignment.debtor_id == debtor.id
        )
    )
    if policy is not None:
        db.session.add(
            DunningAssignment(organisation_id=organisation_id, debtor_id=debtor.id, policy_id=policy.id)
        )
    db.session.flush()
    audit.record(
        organisation_id=organisation_id,
        what="debtor.plan_chosen",
        about="debtor",
        about_id=debtor.id,
        now=now,
        member_id=member_id,
        debtor_id=debtor.id,
        details={"plan": policy.name if policy else ""},
    )


def _check(policy: DunningPolicy, wish: PolicyWish, now: datetime) -> None:
    _check_stages(wish.stages)
    check_stages_by_law(
        organisation_id=policy.organisation_id,
        stages=wish.stages,
        segment=wish.segment,
        country=wish.country,
        now=now,
    )
    if not 1 <= wish.minimum_gap_days <= LONGEST_GAP:
        raise GapOutOfRange(most=LONGEST_GAP)
    if wish.amount_minimum < 0:
        raise MinimumNegative
    if not 0 <= wish.runs_from_hour <= 23:
        raise HourOutOfRange
    _check_selector(policy, wish)


def _check_selector(policy: DunningPolicy, wish: PolicyWish) -> None:
    """Refuse a policy that contradicts another one of the organisation, or itself."""
    if not 0 < len(wish.name) <= LONGEST_NAME:
        raise NameMissing(most=LONGEST_NAME)
    if wish.is_by_hand and (wish.segment or wish.country):
        raise SelectorContradicts
    if policy.is_default and (wish.is_by_hand or wish.segment or wish.country):
        raise DefaultStays
    for other in queries.policies_of(organisation_id=policy.organisation_id):
        if other.id == policy.id:
            continue
        same_debtors = (other.segment, other.country) == (wish.segment, wish.country)
        if same_debtors and not wish.is_by_hand and not other.is_by_hand:
            raise SelectorKnown(name=other.name)
    known = select(DunningPolicy.id).where(
        DunningPolicy.organisation_id == policy.organisation_id, DunningPolicy.name == wish.name
    )
    if db.session.scalar(known) not in (None, policy.id):
        raise NameKnown


def _put(policy: DunningPolicy, wish: PolicyWish) -> None:
    policy.name, policy.segment, policy.country = wish.name, wish.segment, wish.country
    policy.is_by_hand = wish.is_by_hand
    policy.minimum_gap_days, policy.amount_minimum = wish.minimum_gap_days, wish.amount_minimum
    policy.is_automatic, policy.runs_from_hour = wish.is_automatic, wish.runs_from_hour


def _tell(
    policy: DunningPolicy, what: str, now: datetime, member_id: int, details: dict[str, object]
) -> None:
    audit.record(
        organisation_id=policy.organisation_id,
        what=what,
        about="dunning_policy",
        about_id=policy.id,
        now=now,
        member_id=member_id,
        details={"name": policy.name, **details},
    )


def _check_stages(stages: Sequence[StageWish]) -> None:
    if not stages:
        raise NoStages
    if len(stages) > MOST_STAGES:
        raise TooManyStages(most=MOST_STAGES)
    if any(not 1 <= stage.days_after_due <= LATEST_STAGE for stage in stages):
        raise StageDaysOutOfRange(most=LATEST_STAGE)
    if any(later.days_after_due <= sooner.days_after_due for sooner, later in pairwise(stages)):
        raise StagesNotAscending
    if any(stage.amount_minimum < 0 for stage in stages):
        raise MinimumNegative
    if any(stage.event not in STAGE_EVENTS for stage in stages):
        raise StageTextUnknown


def _replace_stages(policy: DunningPolicy, stages: Sequence[StageWish]) -> None:
    db.session.execute(
        delete(DunningStage).where(
            DunningStage.organisation_id == policy.organisation_id, DunningStage.policy_id == policy.id
        )
    )
    db.session.add_all(
        DunningStage(
            organisation_id=policy.organisation_id,
            policy_id=policy.id,
            position=position,
            days_after_due=stage.days_after_due,
            channel=stage.channel,
            event=stage.event,
            amount_minimum=stage.amount_minimum,
            costs=stage.costs,
            adds_interest=stage.adds_interest,
        )
        for position, stage in enumerate(stages, start=1)
    )
    db.session.flush()


def _settings(policy: DunningPolicy) -> dict[str, object]:
    stages = queries.stages_of(organisation_id=policy.organisation_id, policy_id=policy.id)
    return {
        "name": policy.name,
        "segment": policy.segment,
        "country": policy.country,
        "is_by_hand": policy.is_by_hand,
        "minimum_gap_days": policy.minimum_gap_days,
        "amount_minimum": policy.amount_minimum,
        "is_automatic": policy.is_automatic,
        "runs_from_hour": policy.runs_from_hour,
        "stages": [
            [
                stage.days_after_due,
                stage.channel.value,
                stage.event,
                stage.amount_minimum,
                stage.costs.value,
                stage.adds_interest,
            ]
            for stage in stages
        ],
    }
