"""What must hold between the columns of one row."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias, cast

from core.refusals import N_, Refusal
from invoices.importing.codes import CREDIT_NOTE, INVOICE
from invoices.importing.column_kinds import Value

RowRule: TypeAlias = Callable[[list[Value]], None]


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


def somebody_named(slots: Sequence[int]) -> RowRule:
    """Return the rule that one of the cells at `slots` says who owes. Refuses `NobodyNamed`."""

    def check(values: list[Value]) -> None:
        if all(values[slot] is None for slot in slots):
            raise NobodyNamed

    return check


def invoice_settled(identifiers: Sequence[str]) -> RowRule:
    """Return the rule that completes an invoice's amounts in place; `identifiers` name the values in order.

    Afterwards `amount` is above zero, `amount_open` lies between zero and it, and `document` says what it is:
    amounts of a credit note are above zero too. The open amount is the one given, else amount less paid.
    Refuses the names of this module.
    """
    places = {identifier: place for place, identifier in enumerate(identifiers)}
    amount_at, open_at, document_at = (places[identifier] for identifier in DERIVED)
    paid_at, credited_at = places.get("amount_paid"), places.get("credited_number")
    invoiced_at, due_at = places["invoiced_on"], places["due_on"]

    def settle(values: list[Value]) -> None:
        if cast(date, values[due_at]) < cast(date, values[invoiced_at]):
            raise DueBeforeInvoiced
        amount, still_open = cast(int | None, values[amount_at]), cast(int | None, values[open_at])
        paid = cast(int | None, values[paid_at]) if paid_at is not None else None
        if amount is None:
            if still_open is None:
                raise AmountMissing
            amount = still_open + (paid or 0)
        document = values[document_at] or (CREDIT_NOTE if amount < 0 else INVOICE)
        if document == CREDIT_NOTE:
            if credited_at is None or values[credited_at] is None:
                raise NothingCredited
            amount = abs(amount)
            still_open, paid = abs(still_open) if still_open is not None else None, None
        values[amount_at], values[document_at] = amount, document
        values[open_at] = open_amount(amount=amount, given=still_open, paid=paid)

    return settle


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
