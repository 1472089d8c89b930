"""A file of bank statements read, whatever the bank wrote: the format is told by how the file begins.

What is none of the formats of banks may be a table of payments.
"""

from collections.abc import Sequence
from datetime import date

from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.importing.tables import Limits
from invoices.statements import table
from invoices.statements.bank_files import (
    MOST_BYTES,
    looked_over,
    may_be_table,
    read_bank_file,
    require_short,
)
from invoices.statements.room import MOST_LINES
from invoices.statements.shapes import Statement

# A row above the headings, or without an amount, is no line.
_TABLE_LIMITS = Limits(
    bytes=MOST_BYTES, rows=2 * MOST_LINES, unpacked_bytes=5 * MOST_BYTES, used_cells=50 * MOST_LINES
)


def read_statements(
    content: bytes,
    *,
    today: date,
    currency: str,
    date_order: DateOrder | None = None,
    decimal_sign: DecimalSign | None = None,
) -> Sequence[Statement]:
    """Return the statements of a file, each looked over: it adds up, in one currency, up to `today`.

    The last three are for tables of payments, see `invoices.statements.table.read`.
    Refuses what cannot be read or trusted, by the refusals of `invoices.statements.refusals`, what reading
    a table refuses, and FileTooLarge. The same statement twice in one file is returned once.
    """
    require_short(content)
    if not may_be_table(content):
        return read_bank_file(content, today=today)
    found = table.read(
        content,
        limits=_TABLE_LIMITS,
        today=today,
        currency=currency,
        date_order=date_order,
        decimal_sign=decimal_sign,
    )
    return looked_over(found, today=today)
