"""What is still open on an invoice: pure sums in minor units of its currency."""

from core.refusals import N_, Refusal


class AmountTooHigh(Refusal):
    """More would be settled than the invoice says."""

    sentence = N_("This is more than is still open on invoice %(number)s.")


def open_amount(
    *, amount: int, paid: int = 0, credited: int = 0, settled_elsewhere: int = 0, number: str = ""
) -> int:
    """Return what is open: the amount less payments, credit notes and what was settled in other books.

    Raises AmountTooHigh when that would be less than nothing.
    """
    rest = amount - paid - credited - settled_elsewhere
    if rest < 0:
        raise AmountTooHigh(number=number)
    return rest
