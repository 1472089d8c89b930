"""A ledger with months in front, zeros in front and no names is read without a question."""

import pytest

from invoices.importing.compiling import compile_conversion
from invoices.importing.dates import DateOrder
from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.problems import Problems
from invoices.importing.profiles import profile
from invoices.importing.tables import DESK_LIMITS
from tests.invoices.importing.made_files import matched
from tests.receivables import Receivables


@pytest.mark.parametrize("kind", [FileKind.INVOICES, FileKind.INVOICES_WITH_DEBTORS])
def test_a_ledger_is_read_without_a_question(receivables: Receivables, kind: FileKind) -> None:
    table = open_table(path=receivables.path, limits=DESK_LIMITS)
    matching = matched(table, kind)
    assert {table.header[position]: name for position, name in matching.columns.items()} == {
        "customerID": "customer_number",
        "invoiceNumber": "invoice_number",
        "InvoiceDate": "invoiced_on",
        "DueDate": "due_on",
        "InvoiceAmount": "amount",
    }
    found = profile(table=table, matching=matching)
    assert (found.rows, found.dates.choice) == (receivables.rows, DateOrder.MDY)
    formats = found.formats(country="NL", currency="EUR")
    conversion = compile_conversion(matching=matching, formats=formats, width=len(table.header))
    problems = Problems()
    rows = [
        dict(zip(conversion.identifiers, values, strict=True))
        for _, values in conversion.rows(table.rows(), problems)
    ]
    assert (len(rows), problems.count) == (receivables.rows, 0)
    assert len({row["customer_number"] for row in rows}) == receivables.customers
    assert any(str(row["invoice_number"]).startswith("0") for row in rows)
    assert (rows[0]["invoice_number"], rows[0]["invoiced_on"], rows[0]["amount"]) == receivables.first
