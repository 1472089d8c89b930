"""A file of bank statements read, whatever the bank wrote: the format is told by how the file begins."""

import re
from collections.abc import Sequence
from datetime import date

from invoices.importing.refusals import FileTooLarge
from invoices.statements import camt, coda, swift
from invoices.statements.refusals import NotAStatement, StatementCutOff, TooManyLines, TooManyStatements
from invoices.statements.shapes import Statement, check

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
# All of a file is booked in one transaction, and SQLite has one writer.
MOST_LINES, MOST_STATEMENTS = 5_000, 1_000
_MT940 = re.compile(r"^:20:", re.MULTILINE)


def read_statements(content: bytes, *, today: date) -> Sequence[Statement]:
    """Return the statements of a file, each looked over: it adds up, in one currency, up to `today`.

    Refuses what cannot be read or trusted, by the refusals of `invoices.statements.refusals`, and
    FileTooLarge. The same statement twice in one file is returned once.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // MEGABYTE)
    statements = list(dict.fromkeys(_read(content)))
    if sum(len(statement.lines) for statement in statements) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    if len(statements) > MOST_STATEMENTS:
        raise TooManyStatements(most=MOST_STATEMENTS)
    for statement in statements:
        check(statement, today=today)
    return statements


def _read(content: bytes) -> list[Statement]:
    if content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<":
        return camt.read(content)
    if b"\0" in content:
        raise NotAStatement
    text = _decoded(content)
    if coda.HEADER.match(text):
        return coda.read(text)
    if not _MT940.search(text):
        raise NotAStatement
    if ":25:" not in text:
        raise StatementCutOff
    return swift.read(text)


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8 where it is that, else the alphabet of western Windows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
