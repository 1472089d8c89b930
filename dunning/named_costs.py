"""What a reminder with a term named as the cost of not paying: the most that is asked on all it is about.

The exact cost is named over the sum of the invoices (Netherlands: art. 6:96 BW, sixth and seventh paragraph;
Belgium: art. XIX.4), so invoices that are asked for it at different times never pay more together. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.law.collecting import collection_charges, in_currency
from core.money import Money
from dunning.bills import Law, Letter
from dunning.given_terms import term_of


@dataclass(frozen=True, slots=True)
class Named:
    """An invoice as a reminder with a term spoke of it, in minor units of its currency.

    `asked` is what was added to it for collecting, since then or before.
    """

    invoice_id: int
    due_on: date
    amount: int
    currency: str
    adds_vat_from: date | None
    asked: int = 0


NamedBy = Mapping[int, Sequence[Named]]
"""The invoices of reminders with a term, by the id of the message."""


def left_of(*, law: Law, letter: Letter, named: Sequence[Named], currency: str) -> int:
    """Return how much of the cost that a reminder named was not asked for yet, in minor units.

    It is computed as the reminder did: by the law of the first day after the term as it was known then.
    """
    own = [one for one in named if one.currency == currency]
    given = term_of(law=law, letter=replace(letter, received_on=None))
    if not own or given is None:
        return 0
    found = in_currency(
        collection_charges(
            **law.on(given.first_cost_on),
            principals=[Money(one.amount, currency).amount for one in own],
            due_on=min(one.due_on for one in own),
            # Costs of several creditors are computed together: one who can reclaim VAT asks for none.
            adds_vat=all(
                one.adds_vat_from is not None and letter.sent_on >= one.adds_vat_from for one in own
            ),
        ),
        currency,
    )
    most = found[1].money.minor if found else 0
    return max(most - sum(one.asked for one in own), 0)


def within_named(
    *,
    law: Law,
    letters: Sequence[Letter | None],
    principals: Sequence[int],
    amount: int,
    named_by: NamedBy,
    currency: str,
) -> list[int]:
    """Return an amount shared out over invoices, those of one reminder within what is left of its cost.

    `letters` are the reminders that gave the invoices their term, None where the law wants none.
    """
    shares = shared_out(amount, principals)
    together: dict[int, tuple[Letter, list[int]]] = {}
    for place, letter in enumerate(letters):
        if letter is not None:
            together.setdefault(letter.message_id, (letter, []))[1].append(place)
    for letter, places in together.values():
        named = named_by.get(letter.message_id, ())
        left = left_of(law=law, letter=letter, named=named, currency=currency)
        if sum(shares[place] for place in places) > left:
            fewer = shared_out(left, [principals[place] for place in places])
            for place, share in zip(places, fewer, strict=True):
                shares[place] = share
    return shares


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Return the amount shared out by weight in whole minor units; what is left goes to the largest rests."""
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda one: (-(amount * weights[one] % whole), one))
    for one in by_rest[: amount - sum(shares)]:
        shares[one] += 1
    return shares
