"""What messages add, asked of the database for many debtors at once and decided by `dunning.charging`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.organisations.models import Organisation
from dunning.accounts import Wording, accounts_of, named_in
from dunning.bills import Bill
from dunning.charging import bill
from dunning.overdue import Facts
from dunning.schedule import Stage
from invoices.models import Channel

NO_BILL = Bill()


@dataclass(frozen=True, slots=True)
class Planned:
    """An invoice that goes into a message, with the stage it takes."""

    stage: Stage
    facts: Facts


def bills(
    *,
    organisation: Organisation,
    wording: Wording,
    messages: Mapping[int, Sequence[Planned]],
    channels: Mapping[int, Channel],
    today: date,
) -> dict[int, Bill]:
    """Return what the message to each of these debtors adds today; who is not in it gets nothing added.

    `messages` and `channels` are by debtor. Nothing is asked of the database about messages of stages that
    add nothing.
    """
    adding = {
        debtor_id: planned
        for debtor_id, planned in messages.items()
        if any(one.stage.adds for one in planned)
    }
    known = [one.facts for planned in adding.values() for one in planned]
    if not known:
        return {}
    accounts = accounts_of(
        organisation=organisation,
        amounts={one.invoice_id: one.standing.amount for one in known},
        laws={one.debtor_id: (one.law, one.language) for one in known},
        letters={one.invoice_id: one.letters for one in known},
    )
    named_by = named_in(organisation=organisation, letters=(one.letters for one in known))
    return {
        debtor_id: bill(
            law=planned[0].facts.law,
            items=[(one.stage, accounts[one.facts.invoice_id]) for one in planned],
            named_by=named_by,
            today=today,
            is_said=is_said(wording, planned, channels[debtor_id]),
        )
        for debtor_id, planned in adding.items()
    }


def is_said(wording: Wording, planned: Sequence[Planned], channel: Channel) -> bool:
    """Return whether the message names what it adds."""
    return wording.says(highest_of(planned).event, channel, planned[0].facts.language)


def highest_of(planned: Sequence[Planned]) -> Stage:
    """Return the stage of a message: the highest one among its invoices."""
    return max((one.stage for one in planned), key=lambda stage: stage.position)


def by_debtor(planned: Iterable[Planned]) -> dict[int, list[Planned]]:
    """Return the invoices of each debtor."""
    found: dict[int, list[Planned]] = defaultdict(list)
    for one in planned:
        found[one.facts.debtor_id].append(one)
    return found
