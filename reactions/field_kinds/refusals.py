"""Why an answer is not accepted; the sentence stands at the field and in the summary above the form."""

from core.refusals import N_, Refusal


class AnswerRefused(Refusal):
    """One answer of a form that has to be changed."""


class AnswerMissing(AnswerRefused):
    """A question that is not optional was left empty."""

    sentence = N_("Please answer: %(label)s")


class AnswerTooLong(AnswerRefused):
    """More characters than the field takes; line ends count as one."""

    sentence = N_("This text is too long: %(length)s characters. At most %(most)s characters fit.")


class NotAChoice(AnswerRefused):
    """The value is none of the choices."""

    sentence = N_("Please choose one of the answers.")


class NotAnAmount(AnswerRefused):
    """The text is no amount, or one that can be read in two ways."""

    sentence = N_("Please write the amount like this: %(example)s")


class AmountNotPositive(AnswerRefused):
    """Nothing, or less."""

    sentence = N_("Please fill in an amount above zero.")


class AmountAboveOpen(AnswerRefused):
    """More than is open on the chosen invoices."""

    sentence = N_("The amount is higher than what is open. At most %(most)s is possible.")


class OtherCurrency(AnswerRefused):
    """An amount in a currency that none of the invoices has."""

    sentence = N_("Please fill in the amount in %(currencies)s.")


class CurrencyMissing(AnswerRefused):
    """The invoices have several currencies and the amount names none."""

    sentence = N_("Please write the currency too, like this: %(example)s")


class NotADate(AnswerRefused):
    """Day, month and year make no date of the calendar."""

    sentence = N_("This is not a date. Please fill in day, month and year, like this: %(example)s")


class DateInFuture(AnswerRefused):
    """A day that has to lie in the past does not."""

    sentence = N_("This day has not come yet. Please fill in today or an earlier day.")


class DateOutOfRange(AnswerRefused):
    """The day lies outside the span that is accepted."""

    sentence = N_("Please choose a day from %(first)s up to %(last)s.")


class NotDigits(AnswerRefused):
    """Not exactly so many digits."""

    sentence = N_("Please fill in exactly %(count)s digits.")


class NotANumber(AnswerRefused):
    """No whole number, or one outside the range."""

    sentence = N_("Please fill in a whole number from %(least)s up to %(most)s.")
