"""The rows that count here: those that come with the portal, and those the operator added or corrected."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.law import holidays, hours
from core.law.rows import UNION, Book, LawMisread, Row, rows_of

SHIPPED = Path(__file__).with_name("countries")
# Any that is no leap year: a day that it lacks is no day of every year.
A_YEAR = 2001
# One for the whole process, set when it starts: what the law says does not differ by organisation.
_FOLDERS: list[Path | None] = [None]


@cache
def shipped() -> Book:
    """Return the book as it comes with the portal."""
    rows: list[Row] = []
    members: frozenset[str] = frozenset()
    for path in sorted(SHIPPED.glob("*.toml")):
        document = _read(path)
        rows += rows_of(path.stem.upper(), document)
        if path.stem.upper() == UNION:
            members = frozenset(document["members"])
    return _checked(Book(tuple(rows), members))


@cache
def book(folder: Path | None = None) -> Book:
    """Return the shipped book, amended by the files `nl.toml`, `be.toml` ... of the operator's folder.

    A row there with a known id takes the place of the shipped one. Raises LawMisread, or OSError when the
    folder cannot be read.
    """
    if folder is None:
        return shipped()
    if not folder.is_dir():
        raise LawMisread(f"{folder} is not a folder.")
    return _checked(
        shipped().amended(
            row for path in sorted(folder.glob("*.toml")) for row in rows_of(path.stem.upper(), _read(path))
        )
    )


def use(folder: Path | None) -> None:
    """Let this process count by the shipped rows and those of the operator's folder. Raises as `book`."""
    book(folder)
    _FOLDERS[:] = [folder]


def in_force() -> Book:
    """Return the book this process counts by."""
    return book(_FOLDERS[0])


def _checked(found: Book) -> Book:
    """Return the book, if its hours and holidays can be read: else no message would ever find its moment."""
    for row in found.rows:
        if row.rule == hours.RULE:
            hours.hours_of(row)
        elif row.rule == holidays.RULE:
            list(holidays.days_of(row, A_YEAR))
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise LawMisread(f"{path.name}: {error}") from error
