"""A dry run of a policy over the days to come: how many messages each day, by stage. Nothing is written.

It takes things as they stand: nobody pays, nobody reacts, and there is a run on every working day. Every day
is decided by `dunning.schedule.decide`, as in a run. Only one chunk of debtors is in memory at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby

from core.organisations.models import Organisation
from dunning.accounts import Wording, accounts_of, named_in
from dunning.assigned import debtors_of_policy
from dunning.life import Life, PaperInvoice
from dunning.models import StageChannel
from dunning.overdue import Facts, debtors_after, facts
from dunning.queries import plan_of
from dunning.schedule import Plan, Stage
from invoices.postal import debtors_with_address
from invoices.queries import usable_contacts_of_each

DAYS = 90


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
    """The days with messages from `first` up to and with `last`, and whether all debtors were looked at.

    `added` is what the messages of each stage add, in minor units by currency.
    """

    first: date
    last: date
    stages: Sequence[Stage]
    days: Sequence[SimulatedDay]
    debtors: int
    is_complete: bool
    added: dict[int, dict[str, int]]

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
    added: dict[int, Counter[str]] = defaultdict(Counter)
    wording, debtors, is_complete = Wording(organisation.id), 0, True
    for chunk in _debtors(organisation, policy_id, today, last):
        looked_at = chunk if most_debtors is None else chunk[: most_debtors - debtors]
        for life in _lives(organisation, plan, wording, looked_at):
            for one in life.messages(today=today, last=last):
                messages[one.day][one.position] += 1
                added[one.position] += one.added
        debtors += len(looked_at)
        if len(looked_at) < len(chunk):
            is_complete = False
            break
    found = [SimulatedDay(day, dict(messages[day])) for day in sorted(messages)]
    sums = {position: dict(of_stage) for position, of_stage in sorted(added.items()) if of_stage}
    return Simulation(today, last, plan.stages, found, debtors, is_complete, sums)


def _debtors(
    organisation: Organisation, policy_id: int, today: date, last: date
) -> Iterator[list[list[Facts]]]:
    """Yield chunks of debtors of the policy: what is known about their invoices due before the last day."""
    chunk: Sequence[int] = (0,)
    while chunk:
        chunk = debtors_after(organisation_id=organisation.id, due_before=last, after=chunk[-1])
        own = debtors_of_policy(organisation=organisation, policy_id=policy_id, debtor_ids=chunk)
        known = facts(
            organisation=organisation,
            contacts=usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=own),
            posted=debtors_with_address(organisation_id=organisation.id, debtor_ids=own),
            debtor_ids=own,
            today=today,
            due_before=last,
        )
        yield [list(invoices) for _debtor, invoices in groupby(known, key=lambda fact: fact.debtor_id)]


def _lives(
    organisation: Organisation, plan: Plan, wording: Wording, chunk: Sequence[list[Facts]]
) -> Iterator[Life]:
    """Yield what each of these debtors is going to get."""
    accounts, named_by = {}, {}
    if plan.adds:
        some = [fact for known in chunk for fact in known]
        accounts = accounts_of(
            organisation=organisation,
            amounts={fact.invoice_id: fact.standing.amount for fact in some},
            laws={fact.debtor_id: (fact.law, fact.language) for fact in some},
            letters={fact.invoice_id: fact.letters for fact in some},
        )
        named_by = named_in(organisation=organisation, letters=(fact.letters for fact in some))
    for known in chunk:
        first = known[0]
        yield Life(
            plan=plan,
            law=first.law,
            debtor=first.debtor,
            invoices=[PaperInvoice(fact.standing, accounts.get(fact.invoice_id)) for fact in known],
            named_by={
                letter.message_id: named_by[letter.message_id]
                for fact in known
                for letter in fact.letters
                if letter.message_id in named_by
            },
            is_said=partial(_is_said, wording, first.language),
        )


def _is_said(wording: Wording, language: str, stage: Stage) -> bool:
    channels = StageChannel(stage.channel).channels
    return all(wording.says(stage.event, channel, language) for channel in channels)
