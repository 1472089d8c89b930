"""Names as lists sort and find them: without accents and capitals, so that every database agrees. Pure."""

import unicodedata

from invoices.models import DebtorKind

LONGEST = 200


def plain(text: str) -> str:
    """Return the text in small letters and without accents: `Éric  Dûpont` is `eric dupont`."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())


def sort_name_of(
    *,
    kind: DebtorKind,
    company_name: str,
    last_name: str,
    first_name: str,
    initials: str,
    middle_names: str,
    customer_number: str,
) -> str:
    """Return what a debtor is sorted and found by: the company's name, or the last name and the others."""
    if kind == DebtorKind.COMPANY:
        return plain(company_name)[:LONGEST]
    named = plain(f"{last_name} {first_name or initials} {middle_names}")
    return (named or plain(customer_number))[:LONGEST]
