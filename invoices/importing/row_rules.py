"""What must hold between the columns of one row."""

from collections.abc import Sequence
from datetime import date
from operator import le
from typing import Any, Protocol, TypeAlias, cast

from core.refusals import N_, Refusal
from invoices.importing.codes import CREDIT_NOTE, INVOICE
from invoices.importing.column_kinds import Value

Columns: TypeAlias = list[Sequence[Value]]


class RowRefusal(Refusal):
    """Columns of a row that do not go together; `column` is the one to look at first."""

    column: str


class NobodyNamed(RowRefusal):
    """Neither a customer number nor any name."""

    sentence = N_("Who owes this? Fill in a customer number or a name.")
    column = "name"


class DueBeforeInvoiced(RowRefusal):
    """The due date lies before the invoice date."""

    sentence = N_("The due date is before the invoice date.")
    column = "due_on"


class AmountMissing(RowRefusal):
    """Neither amount nor open amount."""

    sentence = N_("The amount is missing.")
    column = "amount"


class AmountIsZero(RowRefusal):
    """Nothing was invoiced."""

    sentence = N_("The amount is zero.")
    column = "amount"


class InvoiceIsNegative(RowRefusal):
    """Called an invoice, but its amount is below zero."""

    sentence = N_("An invoice cannot have a negative amount. Is it a credit note?")
    column = "amount"


class OpenAmountWrong(RowRefusal):
    """Open is less than nothing or more than the amount."""

    sentence = N_("The open amount is not between zero and the amount.")
    column = "amount_open"


class PaidAmountWrong(RowRefusal):
    """Paid and open do not add up to the amount."""

    sentence = N_("The paid amount and the open amount do not add up to the amount.")
    column = "amount_paid"


class NothingCredited(RowRefusal):
    """A credit note that does not say for which invoice it is."""

    sentence = N_("Which invoice does this credit note belong to? Fill in its number.")
    column = "credited_number"


DERIVED = ("amount", "amount_open", "document")


class RowRule(Protocol):
    """What must hold between the values of a row, and what completes them."""

    def one(self, values: list[Value]) -> None:
        """Check one row and complete it in place. Refuses a `RowRefusal`."""

    def all(self, columns: Columns) -> bool:
        """Do the same for many rows, given as columns; False, and nothing done, when a row is special."""


class SomebodyNamed:
    """One of the values at `slots` says who owes. Refuses `NobodyNamed`."""

    def __init__(self, slots: Sequence[int]) -> None:
        self._slots = tuple(slots)

    def one(self, values: list[Value]) -> None:
        """Check one row."""
        if all(values[slot] is None for slot in self._slots):
            raise NobodyNamed

    def all(self, columns: Columns) -> bool:
        """Check many rows."""
        return any(None not in columns[slot] for slot in self._slots)


class InvoiceSettled:
    """Completes an invoice's amounts; `identifiers` name the values of a row in order.

    Afterwards `amount` is above zero, `amount_open` lies between zero and it, and `document` says what it is:
    amounts of a credit note are above zero too. The open amount is the one given, else amount less paid.
    Refuses the names of this module.
    """

    def __init__(self, identifiers: Sequence[str]) -> None:
        places = {identifier: place for place, identifier in enumerate(identifiers)}
        self._amount, self._open, self._document = (places[identifier] for identifier in DERIVED)
        self._paid, self._credited = places.get("amount_paid"), places.get("credited_number")
        self._invoiced, self._due = places["invoiced_on"], places["due_on"]

    def one(self, values: list[Value]) -> None:
        """Check and complete one row."""
        if cast(date, values[self._due]) < cast(date, values[self._invoiced]):
            raise DueBeforeInvoiced
        amount, still_open = cast(int | None, values[self._amount]), cast(int | None, values[self._open])
        paid = cast(int | None, values[self._paid]) if self._paid is not None else None
        if amount is None:
            if still_open is None:
                raise AmountMissing
            amount = still_open + (paid or 0)
        document = values[self._document] or (CREDIT_NOTE if amount < 0 else INVOICE)
        if document == CREDIT_NOTE:
            if self._credited is None or values[self._credited] is None:
                raise NothingCredited
            amount = abs(amount)
            still_open, paid = abs(still_open) if still_open is not None else None, None
        values[self._amount], values[self._document] = amount, document
        values[self._open] = open_amount(amount=amount, given=still_open, paid=paid)

    def all(self, columns: Columns) -> bool:
        """Check and complete many rows: invoices with an amount, each of them with an open one or none."""
        amounts, given = cast(Sequence[int | None], columns[self._amount]), columns[self._open]
        documents = set(columns[self._document])
        if None in amounts or self._has_paid(columns) or not documents <= {None, INVOICE}:
            return False
        still_open = amounts if set(given) == {None} else cast(Sequence[int | None], given)
        if (
            None in still_open
            or min(cast(Sequence[int], amounts)) <= 0
            or min(cast(Sequence[int], still_open)) < 0
        ):
            return False
        is_in_order = _never_above(still_open, amounts) and _never_above(
            columns[self._invoiced], columns[self._due]
        )
        if is_in_order:
            columns[self._open], columns[self._document] = still_open, [INVOICE] * len(amounts)
        return is_in_order

    def _has_paid(self, columns: Columns) -> bool:
        return self._paid is not None and set(columns[self._paid]) != {None}


def _never_above(ones: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(map(le, ones, others))


def open_amount(*, amount: int, given: int | None, paid: int | None) -> int:
    """Return what is open of an amount, in the same minor units: what is given, else amount less paid.

    Refuses `AmountIsZero`, `InvoiceIsNegative`, `OpenAmountWrong` and `PaidAmountWrong`.
    """
    if amount <= 0:
        raise InvoiceIsNegative if amount < 0 else AmountIsZero
    if paid is not None and (paid < 0 or (given is not None and given + paid != amount)):
        raise PaidAmountWrong
    still_open = amount - (paid or 0) if given is None else given
    if not 0 <= still_open <= amount:
        raise OpenAmountWrong
    return still_open
