"""Which invoices an amount that came in pays: pure, and sure only where no other answer fits as well.

What is not sure is suggested to a person, never booked. The order: the structured reference, then invoice
numbers in the text, then the payer's account when it has paid for one debtor before and nothing else is said.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import combinations

from invoices.references import is_checked, is_misspelt, key_of, number_key

SHORTEST_NUMBER = 3
# A number or reference this long is no year, amount or house number by chance.
TELLING_NUMBER, TELLING_REFERENCE = 5, 6
WORDS_TOGETHER = 4
# More than these are not tried in every combination, nor looked at at all: nobody can say which are meant.
MOST_TOGETHER, MOST_MEANT = 8, 200
# What one amount is looked up by. The database keeps keys of 60 signs.
MOST_KEYS, MOST_WORDS, LONGEST_KEY = 60, 100, 60
_SPLIT = str.maketrans(",;:\u00a0", "    ")


@dataclass(frozen=True)
class Incoming:
    """What the bank says of an amount that came in; `amount` in minor units is what is not booked yet.

    `end_to_end_id` is the payer's own word for it, in which they may repeat an invoice number.
    """

    amount: int
    currency: str
    reference: str = ""
    text: str = ""
    end_to_end_id: str = ""
    name: str = ""
    iban: str = ""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What `keys_in` finds in it: looked for once."""
        return keys_in(self)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice on which something is open."""

    id: int
    debtor_id: int
    debtor_name: str
    number: str
    reference: str
    currency: str
    amount_open: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an amount that goes to one invoice, in minor units."""

    invoice_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Match:
    """The shares found; unless `is_sure` a person decides. Without shares nothing was found."""

    shares: tuple[Share, ...] = ()
    is_sure: bool = False


def keys_in(incoming: Incoming) -> tuple[str, ...]:
    """Return every reference and number the payer may have meant: words, and words that stand together.

    Each with and without leading zeros, and without letters before a number as in `nr2026/1001`. At most
    MOST_KEYS: the structured reference, then the longest single words, then words that stand together.
    """
    spoken = (
        f"{incoming.reference} {incoming.text} {incoming.end_to_end_id}".upper().translate(_SPLIT).split()
    )
    words = [key_of(word) for word in spoken[:MOST_WORDS]]
    found = dict.fromkeys([key_of(incoming.reference)])
    for count in range(1, WORDS_TOGETHER + 1):
        together = {"".join(words[start : start + count]) for start in range(len(words) - count + 1)}
        spelt = {key for each in together if _may_be_key(each) for key in _spellings(each)}
        found.update(dict.fromkeys(sorted(spelt, key=lambda key: (-len(key), key))))
    return tuple([key for key in found if _may_be_key(key)][:MOST_KEYS])


def _may_be_key(key: str) -> bool:
    return 0 < len(key) <= LONGEST_KEY and any(sign.isdigit() for sign in key)


def _spellings(key: str) -> Iterator[str]:
    yield key
    yield key.lstrip("0")
    bare = key.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if len(bare) >= TELLING_NUMBER:
        yield bare
        yield bare.lstrip("0")


class OpenInvoices:
    """Open invoices, found by what a payer may say of them; what one amount paid is not open for the next."""

    def __init__(self, invoices: Iterable[OpenInvoice]) -> None:
        self._by_id = {one.id: one for one in invoices}
        self._by_reference: dict[str, list[int]] = {}
        self._by_number: dict[str, list[int]] = {}
        self._by_debtor: dict[int, list[int]] = {}
        for one in self._by_id.values():
            self._by_reference.setdefault(key_of(one.reference), []).append(one.id)
            self._by_number.setdefault(number_key(one.number), []).append(one.id)
            self._by_debtor.setdefault(one.debtor_id, []).append(one.id)

    def pay(self, shares: Iterable[Share]) -> None:
        """Take what was booked off what is open."""
        for share in shares:
            one = self._by_id[share.invoice_id]
            self._by_id[one.id] = replace(one, amount_open=one.amount_open - share.amount)

    def referred_to(self, incoming: Incoming) -> list[OpenInvoice]:
        """Return those whose reference was said: any in its own field, a telling one also in the text."""
        said = {key for key in incoming.keys if len(key) >= TELLING_REFERENCE} | {key_of(incoming.reference)}
        return self._open(incoming, (self._by_reference.get(key, ()) for key in said if key))

    def numbered(self, incoming: Incoming) -> list[OpenInvoice]:
        """Return those whose number was said."""
        said = [key for key in incoming.keys if len(key) >= SHORTEST_NUMBER]
        return self._open(incoming, (self._by_number.get(key, ()) for key in said))

    def owed_by(self, incoming: Incoming, debtor_ids: Collection[int]) -> list[OpenInvoice]:
        """Return those of these debtors."""
        return self._open(incoming, (self._by_debtor.get(each, ()) for each in debtor_ids))

    def _open(self, incoming: Incoming, found: Iterable[Sequence[int]]) -> list[OpenInvoice]:
        ids = sorted({each for some in found if len(some) <= MOST_MEANT for each in some})
        mine = [self._by_id[each] for each in ids]
        return [one for one in mine if one.currency == incoming.currency and one.amount_open > 0]


def match(incoming: Incoming, *, invoices: OpenInvoices, payer_of: Collection[int]) -> Match:
    """Return which of these open invoices the amount pays.

    `payer_of` holds the debtors for whom this account has paid before. A part of an invoice is sure by a
    reference with right check digits; by another one, or by a number, only from a payer who is known by
    account or name. A number may also be there by chance, see `_is_meant`. A reference whose check digits are
    wrong makes nothing sure.
    """
    by_reference = invoices.referred_to(incoming)
    if by_reference:
        is_right = all(is_checked(one.reference) for one in by_reference)
        is_part_sure = is_right or _is_known(incoming, by_reference, payer_of)
        found = _named(incoming, by_reference, is_part_sure=is_part_sure)
        return replace(
            found, is_sure=found.is_sure and not any(is_misspelt(one.reference) for one in by_reference)
        )
    by_number = invoices.numbered(incoming)
    owed = invoices.owed_by(incoming, payer_of)
    if by_number:
        is_part_sure = _are_telling(by_number) and _is_known(incoming, by_number, payer_of)
        found = _named(incoming, by_number, is_part_sure=is_part_sure)
        is_meant = _is_meant(incoming, by_number, owed, payer_of) and not is_misspelt(incoming.reference)
        return replace(found, is_sure=found.is_sure and is_meant)
    return _by_payer(incoming, owed, payer_of)


def _are_telling(named: Sequence[OpenInvoice]) -> bool:
    return all(len(number_key(one.number)) >= TELLING_NUMBER for one in named)


def _is_meant(
    incoming: Incoming, named: Sequence[OpenInvoice], owed: Sequence[OpenInvoice], payer_of: Collection[int]
) -> bool:
    """Return whether a number said stands for these invoices, and is no year or postcode that equals theirs.

    Two of three must say so: the number is long, the account has paid for their debtor before, and what else
    its debtors owe does not make the amount as well. A name is not asked here: members of one family, who pay
    the same contribution, share it.
    """
    is_theirs = all(one.debtor_id in payer_of for one in named)
    others = [one for one in owed if one not in named]
    fits_no_other = not any(_sets_of(others, incoming.amount))
    return sum((_are_telling(named), is_theirs, fits_no_other)) >= 2


def _is_known(incoming: Incoming, named: Sequence[OpenInvoice], payer_of: Collection[int]) -> bool:
    return all(one.debtor_id in payer_of or _is_called(one.debtor_name, incoming.name) for one in named)


def _named(incoming: Incoming, named: Sequence[OpenInvoice], *, is_part_sure: bool) -> Match:
    """Return the match with invoices that the payer named; over-payments leave a rest."""
    if len({one.debtor_id for one in named}) > 1:
        exact = [one for one in named if one.amount_open == incoming.amount]
        return Match(_shared_out(incoming.amount, exact if len(exact) == 1 else named))
    total = sum(one.amount_open for one in named)
    is_sure = total == incoming.amount or (is_part_sure and len(named) == 1)
    return Match(_shared_out(incoming.amount, named), is_sure)


def _by_payer(incoming: Incoming, owed: Sequence[OpenInvoice], payer_of: Collection[int]) -> Match:
    """Return the one invoice that makes the amount, or all of them, else a suggestion, the oldest first.

    Sure only for a payer of one debtor who says nothing else: a number that is on no open invoice may be
    that of one which is not here yet, or was paid before.
    """
    sets = list(_sets_of(owed, incoming.amount))
    is_plain = len(sets) == 1 and len(sets[0]) in (1, len(owed))
    is_sure = is_plain and len(payer_of) == 1 and not _says_a_number(incoming)
    return Match(_shared_out(incoming.amount, sets[0] if sets else owed), is_sure)


def _says_a_number(incoming: Incoming) -> bool:
    """Return whether reference or text may name an invoice. What the payer's bank numbers does not."""
    digits = sum(sign.isdigit() for sign in incoming.text)
    return bool(key_of(incoming.reference)) or digits >= SHORTEST_NUMBER


def _sets_of(owed: Sequence[OpenInvoice], amount: int) -> Iterator[tuple[OpenInvoice, ...]]:
    """Yield the sets of one debtor's invoices that make this amount."""
    for debtor_id in dict.fromkeys(one.debtor_id for one in owed):
        mine = [one for one in owed if one.debtor_id == debtor_id]
        sizes = range(1, len(mine) + 1) if len(mine) <= MOST_TOGETHER else sorted({1, len(mine)})
        for size in sizes:
            for some in combinations(mine, size):
                if sum(one.amount_open for one in some) == amount:
                    yield some


def _shared_out(amount: int, invoices: Sequence[OpenInvoice]) -> tuple[Share, ...]:
    """Return the amount over the invoices, the one that was due first to the full."""
    shares = []
    for one in sorted(invoices, key=lambda each: (each.due_on, each.id)):
        part = min(amount, one.amount_open)
        if part:
            shares.append(Share(one.id, part))
            amount -= part
    return tuple(shares)


def _is_called(name: str, other: str) -> bool:
    """Return whether two names share their longest word, and it is longer than an initial or `van`."""
    words = [word.strip(".,").casefold() for word in name.split()]
    longest = max(words, key=len, default="")
    return len(longest) > 3 and longest in [word.strip(".,").casefold() for word in other.split()]
