"""The formats of bank statements that are read."""

from enum import StrEnum


class StatementFormat(StrEnum):
    """How the bank wrote it; a table is a CSV file or workbook of payments, without balances."""

    CAMT053 = "camt053"
    MT940 = "mt940"
    CODA = "coda"
    TABLE = "table"
