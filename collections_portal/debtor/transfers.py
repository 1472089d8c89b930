"""How chosen invoices are paid: one transfer for each account and reference, with a QR code in euros."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup
from segno import helpers
from stdnum import iban as ibans

from core.money import Money
from core.organisations.models import Creditor
from reactions.queries.listed import ListedInvoice

# European Payments Council, EPC069-12: what a code for a credit transfer can carry.
LONGEST_REFERENCE = 140
LONGEST_NAME = 70
MOST = Decimal("999999999.99")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer to make. `iban` is spaced, or empty when it is not known; `amount` is in minor units."""

    name: str
    iban: str
    amount: int
    currency: str
    amount_copied: str
    reference: str
    qr: Markup | None


def transfers_for(chosen: Sequence[ListedInvoice], creditors: Mapping[int, Creditor]) -> list[Transfer]:
    """Return the transfers that pay the chosen invoices; `creditors` are by id."""
    return [
        _transfer(creditors[bundle[0].creditor_id], bundle, reference)
        for bundle, reference in _bundles(chosen)
    ]


def _bundles(chosen: Sequence[ListedInvoice]) -> Iterator[tuple[list[ListedInvoice], str]]:
    """Put invoices together that one transfer can pay: same creditor, same currency, room for the numbers.

    An invoice with a payment reference of its own stands alone: two of them do not fit into one transfer.
    """
    together: dict[tuple[int, str], list[ListedInvoice]] = {}
    for invoice in chosen:
        if invoice.payment_reference:
            yield [invoice], invoice.payment_reference
        else:
            together.setdefault((invoice.creditor_id, invoice.currency), []).append(invoice)
    for invoices in together.values():
        for bundle in _by_length(invoices):
            yield bundle, _numbers(bundle)


def _by_length(invoices: Sequence[ListedInvoice]) -> Iterator[list[ListedInvoice]]:
    bundle: list[ListedInvoice] = []
    for invoice in invoices:
        if bundle and len(_numbers([*bundle, invoice])) > LONGEST_REFERENCE:
            yield bundle
            bundle = []
        bundle.append(invoice)
    yield bundle


def _numbers(invoices: Iterable[ListedInvoice]) -> str:
    return " ".join(invoice.number for invoice in invoices)


def _transfer(creditor: Creditor, bundle: Sequence[ListedInvoice], reference: str) -> Transfer:
    owed = Money(sum(invoice.amount_asked for invoice in bundle), bundle[0].currency)
    iban = ibans.compact(creditor.iban) if ibans.is_valid(creditor.iban, check_country=False) else ""
    name = creditor.account_name or creditor.name
    return Transfer(
        name=name,
        iban=ibans.format(iban) if iban else "",
        amount=owed.minor,
        currency=owed.currency,
        amount_copied=str(owed.amount),
        reference=reference,
        qr=_qr(name, iban, owed, reference),
    )


def _qr(name: str, iban: str, owed: Money, reference: str) -> Markup | None:
    """Return the code banks read, drawn; None where the standard has no room. It is for euros only."""
    if not iban or owed.currency != "EUR" or len(reference) > LONGEST_REFERENCE or owed.amount > MOST:
        return None
    try:
        code = helpers.make_epc_qr(name=name[:LONGEST_NAME], iban=iban, amount=owed.amount, text=reference)
    except ValueError:
        # Letters outside Latin take several bytes each, and the standard counts bytes: 331 for all of it.
        return None
    # A drawing of squares, made here: nothing of the text stands in it.
    return Markup(code.svg_inline(scale=5, border=2, omitsize=False))  # noqa: S704
