"""Why a file of bank statements is not taken in: nothing of it is stored then."""

from core.refusals import N_, Refusal


class NotAStatement(Refusal):
    """The file is none of the formats that are read."""

    sentence = N_(
        "This is not a bank statement we can read. Use a file in CAMT.053, MT940 or CODA, "
        "or a table of payments (CSV or .xlsx)."
    )


class AnotherMessage(Refusal):
    """A message of ISO 20022 that is no statement, such as camt.052 or pain.001."""

    sentence = N_("This is a file of the kind %(kind)s. Ask your bank for statements in CAMT.053.")


class StatementUnsafe(Refusal):
    """The XML declares entities or a document type: no bank does, and attacks do."""

    sentence = N_("This file holds instructions that no bank writes, so we do not open it.")


class StatementCutOff(Refusal):
    """The end is missing: a closing tag, a closing balance, a trailer record."""

    sentence = N_("This file stops half-way. Fetch it from your bank once more.")


class StatementBroken(Refusal):
    """A value is not what the format says. `where` names its element, tag or record."""

    sentence = N_("Something in this file is not written as its format says: look at %(where)s.")


class StatementDoesNotAddUp(Refusal):
    """Opening balance and lines do not make the closing balance, or the bank's own totals differ."""

    sentence = N_(
        "Statement %(number)s does not add up: its lines and its balances differ. Fetch it once more."
    )


class CurrencyMixed(Refusal):
    """An amount is not in the currency of its account."""

    sentence = N_("Statement %(number)s is in %(currency)s but holds an amount in %(other)s.")


class CurrencyUnknown(Refusal):
    """No invoice can be in the account's currency."""

    sentence = N_("Statement %(number)s is in %(currency)s, a currency that no invoice has.")


class StatementInFuture(Refusal):
    """Money that is received later has not been received."""

    sentence = N_("Statement %(number)s has a line booked on %(day)s. That day has not come yet.")


class StatementEndsInFuture(Refusal):
    """The closing balance is of a day that has come nowhere yet: nobody knows what will be booked on it."""

    sentence = N_("Statement %(number)s closes on %(day)s. That day has not come yet.")


class TooManyLines(Refusal):
    """More lines than are booked in one transaction."""

    sentence = N_("This file has more than %(most)s lines. Ask your bank for a shorter period.")


class TooManyStatements(Refusal):
    """More statements than are stored in one transaction."""

    sentence = N_("This file has more than %(most)s statements. Ask your bank for a shorter period.")


class StatementKnown(Refusal):
    """The same bytes were taken in before."""

    sentence = N_("This very file was taken in before, so nothing was stored.")
    status = 409
