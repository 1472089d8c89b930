"""What somebody typed into a search box, as SQL about debtors and invoices."""

from sqlalchemy import ColumnElement, and_, false, or_

from invoices.models import Debtor, Invoice
from invoices.names import plain
from invoices.queries import like
from invoices.references import key_of, number_key


def name_says(text: str) -> ColumnElement[bool]:
    """Return whether each word stands somewhere in the debtor's name, which is sorted as "wit sanne de".

    Order, capitals and accents make no difference. Without a word nobody is found.
    """
    words = plain(text).split()
    return and_(*(Debtor.sort_name.like(like(word), escape="\\") for word in words)) if words else false()


def number_says(text: str) -> ColumnElement[bool]:
    """Return whether the text stands in the invoice's number: as it is written, or as payers write it.

    `f 2026 17` finds F-2026-17, and 0017 finds 17: blanks, dashes and zeros in front make no difference.
    """
    key = number_key(text)
    as_written = Invoice.number.ilike(like(text), escape="\\")
    return or_(as_written, Invoice.number_key.like(like(key), escape="\\")) if key else as_written


def reference_says(text: str) -> ColumnElement[bool]:
    """Return whether the text stands in the invoice's payment reference, with whatever signs between."""
    key = key_of(text)
    as_written = Invoice.payment_reference.ilike(like(text), escape="\\")
    return or_(as_written, Invoice.reference_key.like(like(key), escape="\\")) if key else as_written
