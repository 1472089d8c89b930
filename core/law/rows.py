"""Rows of law: a number or a list with its country, its segment, its days and its source. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.refusals import N_, Refusal

UNION = "EU"
# What counts in countries that have no row of their own, for the rules that say something everywhere.
ANYWHERE = "ANY"
_OF_EVERY_ROW = ("id", "rule", "segments", "valid_from", "valid_to", "status", "source", "seen")


class Segment(StrEnum):
    """Whom the law protects how far."""

    CONSUMER = "B2C"
    BUSINESS = "B2B"


class Status(StrEnum):
    """`unsure` was not found in a source: the row is there to be checked, and has no effect."""

    SURE = "sure"
    UNSURE = "unsure"


class LawSilent(Refusal):
    """No row that is switched on says anything: nothing may be charged on our own guess."""

    sentence = N_("The portal knows no rule of law for this (%(rule)s, %(country)s, %(on)s).")


class LawMisread(ValueError):
    """A file of rows is wrong. The text names the row, for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Amounts up to and including `up_to`: a fixed sum, or a percentage of what lies in it."""

    up_to: Decimal | None
    fixed: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of one country from one day to another, both included; `valid_to` None means still."""

    id: str
    rule: str
    country: str
    segments: frozenset[Segment]
    valid_from: date
    valid_to: date | None
    status: Status
    source: str
    seen: str
    values: Mapping[str, Any]

    def number(self, name: str) -> Decimal:
        """Return a number of the row, exact."""
        return Decimal(self.values[name])

    def whole(self, name: str) -> int:
        """Return a whole number of the row, such as days."""
        return int(self.values[name])

    def text(self, name: str) -> str:
        """Return a word of the row, such as its currency."""
        return str(self.values[name])

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of words of the row."""
        return tuple(self.values[name])

    def slices(self) -> tuple[Slice, ...]:
        """Return the row's scale, lowest first; the last slice has no end."""
        return tuple(_slice(values) for values in self.values["slices"])

    def is_dated(self, on: date) -> bool:
        """Return whether the day is one of the row's."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def holds(self, *, country: str, segment: Segment, on: date) -> bool:
        """Return whether the row is the law there, for them, on that day."""
        return self.country == country and segment in self.segments and self.is_dated(on)


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """All rows, and which countries share those of the European Union.

    A book is itself and no other, so that what is worked out from one can be kept.
    """

    rows: tuple[Row, ...]
    members: frozenset[str]

    def find(self, rule: str, *, country: str, segment: Segment, on: date, **marks: str) -> Row | None:
        """Return the row of a rule that is switched on and in force on the day; None when the law is silent.

        `marks` pick one of several, such as `channel="letter"`. Without a row of its own, a member state has
        the one of the Union.
        """
        for place in (country, UNION) if country in self.members else (country,):
            for row in self.rows:
                if (
                    row.rule == rule
                    and row.status is Status.SURE
                    and row.holds(country=place, segment=segment, on=on)
                    and all(row.values.get(name) == value for name, value in marks.items())
                ):
                    return row
        return None

    def every(self, rule: str, *, country: str) -> tuple[Row, ...]:
        """Return the rows of a rule for consumers that are switched on, of whatever days; those of `ANYWHERE`
        where the country has none."""
        for place in (country, ANYWHERE):
            found = tuple(row for row in self.rows if row.rule == rule and row.country == place)
            switched_on = tuple(
                row for row in found if row.status is Status.SURE and Segment.CONSUMER in row.segments
            )
            if switched_on:
                return switched_on
        return ()

    def row(self, rule: str, *, country: str, segment: Segment, on: date, **marks: str) -> Row:
        """Return the row as `find` does. Raises LawSilent where it finds none."""
        found = self.find(rule, country=country, segment=segment, on=on, **marks)
        if found is None:
            raise LawSilent(rule=rule, country=country, on=on.isoformat())
        return found

    def amended(self, others: Iterable[Row]) -> "Book":
        """Return the book with other rows besides; one with a known id takes that row's place."""
        rows = {row.id: row for row in self.rows} | {row.id: row for row in others}
        book = Book(tuple(rows.values()), self.members)
        _keep_apart(book.rows)
        return book


def segment_of(*, is_company: bool | None) -> Segment:
    """Return the segment of a debtor; nobody knows (None) means a consumer, who is protected best."""
    return Segment.BUSINESS if is_company else Segment.CONSUMER


def rows_of(country: str, document: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of one country's file, read with decimals. Raises LawMisread."""
    rows = tuple(_row(country, values) for values in document.get("rows", ()))
    _keep_apart(rows)
    return rows


def _row(country: str, values: Mapping[str, Any]) -> Row:
    name = str(values.get("id", "a row without an id"))
    try:
        row = Row(
            id=values["id"],
            rule=values["rule"],
            country=country,
            segments=frozenset(Segment(each) for each in values["segments"]),
            valid_from=values["valid_from"],
            valid_to=values.get("valid_to"),
            status=Status(values["status"]),
            source=values["source"],
            seen=values["seen"],
            values=MappingProxyType({key: each for key, each in values.items() if key not in _OF_EVERY_ROW}),
        )
    except (KeyError, ValueError) as error:
        raise LawMisread(f"{name}: {error}") from error
    if not row.segments or not row.source:
        raise LawMisread(f"{name}: a row says for whom it is and where it stands.")
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise LawMisread(f"{name}: it ends before it begins.")
    return row


def _slice(values: Mapping[str, Any]) -> Slice:
    up_to = values.get("up_to")
    fixed, percent = (Decimal(values.get(name, 0)) for name in ("fixed", "percent"))
    return Slice(None if up_to is None else Decimal(up_to), fixed, percent)


def _keep_apart(rows: Iterable[Row]) -> None:
    """Refuse two rows that are switched on and say the same thing for the same people on the same day."""
    seen: list[Row] = []
    for row in rows:
        for other in seen:
            if row.id == other.id or (_says_the_same(row, other) and _overlap(row, other)):
                raise LawMisread(f"{row.id}: it says what {other.id} says.")
        seen.append(row)


def _says_the_same(row: Row, other: Row) -> bool:
    marks = [(one.rule, one.country, *map(one.values.get, ("channel", "kind"))) for one in (row, other)]
    both_on = row.status is other.status is Status.SURE
    return both_on and marks[0] == marks[1] and bool(row.segments & other.segments)


def _overlap(row: Row, other: Row) -> bool:
    return row.valid_from <= (other.valid_to or date.max) and other.valid_from <= (row.valid_to or date.max)
