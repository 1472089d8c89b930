"""A file of statements as banks write them: the format is told by how the file begins.

It is read in a process of its own (see `reading_apart`), which is why as little as possible is imported here.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from invoices.importing.delimited import DELIMITERS
from invoices.importing.refusals import FileTooLarge
from invoices.statements import camt, coda, swift
from invoices.statements.refusals import NotAStatement, StatementCutOff, TooManyLines, TooManyStatements
from invoices.statements.room import MOST_LINES, MOST_STATEMENTS
from invoices.statements.shapes import Statement, check

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
_MT940 = re.compile(r"^:20:", re.MULTILINE)


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


def read_bank_file(content: bytes, *, today: date) -> Sequence[Statement]:
    """Return the statements of a file that is no table, looked over.

    Refuses what cannot be read or trusted, by the refusals of `invoices.statements.refusals`.
    """
    return looked_over(_read(content), today=today)


def looked_over(found: Iterable[Statement], *, today: date) -> Sequence[Statement]:
    """Return these statements, the same one once, each of which adds up, in one currency, up to `today`.

    Refuses what `invoices.statements.shapes.check` refuses, TooManyLines and TooManyStatements.
    """
    statements = list(dict.fromkeys(found))
    if sum(len(statement.lines) for statement in statements) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    if len(statements) > MOST_STATEMENTS:
        raise TooManyStatements(most=MOST_STATEMENTS)
    for statement in statements:
        check(statement, today=today)
    return statements


def write_statements(arguments: Sequence[str]) -> None:
    """Write the statements that come from the standard input to the standard output, as JSON.

    The argument is the day. Refuses what `read_bank_file` refuses.
    """
    (today,) = arguments
    found = read_bank_file(sys.stdin.buffer.read(), today=date.fromisoformat(today))
    json.dump([asdict(one) for one in found], sys.stdout, default=date.isoformat)


def _read(content: bytes) -> list[Statement]:
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
