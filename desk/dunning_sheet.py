"""The skipped invoices of a run as a CSV file that opens in any spreadsheet."""

import csv
from io import StringIO

from flask_babel import gettext

from core.money import Money
from desk import dunning_words
from dunning.models import DunningRun
from dunning.run_page import SkipRow, all_skips_of

# A cell that begins like this is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


def sheet_of(run: DunningRun) -> str:
    """Return the file's text: a byte order mark for Excel, one line of names, one line for each invoice."""
    written = StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    lines = csv.writer(written, delimiter=";")
    lines.writerow(
        (
            gettext("Invoice"),
            gettext("Customer number"),
            gettext("Name"),
            gettext("Due"),
            gettext("Open"),
            gettext("Currency"),
            gettext("Why it was skipped"),
            gettext("More"),
        )
    )
    for row in all_skips_of(run=run):
        lines.writerow([safe(cell) for cell in _cells(row)])
    return written.getvalue()


def safe(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula: with an apostrophe before it."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cells(row: SkipRow) -> tuple[str, ...]:
    return (
        row.number,
        row.customer_number,
        row.debtor_name,
        row.due_on.isoformat(),
        str(Money(row.amount_open, row.currency).amount),
        row.currency,
        dunning_words.reason(row.reason),
        row.detail,
    )
