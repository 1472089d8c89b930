"""The table of all columns a file may have, by identifier, in the order in which they are offered."""

from collections.abc import Mapping

from invoices.importing.column_kinds import Column
from invoices.importing.columns_of_debtors import HOW_REACHED, WHO_OWES
from invoices.importing.columns_of_invoices import WHAT_IS_OWED

COLUMNS: Mapping[str, Column] = {
    column.identifier: column for column in (*WHO_OWES, *HOW_REACHED, *WHAT_IS_OWED)
}
