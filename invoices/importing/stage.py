"""Temporary tables that hold a file's converted rows while they are compared and stored.

They belong to one connection while its transaction lasts: nobody else sees them, row-level security is not
needed, and a killed import leaves nothing behind. What the file does not say of a row is NULL.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Enum, Integer, MetaData, String, Table

from invoices.importing.codes import CREDIT_NOTE, INVOICE
from invoices.models import Channel, DebtorKind

STAGE = MetaData()

# What the file may say of a debtor, beside the number, the kind and the names.
SAID_OF_DEBTOR = (
    "language",
    "salutation",
    "first_name",
    "initials",
    "middle_names",
    "legal_form",
    "vat_number",
    "register_number",
    "attention_of",
    "street",
    "house_number",
    "postcode",
    "city",
    "country",
)


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, STAGE, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def _kind() -> Enum:
    return Enum(
        DebtorKind, native_enum=False, length=24, values_callable=lambda kinds: [kind.value for kind in kinds]
    )


def _channel() -> Enum:
    return Enum(
        Channel,
        native_enum=False,
        length=24,
        values_callable=lambda channels: [one.value for one in channels],
    )


# One row for each invoice or credit note; amounts in minor units.
DOCUMENTS = _table(
    "import_documents",
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("public_id", String),
    Column("document", Enum(INVOICE, CREDIT_NOTE, native_enum=False, length=24)),
    Column("customer_number", String),
    Column("creditor_id", BigInteger),
    Column("number", String),
    Column("credited_number", String),
    Column("invoiced_on", Date),
    Column("due_on", Date),
    Column("currency", String),
    Column("amount", BigInteger),
    Column("amount_open", BigInteger),
    Column("description", String),
    Column("payment_reference", String),
)

# What rows say of debtors; of the rows about one debtor the fullest counts, among equals the last.
DEBTORS = _table(
    "import_debtors",
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("public_id", String),
    Column("customer_number", String, index=True),
    Column("filled", Integer),
    Column("kind", _kind()),
    Column("company_name", String),
    Column("last_name", String),
    Column("full_name", String),
    Column("sort_name", String),
    *(Column(name, String) for name in SAID_OF_DEBTOR),
)

CONTACTS = _table(
    "import_contacts",
    Column("row", Integer),
    Column("public_id", String),
    Column("customer_number", String, index=True),
    Column("channel", _channel()),
    Column("value", String),
)
