"""The skipped invoices of a run as a CSV file that opens in any spreadsheet."""

import csv
from collections.abc import Iterable
from io import StringIO

from flask_babel import gettext

from core.money import Money
from core.texts import without_formula
from desk import dunning_words
from dunning.models import DunningRun
from dunning.run_page import SkipRow, all_skips_of

BYTE_ORDER_MARK = "\ufeff"


def sheet_of(run: DunningRun) -> str:
    """Return the file's text for all skipped invoices of a run."""
    return written_sheet(all_skips_of(run=run))


def written_sheet(rows: Iterable[SkipRow]) -> str:
    """Return a file's text: a byte order mark for Excel, one line of names, one line for each invoice."""
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
    for row in rows:
        lines.writerow([without_formula(cell) for cell in _cells(row)])
    return written.getvalue()


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
