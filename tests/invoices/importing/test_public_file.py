"""A public file of 2,466 receivables: months in front, zeros in front, no names. Only where it is at hand."""

from datetime import date
from pathlib import Path

import pytest

from invoices.importing.compiling import compile_conversion
from invoices.importing.dates import DateOrder
from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.problems import Problems
from invoices.importing.profiles import profile
from invoices.importing.tables import DESK_LIMITS
from tests.invoices.importing.made_files import matched

FILE = Path(__file__).parents[4] / "shared" / "data" / "accounts-receivable.csv"


@pytest.mark.skipif(not FILE.exists(), reason="the public file is not at hand")
@pytest.mark.parametrize("kind", [FileKind.INVOICES, FileKind.INVOICES_WITH_DEBTORS])
def test_the_public_file_is_read_without_a_question(kind: FileKind) -> None:
    table = open_table(path=FILE, limits=DESK_LIMITS)
    matching = matched(table, kind)
    assert {table.header[position]: name for position, name in matching.columns.items()} == {
        "customerID": "customer_number",
        "invoiceNumber": "invoice_number",
        "InvoiceDate": "invoiced_on",
        "DueDate": "due_on",
        "InvoiceAmount": "amount",
    }
    found = profile(table=table, matching=matching)
    assert (found.rows, found.dates.choice) == (2_466, DateOrder.MDY)
    formats = found.formats(country="NL", currency="EUR")
    conversion = compile_conversion(matching=matching, formats=formats, width=len(table.header))
    problems = Problems()
    rows = [
        dict(zip(conversion.identifiers, values, strict=True))
        for _, values in conversion.rows(table.rows(), problems)
    ]
    assert (len(rows), problems.count) == (2_466, 0)
    assert len({row["customer_number"] for row in rows}) == 100
    assert (rows[0]["invoice_number"], rows[0]["invoiced_on"], rows[0]["amount"]) == (
        "0000611365",
        date(2013, 1, 2),
        5594,
    )
