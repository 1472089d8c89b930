"""What a reminder that begins a term has to say by law, and which of it a text lacks. Pure.

A mention is a placeholder: the portal fills in the sum, the term or the number, so that it is always right.
"""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

from core.law.rows import Book, Row, Segment
from core.refusals import N_, Refusal


class MentionMissing(Refusal):
    """A text lacks what the law wants in it. `name` is the placeholder, `source` the law."""

    sentence = N_("The law wants ((%(name)s)) in a reminder with a term (%(source)s).")


class TermMissing(MentionMissing):
    """It does not say how much time there is."""

    sentence = N_("A reminder with a term must say how long the term is: add ((%(name)s)) (%(source)s).")


class CostMissing(MentionMissing):
    """It does not say what not paying will cost."""

    sentence = N_("A reminder with a term must name the exact cost: add ((%(name)s)) (%(source)s).")


class BalanceMissing(MentionMissing):
    """It does not say what is still to be paid."""

    sentence = N_("A reminder with a term must name the open amount: add ((%(name)s)) (%(source)s).")


class CreditorMissing(MentionMissing):
    """It does not say to whom the money is owed."""

    sentence = N_("A reminder with a term must name the creditor: add ((%(name)s)) (%(source)s).")


class CompanyNumberMissing(MentionMissing):
    """It does not say the creditor's company number."""

    sentence = N_(
        "A reminder with a term must name the creditor's company number: add ((%(name)s)) (%(source)s)."
    )


class InvoicesMissing(MentionMissing):
    """It does not say what the money is for, and when it was due."""

    sentence = N_(
        "A reminder with a term must name each invoice with its due date: add ((%(name)s)) (%(source)s)."
    )


class ObjectionMissing(MentionMissing):
    """It does not say that one may object."""

    sentence = N_("A reminder with a term must say how to object: add ((%(name)s)) (%(source)s).")


class InterestMissing(MentionMissing):
    """It does not say which interest runs, and from when."""

    sentence = N_("A reminder with a term must name the interest: add ((%(name)s)) (%(source)s).")


class BoardMissing(MentionMissing):
    """It does not say where one may complain."""

    sentence = N_("A reminder with a term must name the complaints board: add ((%(name)s)) (%(source)s).")


REFUSALS: Mapping[str, type[MentionMissing]] = MappingProxyType(
    {
        "payment_term": TermMissing,
        "cost_after_term": CostMissing,
        "amount_open": BalanceMissing,
        "creditor_name": CreditorMissing,
        "creditor_number": CompanyNumberMissing,
        "invoice_list": InvoicesMissing,
        "objection": ObjectionMissing,
        "interest": InterestMissing,
        "complaints_board": BoardMissing,
    }
)


def mentions(*, book: Book, country: str, segment: Segment, on: date) -> Row | None:
    """Return the row that says what a reminder with a term must mention; None where the law asks nothing."""
    return book.find("mentions", country=country, segment=segment, on=on)


def missing(
    *, book: Book, country: str, segment: Segment, on: date, said: Collection[str]
) -> tuple[MentionMissing, ...]:
    """Return a refusal for each mention that is not among the placeholders `said`, in the row's order."""
    row = mentions(book=book, country=country, segment=segment, on=on)
    if row is None:
        return ()
    return tuple(
        REFUSALS[name](name=name, source=row.source) for name in row.words("names") if name not in said
    )
