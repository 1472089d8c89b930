"""Which column of the file is which: guessed from the headers and the first rows, decided by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.refusals import N_, Refusal
from invoices.importing.column_kinds import Column
from invoices.importing.columns import COLUMNS
from invoices.importing.kinds import NEEDED, FileKind
from invoices.importing.spellings import plain
from invoices.importing.tables import Cell, Table

# Behind a header often stands a unit or a count: "Bedrag (EUR)", "Montant [€]", "Amount in EUR".
_UNIT = re.compile(r"\s*(?:[(\[].*[)\]]|\b(?:in|en) (?:EUR|NOK|€))\s*$", re.IGNORECASE)


class ColumnsMissing(Refusal):
    """No column and no fixed value for something every row must have."""

    sentence = N_("Choose a column for: %(columns)s.")

    def __init__(self, *, missing: tuple[tuple[str, ...], ...]) -> None:
        self.missing = missing
        super().__init__(columns=", ".join(COLUMNS[group[0]].label for group in missing))


class ColumnTwice(Refusal):
    """Two columns of the file, or a column and a fixed value, go to the same place."""

    sentence = N_("You chose %(column)s twice.")


class ColumnUnknown(Refusal):
    """The column is not one of this kind of file, or not in the file."""

    sentence = N_("This file has no such column.")


@dataclass(frozen=True, slots=True)
class Matching:
    """The decision: file column position -> identifier of `COLUMNS`, and fixed values for all rows."""

    kind: FileKind
    columns: Mapping[int, str]
    fixed: Mapping[str, str] = field(default_factory=dict)

    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of columns of which every row needs one, and none is here."""
        here = {*self.columns.values(), *(name for name, value in self.fixed.items() if value.strip())}
        return tuple(group for group in NEEDED[self.kind] if not here.intersection(group))

    def check(self, *, width: int) -> None:
        """Refuse `ColumnUnknown`, `ColumnTwice` or `ColumnsMissing`; the file has `width` columns."""
        allowed = {column.identifier for column in columns_of(self.kind)}
        chosen = [*self.columns.values(), *self.fixed]
        if not allowed.issuperset(chosen) or any(not 0 <= position < width for position in self.columns):
            raise ColumnUnknown
        for identifier in chosen:
            if chosen.count(identifier) > 1:
                raise ColumnTwice(column=COLUMNS[identifier].label)
        if missing := self.missing():
            raise ColumnsMissing(missing=missing)


def columns_of(kind: FileKind) -> tuple[Column, ...]:
    """Return the columns a kind of file may have, in the order in which they are offered."""
    return tuple(column for column in COLUMNS.values() if kind in column.kinds)


def guess_columns(*, table: Table, kind: FileKind) -> Mapping[int, str]:
    """Return file column position -> column identifier, see `guess_among`, of those of this kind of file."""
    sample = [cells for _, cells in table.sample]
    return guess_among(columns_of(kind), header=table.header, sample=sample)


def guess_among(
    columns: Sequence[Column], *, header: Sequence[str], sample: Sequence[Sequence[Cell]]
) -> Mapping[int, str]:
    """Return file column position -> column identifier, for headers that are known and values that fit them.

    A header alone is not enough: a `countryCode` full of 391 and 406 is left for a person to decide. Each
    column is given once, to the first header that fits.
    """
    guessed: dict[int, str] = {}
    for position, name in enumerate(header):
        values = [cells[position] for cells in sample if str(cells[position]).strip()]
        candidates = [column for column in columns if column.identifier not in guessed.values()]
        if best := _best(_named(name, candidates), values):
            guessed[position] = best.identifier
    return guessed


def is_called(names: frozenset[str], header: str) -> bool:
    """Return whether a header, with or without a unit behind it, is one of these names (as of `Column`)."""
    return not names.isdisjoint((plain(header), plain(_UNIT.sub("", header))))


def _named(header: str, candidates: Sequence[Column]) -> list[Column]:
    for name in (plain(header), plain(_UNIT.sub("", header))):
        if found := [column for column in candidates if name in column.headers]:
            return found
    return []


def _best(named: list[Column], values: Sequence[Cell]) -> Column | None:
    def share(column: Column) -> float:
        return sum(column.fits(value) for value in values) / len(values) if values else 1.0

    best = max(named, key=share, default=None)
    return best if best and share(best) > 0 else None
