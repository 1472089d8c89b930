"""A dry run of a policy over the days to come: how many messages each day, by stage. Nothing is written.

It takes things as they stand: nobody pays, nobody reacts, and there is a run on every working day. Every day
is decided by `dunning.schedule.decide`, as in a run. Only one chunk of debtors is in memory at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from core.organisations.models import Organisation
from dunning.overdue import Facts, debtors_after, facts
from dunning.queries import debtors_of_policy, plan_of
from dunning.schedule import Correspondence, Plan, Reason, Stage, Standing, decide
from invoices.queries import usable_contacts_of_each

DAYS = 90
SATURDAY = 5
# Their detail is the day from which they are no reason any more; every other reason stays.
PASSING = (Reason.NOT_DUE_YET, Reason.GAP, Reason.WEEK_FULL, Reason.PAUSED)


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """A day on which messages go out: how many, by the position of their stage."""

    day: date
    messages: dict[int, int]

    @property
    def total(self) -> int:
        """All messages of the day."""
        return sum(self.messages.values())


@dataclass(frozen=True, slots=True)
class Simulation:
    """The days with messages from `first` up to and with `last`, and whether all debtors were looked at."""

    first: date
    last: date
    stages: Sequence[Stage]
    days: Sequence[SimulatedDay]
    debtors: int
    is_complete: bool

    @property
    def total(self) -> int:
        """All messages."""
        return sum(one.total for one in self.days)


def simulate(
    *,
    organisation: Organisation,
    policy_id: int,
    today: date,
    days: int = DAYS,
    most_debtors: int | None = None,
) -> Simulation:
    """Run a policy on paper from today for so many days, over the first `most_debtors` (None: all of them).

    Raises PolicyUnknown.
    """
    plan, last = plan_of(organisation=organisation, policy_id=policy_id), today + timedelta(days=days - 1)
    messages: dict[date, Counter[int]] = defaultdict(Counter)
    debtors, is_complete = 0, True
    for known in _debtors(organisation, policy_id, today, last):
        if debtors == most_debtors:
            is_complete = False
            break
        debtors += 1
        for day, position in _life(plan, known, today, last):
            messages[day][position] += 1
    found = [SimulatedDay(day, dict(messages[day])) for day in sorted(messages)]
    return Simulation(today, last, plan.stages, found, debtors, is_complete)


def _debtors(organisation: Organisation, policy_id: int, today: date, last: date) -> Iterator[list[Facts]]:
    """Yield what is known about the invoices of each debtor of the policy, due before the last day."""
    chunk: Sequence[int] = (0,)
    while chunk:
        chunk = debtors_after(organisation_id=organisation.id, due_before=last, after=chunk[-1])
        own = debtors_of_policy(organisation=organisation, policy_id=policy_id, debtor_ids=chunk)
        known = facts(
            organisation_id=organisation.id,
            zone=organisation.zone,
            contacts=usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=own),
            debtor_ids=own,
            today=today,
            due_before=last,
        )
        for _debtor, invoices in groupby(known, key=lambda fact: fact.debtor_id):
            yield list(invoices)


def _life(plan: Plan, known: Sequence[Facts], today: date, last: date) -> Iterator[tuple[date, int]]:
    """Yield the day and the highest stage of each message that a debtor gets."""
    debtor, standings = _as_if_sent(known[0].debtor, today), [fact.standing for fact in known]
    day: date | None = _working_day(today)
    while day is not None and day <= last:
        reached, standings, then = _one_day(plan, standings, debtor, day)
        if reached:
            yield day, reached
            debtor = replace(debtor, written_on=day, lately=(day, *debtor.lately))
        day = None if then is None else _working_day(then)


def _one_day(
    plan: Plan, standings: Sequence[Standing], debtor: Correspondence, day: date
) -> tuple[int, list[Standing], date | None]:
    """Return the highest stage that goes out, the invoices that stay in play, and the next day to look at."""
    highest, staying, next_days = 0, [], []
    for standing in standings:
        decision = decide(plan=plan, invoice=standing, debtor=debtor, today=day)
        if decision.stage is not None:
            position = decision.stage.position
            highest = max(highest, position)
            staying.append(replace(standing, reached=position, reached_on=day))
            next_days.append(day + timedelta(days=1))
        elif decision.reason in PASSING:
            staying.append(standing)
            next_days.append(date.fromisoformat(decision.detail))
    return highest, staying, min(next_days, default=None)


def _as_if_sent(debtor: Correspondence, today: date) -> Correspondence:
    """Return the debtor as they stand once the message that is under way has left."""
    if not debtor.is_waiting:
        return debtor
    return replace(debtor, is_waiting=False, written_on=today, lately=(today, *debtor.lately))


def _working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day
