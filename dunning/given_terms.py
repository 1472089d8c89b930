"""The terms that reminders gave in law: until when nothing may be added, and nobody writes. Pure."""

from collections.abc import Sequence
from datetime import date

from core.law.terms import Term, term
from dunning.bills import Account, Law, Letter


def term_of(*, law: Law, letter: Letter) -> Term | None:
    """Return the term that a reminder gave; None where it gives none in law."""
    if not letter.begins_term:
        return None
    row = law.find("term", letter.sent_on, channel=letter.way.value)
    if row is None:
        return None
    return term(
        book=law.book,
        country=law.country,
        segment=law.segment,
        way=letter.way,
        sent_on=letter.sent_on,
        is_holiday=law.is_holiday,
        received_on=letter.received_on if row.text("counted_from") == "receipt" else None,
    )


def free_until(*, law: Law, letters: Sequence[Letter]) -> date | None:
    """Return the first day after the last term that was given."""
    if not letters:
        return None
    ends = [found.first_cost_on for one in letters if (found := term_of(law=law, letter=one))]
    return max(ends, default=None)


def first_term(*, law: Law, account: Account) -> tuple[Letter, Term] | None:
    """Return the first reminder that is known to have arrived and gave a term, with its term."""
    for letter in sorted(account.letters, key=lambda one: one.sent_on):
        found = term_of(law=law, letter=letter) if letter.is_certain else None
        if found is not None:
            return letter, found
    return None
