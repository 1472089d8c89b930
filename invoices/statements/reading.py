"""A file of bank statements read, whatever the bank wrote: the format is told by how the file begins.

What is none of the formats of banks may be a table of payments.
"""

import re
from collections.abc import Sequence
from datetime import date

from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.importing.delimited import DELIMITERS
from invoices.importing.refusals import FileTooLarge
from invoices.importing.tables import Limits
from invoices.statements import camt, coda, swift, table
from invoices.statements.refusals import NotAStatement, StatementCutOff, TooManyLines, TooManyStatements
from invoices.statements.room import MOST_LINES, MOST_STATEMENTS
from invoices.statements.shapes import Statement, check

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
# A row above the headings, or without an amount, is no line.
_TABLE_LIMITS = Limits(
    bytes=MOST_BYTES, rows=2 * MOST_LINES, unpacked_bytes=5 * MOST_BYTES, used_cells=50 * MOST_LINES
)
_MT940 = re.compile(r"^:20:", re.MULTILINE)


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
    found = _read(content)
    if found is None:
        found = table.read(
            content,
            limits=_TABLE_LIMITS,
            today=today,
            currency=currency,
            date_order=date_order,
            decimal_sign=decimal_sign,
        )
    statements = list(dict.fromkeys(found))
    if sum(len(statement.lines) for statement in statements) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    if len(statements) > MOST_STATEMENTS:
        raise TooManyStatements(most=MOST_STATEMENTS)
    for statement in statements:
        check(statement, today=today)
    return statements


def require_short(content: bytes) -> None:
    """Refuse FileTooLarge."""
    if len(content) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // MEGABYTE)


def may_be_table(content: bytes) -> bool:
    """Return whether the file is in none of the formats of banks. Refuses NotAStatement."""
    if _is_xml(content):
        return False
    text = _text(content)
    if coda.HEADER.match(text) or _MT940.search(text):
        return False
    if not any(delimiter.encode() in content for delimiter in DELIMITERS):
        raise NotAStatement
    return True


def _read(content: bytes) -> list[Statement] | None:
    """Return the statements in a format of banks, None for what may be a table."""
    if may_be_table(content):
        return None
    if _is_xml(content):
        return camt.read(content)
    text = _text(content)
    if coda.HEADER.match(text):
        return coda.read(text)
    if ":25:" not in text:
        raise StatementCutOff
    return swift.read(text)


def _is_xml(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<"


def _text(content: bytes) -> str:
    # Formats of banks have no NUL; a workbook does, and what spreadsheet programs call Unicode text.
    return "" if b"\0" in content else _decoded(content)


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8 where it is that, else the alphabet of western Windows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
