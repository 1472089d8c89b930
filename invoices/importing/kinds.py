"""The three kinds of file, and what each must say."""

from collections.abc import Mapping
from enum import StrEnum


class FileKind(StrEnum):
    """What a file holds."""

    INVOICES_WITH_DEBTORS = "invoices_with_debtors"
    INVOICES = "invoices"
    DEBTORS = "debtors"


_OF_AN_INVOICE = (
    ("creditor",),
    ("invoice_number",),
    ("invoiced_on",),
    ("due_on",),
    ("amount", "amount_open"),
    ("currency",),
)

# Every row fills at least one column of each group.
NEEDED: Mapping[FileKind, tuple[tuple[str, ...], ...]] = {
    FileKind.INVOICES_WITH_DEBTORS: (
        ("customer_number", "name", "company_name", "last_name"),
        *_OF_AN_INVOICE,
    ),
    FileKind.INVOICES: (("customer_number",), *_OF_AN_INVOICE),
    FileKind.DEBTORS: (("customer_number",),),
}
