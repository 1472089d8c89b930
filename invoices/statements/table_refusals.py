"""Why a table of payments is not taken in: each names the row as a spreadsheet shows it, and the column."""

from core.refusals import N_, Refusal


class NoDateColumn(Refusal):
    """There are amounts, but no column that is called a date and holds some."""

    sentence = N_(
        "No column in this file is known as the date of a payment. Call it “Date”, and take the file in "
        "again."
    )


class NoAmountColumn(Refusal):
    """There are dates, but no column that is called an amount and holds some."""

    sentence = N_(
        "No column in this file is known as the amount of a payment. Call it “Amount”, or “Credit” and "
        "“Debit” where there are two, and take the file in again."
    )


class InvoicesNotPayments(Refusal):
    """A column holds due dates: taken for payments, a list of invoices would pay all of them."""

    sentence = N_(
        "This looks like a list of invoices: it has a column %(column)s. Take it in under Imports. When it "
        "is a list of payments, remove that column."
    )


class SeveralAmounts(Refusal):
    """Two columns may be the amount."""

    sentence = N_(
        "The columns %(first)s and %(second)s may both be the amount. Remove the one that is not, and take "
        "the file in again."
    )


class CellRefused(Refusal):
    """A value cannot be used; `problem` is the refusal that says why."""

    sentence = N_("Row %(row)s, column %(column)s: “%(found)s”. %(problem)s")


class CellMissing(Refusal):
    """A payment without a date, an amount, or the word for in or out."""

    sentence = N_("Row %(row)s: there is nothing in column %(column)s.")


class CellBeyondHeadings(Refusal):
    """Text stands beyond the last heading: columns are out of step, most of the time by a loose separator."""

    sentence = N_("Row %(row)s has more cells than there are headings. Is there a loose separator in a text?")


class TwoAmounts(Refusal):
    """One row says that money came in and that it went out."""

    sentence = N_("Row %(row)s has an amount in column %(first)s and in column %(second)s.")


class AmountsDiffer(Refusal):
    """A column of amounts and one of what came in, or went out, do not say the same."""

    sentence = N_(
        "Row %(row)s: the columns %(first)s and %(second)s do not say the same. Keep one column of amounts, "
        "with a minus before what went out."
    )


class SignContradicts(Refusal):
    """The word beside an amount below zero says that it came in."""

    sentence = N_("Row %(row)s says in column %(column)s that money came in, but its amount is below zero.")


class DayOpen(Refusal):
    """A date can be read in more than one way, no other date of the file tells, and nobody said which."""

    sentence = N_(
        "Row %(row)s, column %(column)s: “%(found)s” can be read as more than one day. Choose how dates are "
        "written in this file."
    )


class DaysConflict(Refusal):
    """Two dates of the file can only be read in different ways."""

    sentence = N_(
        "Column %(column)s writes dates in more than one way: “%(found)s” and “%(other)s”. Make them alike, "
        "such as 2026-11-05."
    )


class AmountOpen(Refusal):
    """An amount can be read in two ways, no other amount of the file tells, and nobody said which."""

    sentence = N_(
        "Row %(row)s, column %(column)s: “%(found)s” can be read as two amounts. Choose whether a comma or a "
        "point stands before the cents."
    )


class AmountsConflict(Refusal):
    """Two amounts of the file can only be read in different ways."""

    sentence = N_(
        "Column %(column)s writes amounts in more than one way: “%(found)s” and “%(other)s”. Make them alike."
    )


class PaymentInFuture(Refusal):
    """Money that is received later has not been received."""

    sentence = N_("Row %(row)s is booked on %(day)s. That day has not come yet.")


class CurrenciesMixed(Refusal):
    """Payments on one account are in two currencies."""

    sentence = N_(
        "Row %(row)s is in %(other)s, the rows above it are in %(currency)s. Make a file of each currency."
    )
