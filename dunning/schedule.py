"""When an invoice is reminded, and why not today: pure rules, without database or clock.

Three rules keep missed days from becoming a burst: an invoice takes one stage at a time, whatever its age;
the days that the policy puts between two stages lie between them also when the first one was late; and two
messages to one debtor are never closer together than the policy's minimum gap, and never more in a week than
the organisation allows. What decides is what explains: a decision is the first of all objections.

One message has one text, that of its highest stage. So a stage that begins a term goes only into a message
whose text gives that term, and no more invoices go into it than that text can name.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from core.days import days_after
from messaging.placeholders import MOST_NAMED

PREFERRED = "preferred"
LETTER = "letter"
WEEK_DAYS = 7


class Reason(StrEnum):
    """Why an overdue invoice is left alone by a run. The first four are the answers of the invoices' gate."""

    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"
    PAUSED = "paused"
    MESSAGE_WAITING = "message_waiting"
    TERM_RUNNING = "term_running"
    ALL_STAGES_DONE = "all_stages_done"
    NOT_DUE_YET = "not_due_yet"
    GAP = "gap"
    WEEK_FULL = "week_full"
    BELOW_MINIMUM = "below_minimum"
    NO_CONTACT = "no_contact"
    NO_CHANNEL = "no_channel"
    NOTICE_WAITS = "notice_waits"
    MESSAGE_FULL = "message_full"
    OTHER_WAY = "other_way"
    OTHER_PLAN = "other_plan"
    LEFT_OUT = "left_out"


class BeginsTerm(Protocol):
    """Something whose text may begin a term in law."""

    @property
    def begins_term(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the plan. `channel` is `preferred`, or channels in order: `email_sms`.

    `event` names the text. `amount_minimum` is in minor units of the plan's currency. `costs` is empty,
    `reminder` or `collection` (see `dunning.models.StageCosts`).
    """

    position: int
    days_after_due: int
    channel: str
    event: str
    amount_minimum: int = 0
    costs: str = ""
    adds_interest: bool = False
    begins_term: bool = False

    @property
    def adds(self) -> bool:
        """Whether it may add anything to an invoice."""
        return bool(self.costs) or self.adds_interest

    @property
    def order(self) -> Sequence[str]:
        """The channels to try, the first one first; none when the debtor's own choice counts."""
        return () if self.channel == PREFERRED else self.channel.split("_")


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy as rules need it: stages by position, and amounts in minor units of `currency`."""

    stages: Sequence[Stage]
    minimum_gap_days: int
    amount_minimum: int
    currency: str
    most_a_week: int = 21

    @property
    def adds(self) -> bool:
        """Whether any of its stages may add anything to an invoice."""
        return any(stage.adds for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invoice stands: what may be reminded of in minor units, and the last stage that went out.

    `reached` is 0 when none did; then `reached_on` is None. `why_not` is the gate's answer, with its detail.
    Before `free_until` the term of a reminder runs: who was given time is not written to in it.
    """

    due_on: date
    amount: int
    currency: str
    reached: int = 0
    reached_on: date | None = None
    why_not: tuple[str, str] | None = None
    free_until: date | None = None


@dataclass(frozen=True, slots=True)
class Correspondence:
    """How it stands with writing to a debtor: usable channels, the last message's day, one under way.

    A complete postal address is the channel `letter`.

    `lately` are the days of the collection messages of the last seven days, the latest first; before
    `paused_until` nobody writes.
    """

    channels: Collection[str]
    written_on: date | None = None
    is_waiting: bool = False
    lately: Sequence[date] = ()
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Either a stage, or a reason; the detail of a reason is an ISO date, who asked, or nothing."""

    stage: Stage | None
    reason: str = ""
    detail: str = ""


def decide(*, plan: Plan, invoice: Standing, debtor: Correspondence, today: date) -> Decision:
    """Return which stage an overdue invoice takes today, or the first reason why it takes none."""
    for first in objections(plan=plan, invoice=invoice, debtor=debtor, today=today):
        return first
    return Decision(next_stage(stages=plan.stages, reached=invoice.reached))


def decide_together(
    *, plan: Plan, invoices: Sequence[Standing], debtor: Correspondence, today: date
) -> list[Decision]:
    """Return what each of a debtor's invoices takes today, when all of them go into one message.

    It is what `decide` says of each, but that a stage which begins a term waits while an invoice is further
    on: the message would say what comes after a term, and nobody would have been given one. Nothing waits
    for ever, because whoever is further on runs out of stages, and nobody gets past one that waits. What a
    message has no room to name waits for the next one.
    """
    decisions = [decide(plan=plan, invoice=one, debtor=debtor, today=today) for one in invoices]
    taking = [(place, one.stage) for place, one in enumerate(decisions) if one.stage is not None]
    if not taking:
        return decisions
    top = max((stage for _, stage in taking), key=lambda stage: stage.position)
    told = [(place, stage) for place, stage in taking if told_by(top, stage)]
    if top.begins_term:
        # Its text names every invoice: those that are furthest come first, then those that were due first.
        told = sorted(told, key=lambda one: -one[1].position)[:MOST_NAMED]
    is_in = {place for place, _ in told}
    for place, stage in taking:
        if place not in is_in:
            decisions[place] = _not(Reason.MESSAGE_FULL if told_by(top, stage) else Reason.NOTICE_WAITS)
    return decisions


def told_by(top: BeginsTerm, stage: BeginsTerm) -> bool:
    """Return whether the text of the highest stage of a message gives the term that a stage begins."""
    return top.begins_term or not stage.begins_term


def objections(*, plan: Plan, invoice: Standing, debtor: Correspondence, today: date) -> Iterator[Decision]:
    """Yield every reason why an invoice takes no stage today, in the order in which they decide."""
    if invoice.why_not is not None:
        yield Decision(None, *invoice.why_not)
    if debtor.paused_until is not None and today < debtor.paused_until:
        yield _not(Reason.PAUSED, debtor.paused_until.isoformat())
    if debtor.is_waiting:
        yield _not(Reason.MESSAGE_WAITING)
    stage = next_stage(stages=plan.stages, reached=invoice.reached)
    if stage is None:
        yield _not(Reason.ALL_STAGES_DONE)
        return
    if invoice.free_until is not None and today < invoice.free_until:
        yield _not(Reason.TERM_RUNNING, invoice.free_until.isoformat())
    planned = planned_on(stage=stage, due_on=invoice.due_on)
    if today < planned:
        yield _not(Reason.NOT_DUE_YET, planned.isoformat())
    yield from _held_back(plan, stage, invoice, debtor, today)


def objections_to_debtor(*, plan: Plan, debtor: Correspondence, today: date) -> Iterator[Decision]:
    """Yield every reason why nobody writes to the debtor today, whatever the invoice."""
    if debtor.paused_until is not None and today < debtor.paused_until:
        yield _not(Reason.PAUSED, debtor.paused_until.isoformat())
    if debtor.is_waiting:
        yield _not(Reason.MESSAGE_WAITING)
    free_on = gap_ends(plan=plan, written_on=debtor.written_on)
    if free_on is not None and today < free_on:
        yield _not(Reason.GAP, free_on.isoformat())
    yield from _week_is_full(plan, debtor, today)


def next_stage(*, stages: Sequence[Stage], reached: int) -> Stage | None:
    """Return the stage after the one reached (0: none yet), or None after the last one."""
    for stage in stages:
        if stage.position > reached:
            return stage
    return None


def planned_on(*, stage: Stage | None, due_on: date) -> date:
    """Return the first day of a stage by the due date; of one that the plan has no more, the day after."""
    return days_after(due_on, 1 if stage is None else stage.days_after_due)


def spaced(*, stages: Sequence[Stage], stage: Stage, reached: int, reached_on: date | None) -> date | None:
    """Return the first day for `stage` that keeps the plan's own distance to the stage reached."""
    if reached_on is None:
        return None
    before = next((one for one in stages if one.position == reached), None)
    if before is None:
        return None
    return days_after(reached_on, stage.days_after_due - before.days_after_due)


def reachable_by(*, stage: Stage, channels: Collection[str]) -> bool:
    """Return whether a debtor with these usable channels can be written to in this stage."""
    if stage.order:
        return any(channel in channels for channel in stage.order)
    return any(channel != LETTER for channel in channels)


def goes_by_letter(*, stage: Stage, channels: Collection[str]) -> bool:
    """Return whether a debtor with these usable channels gets this stage on paper."""
    return next((channel for channel in stage.order if channel in channels), "") == LETTER


def _held_back(
    plan: Plan, stage: Stage, invoice: Standing, debtor: Correspondence, today: date
) -> Iterator[Decision]:
    free_on = gap_ends(plan=plan, written_on=debtor.written_on) or today
    own = spaced(stages=plan.stages, stage=stage, reached=invoice.reached, reached_on=invoice.reached_on)
    earliest = max(free_on, own or today)
    if today < earliest:
        yield _not(Reason.GAP, earliest.isoformat())
    yield from _week_is_full(plan, debtor, today)
    least = max(plan.amount_minimum, stage.amount_minimum)
    if invoice.currency == plan.currency and invoice.amount < least:
        yield _not(Reason.BELOW_MINIMUM)
    if not reachable_by(stage=stage, channels=debtor.channels):
        yield _unreachable(stage, debtor.channels)


def _unreachable(stage: Stage, channels: Collection[str]) -> Decision:
    """Say that the debtor has no way at all, but for a letter that no one asked for; else which way lacks."""
    if LETTER in stage.order or any(channel != LETTER for channel in channels):
        return _not(Reason.NO_CHANNEL, stage.channel)
    return _not(Reason.NO_CONTACT)


def _week_is_full(plan: Plan, debtor: Correspondence, today: date) -> Iterator[Decision]:
    if len(debtor.lately) < plan.most_a_week:
        return
    in_week = sorted(day for day in debtor.lately if day > days_after(today, -WEEK_DAYS))
    if len(in_week) >= plan.most_a_week:
        free_on = days_after(in_week[-plan.most_a_week], WEEK_DAYS)
        yield _not(Reason.WEEK_FULL, free_on.isoformat())


def gap_ends(*, plan: Plan, written_on: date | None) -> date | None:
    """Return the first day on which the debtor may get the next message."""
    return None if written_on is None else days_after(written_on, plan.minimum_gap_days)


def _not(reason: Reason, detail: str = "") -> Decision:
    return Decision(None, reason.value, detail)
