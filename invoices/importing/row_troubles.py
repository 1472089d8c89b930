"""What can be wrong with a row beside what is already there, or beside the other rows of its file."""

from collections.abc import Mapping

from core.refusals import N_
from invoices.importing.row_rules import RowRefusal


class NumberTwice(RowRefusal):
    """The file has this invoice of this creditor twice."""

    sentence = N_("This invoice number stands in the file twice.")
    column = "invoice_number"


class CustomerUnknown(RowRefusal):
    """A file of invoices alone names somebody nobody knows."""

    sentence = N_("Nobody has this customer number. Import the debtors first.")
    column = "customer_number"


class InvoiceThere(RowRefusal):
    """Invoices that are there were to be refused."""

    sentence = N_("This invoice is already there.")
    column = "invoice_number"


class InvoiceOfAnother(RowRefusal):
    """The invoice is there, for somebody else: what one person wrote about it must not reach another."""

    sentence = N_("This invoice is already there for another customer.")
    column = "customer_number"


class CurrencyOfAnother(RowRefusal):
    """The invoice is there in another currency, and something was paid or credited in that one."""

    sentence = N_("This invoice is already there in another currency, with payments or credit notes.")
    column = "currency"


class LessThanPaid(RowRefusal):
    """The amount is lower than what payments and credit notes come to."""

    sentence = N_("More was paid or credited on this invoice than this amount.")
    column = "amount"


class CreditedUnknown(RowRefusal):
    """A credit note for an invoice that is neither here nor in the file."""

    sentence = N_("The invoice that is credited is not known.")
    column = "credited_number"


class CreditTwice(RowRefusal):
    """The file has this credit note twice."""

    sentence = N_("This credit note stands in the file twice.")
    column = "invoice_number"


class CreditThere(RowRefusal):
    """What is there was to be refused."""

    sentence = N_("This credit note is already there.")
    column = "invoice_number"


class CreditTooHigh(RowRefusal):
    """Payments and credit notes would come to more than the invoice."""

    sentence = N_("More would be paid or credited on this invoice than its amount.")
    column = "amount"


TROUBLES: Mapping[str, type[RowRefusal]] = {
    "unknown_customer": CustomerUnknown,
    "already_there": InvoiceThere,
    "another_debtor": InvoiceOfAnother,
    "other_currency": CurrencyOfAnother,
    "less_than_paid": LessThanPaid,
    "credited_unknown": CreditedUnknown,
    "credit_twice": CreditTwice,
    "credit_there": CreditThere,
    "credit_too_high": CreditTooHigh,
}
