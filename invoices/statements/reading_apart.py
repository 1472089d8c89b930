"""Statements from outside, read in a process of its own: no file takes the portal along."""

import json
import tempfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import structlog

from core.apart import MEGABYTE, Allowance, NotDone, do_apart
from core.disk import room
from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.statements.bank_files import may_be_table, require_short, write_statements
from invoices.statements.formats import StatementFormat
from invoices.statements.reading import read_statements
from invoices.statements.refusals import NotAStatement
from invoices.statements.shapes import Line, Statement

log = structlog.get_logger()
# The largest file within the limits takes a tenth of the time, and half of the memory.
ALLOWANCE = Allowance(cpu_seconds=30, memory=384 * MEGABYTE, written=64 * MEGABYTE)


def read_statements_apart(
    content: bytes,
    *,
    today: date,
    currency: str,
    date_order: DateOrder | None = None,
    decimal_sign: DecimalSign | None = None,
) -> Sequence[Statement]:
    """Return the statements of a file. Refuses what `reading.read_statements` refuses, and TooMuchWork.

    A table is read here, by our own code; what opens workbooks is a process of its own.
    """
    require_short(content)
    if may_be_table(content):
        return read_statements(
            content, today=today, currency=currency, date_order=date_order, decimal_sign=decimal_sign
        )
    with room(), tempfile.TemporaryFile() as written:
        try:
            do_apart(
                write_statements,
                today.isoformat(),
                allowance=ALLOWANCE,
                into=written,
                given=content,
            )
        except NotDone as error:
            # Its words may hold what stands in the file.
            log.warning("statements not read", why=str(error).partition(":")[0])
            raise NotAStatement from error
        written.seek(0)
        return [_statement(one) for one in json.load(written)]


def _statement(said: dict[str, Any]) -> Statement:
    lines = tuple(
        Line(**line | {"booked_on": date.fromisoformat(line["booked_on"])}) for line in said["lines"]
    )
    return Statement(
        **said
        | {
            "format": StatementFormat(said["format"]),
            "closed_on": date.fromisoformat(said["closed_on"]),
            "lines": lines,
        }
    )
