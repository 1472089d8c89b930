"""Stages that add costs or interest: refused where the law of the policy's debtors lets nothing be asked.

A policy for all countries is checked by the law of the organisation's own; what a debtor elsewhere is asked
for is decided by theirs, when the message leaves.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Protocol

from core.law.collecting import collection_charges
from core.law.rows import Row
from core.law.terms import Way
from core.refusals import N_
from dunning.models import StageChannel, StageCosts
from dunning.policy_refusals import PolicyRefused
from invoices.models import Channel
from messaging.legal import BEGINS_TERM, Ground, way_of


class Adding(Protocol):
    """What is looked at of a stage."""

    @property
    def channel(self) -> StageChannel: ...
    @property
    def event(self) -> str: ...
    @property
    def days_after_due(self) -> int: ...
    @property
    def costs(self) -> StageCosts: ...
    @property
    def adds_interest(self) -> bool: ...


class ChargesNotBySms(PolicyRefused):
    """An SMS names no amounts."""

    sentence = N_(
        "Step %(step)s adds costs or interest, and an SMS cannot name them. Choose e-mail, a letter, or both."
    )


class FeeUnknown(PolicyRefused):
    """No row of law lets a reminder itself cost anything."""

    sentence = N_("Step %(step)s adds a reminder fee, and no law that we know allows one (%(country)s).")


class FirstReminderFree(PolicyRefused):
    """The first reminder that the law counts costs nothing."""

    sentence = N_(
        "Step %(step)s adds a reminder fee, and the first reminder is free (%(source)s): "
        "put a reminder with a term before it."
    )


class FeeTooSoon(PolicyRefused):
    """A fee only after some days."""

    sentence = N_(
        "Step %(step)s adds a reminder fee: "
        "that is allowed from %(days)s days after the due date (%(source)s)."
    )


class TooManyFees(PolicyRefused):
    """More reminders cost something than the law allows."""

    sentence = N_("At most %(most)s reminders may cost a fee (%(source)s).")


class CostsUnknown(PolicyRefused):
    """No row of law says what collecting may cost these debtors."""

    sentence = N_("Step %(step)s adds collection costs, and no law that we know allows them (%(country)s).")


class CostsWithoutTerm(PolicyRefused):
    """Nothing may be added before a reminder gave time."""

    sentence = N_(
        "Step %(step)s adds costs or interest: the law wants a reminder with a term before it (%(source)s)."
    )


class CostsWithinTerm(PolicyRefused):
    """Something would be added while the term still runs."""

    sentence = N_(
        "Step %(step)s adds costs or interest within the term: "
        "at least %(days)s days lie between it and the reminder with the term (%(source)s)."
    )


def check_charges_by_law(*, stages: Sequence[Adding], ground: Ground) -> None:
    """Refuse stages that add what may not be asked. Raises a PolicyRefused."""
    for step, stage in zip(count(1), stages, strict=False):
        if not (stage.costs or stage.adds_interest):
            continue
        before = [one for one in stages[: step - 1] if one.event in BEGINS_TERM]
        if Channel.SMS in stage.channel.channels:
            raise ChargesNotBySms(step=step)
        if stage.costs is StageCosts.REMINDER:
            _check_fee(stage, step, before, ground)
        elif stage.costs is StageCosts.COLLECTION:
            _check_collection(stage, step, before, ground)
        if stage.adds_interest and (row := ground.find("interest_starts_after_term")) is not None:
            _check_term(stage, step, before, ground, row)
    _check_number_of_fees(stages, ground)


def _check_fee(stage: Adding, step: int, before: Sequence[Adding], ground: Ground) -> None:
    row = _fee_row(stage, ground)
    if row is None:
        free = ground.find("reminder_cost")
        if free is None:
            raise FeeUnknown(step=step, country=ground.country)
        if not before:
            raise FirstReminderFree(step=step, source=free.source)
    elif stage.days_after_due < row.whole("days_after_due"):
        raise FeeTooSoon(step=step, days=row.whole("days_after_due"), source=row.source)


def _check_number_of_fees(stages: Sequence[Adding], ground: Ground) -> None:
    charging = [stage for stage in stages if stage.costs is StageCosts.REMINDER]
    row = _fee_row(charging[0], ground) if charging else None
    if row is not None and len(charging) > row.whole("most"):
        raise TooManyFees(most=row.whole("most"), source=row.source)


def _fee_row(stage: Adding, ground: Ground) -> Row | None:
    kind = "notice" if stage.event in BEGINS_TERM else "reminder"
    return ground.book.find("fee", country=ground.country, segment=ground.segment, on=ground.on, kind=kind)


def _check_collection(stage: Adding, step: int, before: Sequence[Adding], ground: Ground) -> None:
    known = collection_charges(
        book=ground.book,
        country=ground.country,
        segment=ground.segment,
        on=ground.on,
        principals=(),
        due_on=ground.on - timedelta(days=stage.days_after_due),
    )
    if not list(known):
        raise CostsUnknown(step=step, country=ground.country)
    term = _term_row(ground, Way.ELECTRONIC)
    if term is not None:
        _check_term(stage, step, before, ground, term)


def _check_term(stage: Adding, step: int, before: Sequence[Adding], ground: Ground, row: Row) -> None:
    """Refuse a stage that no reminder with a term comes before, by enough days."""
    if not before:
        raise CostsWithoutTerm(step=step, source=row.source)
    first = before[0]
    ways = {way_of(channel) for channel in first.channel.channels}
    terms = [found for way in ways if (found := _term_row(ground, way))]
    if not terms:
        return
    longest = max(terms, key=_days_of)
    if stage.days_after_due - first.days_after_due < _days_of(longest):
        raise CostsWithinTerm(step=step, days=_days_of(longest), source=longest.source)


def _days_of(term: Row) -> int:
    """Return the days that a term lasts from sending at least; weekends and holidays may make it longer."""
    return term.whole("post_days") + term.whole("starts_after_days") + term.whole("days")


def _term_row(ground: Ground, way: Way) -> Row | None:
    return ground.book.find(
        "term", country=ground.country, segment=ground.segment, on=ground.on, channel=way.value
    )
