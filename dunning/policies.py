"""Changing a dunning policy: its stages, its gap, and whether it runs by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import delete

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from dunning import queries
from dunning.models import DunningPolicy, DunningStage, StageChannel
from messaging.events import EVENTS, Part

MOST_STAGES = 9
LATEST_STAGE = 1_000
LONGEST_GAP = 365

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


class PolicyRefused(Refusal):
    """The policy cannot be like this; nothing was changed."""


class NoStages(PolicyRefused):
    """A policy without a stage would never write."""

    sentence = N_("Add at least one step.")


class TooManyStages(PolicyRefused):
    """More stages than anybody should get reminders."""

    sentence = N_("At most %(most)s steps are possible.")


class StagesNotAscending(PolicyRefused):
    """Each stage comes later after the due date than the one before."""

    sentence = N_("Each step must come later after the due date than the step before it.")


class StageDaysOutOfRange(PolicyRefused):
    """A reminder comes after the due date."""

    sentence = N_("A step comes 1 to %(most)s days after the due date.")


class StageTextUnknown(PolicyRefused):
    """No such text, or one that is not about open invoices."""

    sentence = N_("Choose one of the texts for reminders.")


class GapOutOfRange(PolicyRefused):
    """The gap is at least a day, at most a year."""

    sentence = N_("Between two messages lie 1 to %(most)s days.")


class HourOutOfRange(PolicyRefused):
    """Not an hour of the day."""

    sentence = N_("Choose an hour from 0 to 23.")


class MinimumNegative(PolicyRefused):
    """An amount below nothing."""

    sentence = N_("The smallest amount cannot be below zero.")


def change_policy(
    *,
    policy: DunningPolicy,
    stages: Sequence[StageWish],
    minimum_gap_days: int,
    amount_minimum: int,
    is_automatic: bool,
    runs_from_hour: int,
    member_id: int,
    now: datetime,
) -> None:
    """Replace the policy's stages and settings for runs from now on; a proposal that waits stays as it is.

    `amount_minimum` is in minor units. Stages keep their number: an invoice that reached the second stage
    goes on with the third one, whatever they were before. Raises a PolicyRefused.
    """
    _check_stages(stages)
    if not 1 <= minimum_gap_days <= LONGEST_GAP:
        raise GapOutOfRange(most=LONGEST_GAP)
    if amount_minimum < 0:
        raise MinimumNegative
    if not 0 <= runs_from_hour <= 23:
        raise HourOutOfRange
    before = _settings(policy)
    policy.minimum_gap_days, policy.amount_minimum = minimum_gap_days, amount_minimum
    policy.is_automatic, policy.runs_from_hour = is_automatic, runs_from_hour
    _replace_stages(policy, stages)
    after = _settings(policy)
    if after != before:
        audit.record(
            organisation_id=policy.organisation_id,
            what="dunning_policy.changed",
            about="dunning_policy",
            about_id=policy.id,
            now=now,
            member_id=member_id,
            details={"before": before, "after": after},
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
        )
        for position, stage in enumerate(stages, start=1)
    )
    db.session.flush()


def _settings(policy: DunningPolicy) -> dict[str, object]:
    stages = queries.stages_of(organisation_id=policy.organisation_id, policy_id=policy.id)
    return {
        "minimum_gap_days": policy.minimum_gap_days,
        "amount_minimum": policy.amount_minimum,
        "is_automatic": policy.is_automatic,
        "runs_from_hour": policy.runs_from_hour,
        "stages": [[stage.days_after_due, stage.channel.value, stage.event] for stage in stages],
    }
