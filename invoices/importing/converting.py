"""Turn rows of text into typed values, fast: repeated values are converted once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.refusals import N_, Refusal
from invoices.importing.column_kinds import Column, Convert, Formats, Value
from invoices.importing.columns import COLUMNS
from invoices.importing.problems import Problems
from invoices.importing.row_rules import RowRefusal, RowRule
from invoices.importing.tables import Cell, Row

Converted: TypeAlias = tuple[int, list[Value]]

_MOST_REMEMBERED = 20_000


class ValueMissing(Refusal):
    """The cell is blank and the row cannot do without."""

    sentence = N_("This is missing.")


class RowTooLong(Refusal):
    """Text stands beyond the last header: a delimiter inside a text, most of the time."""

    sentence = N_("This row has more cells than the header. Is there a loose separator in a text?")


class ConvertersByContext(dict[Value, Convert]):
    """The row's country or currency -> its converter; a row that names none is read as `otherwise`."""

    __slots__ = ("_column", "_formats", "_needed", "_otherwise")

    def __init__(self, column: Column, formats: Formats, *, needed: bool, otherwise: str) -> None:
        super().__init__()
        self._column, self._formats, self._needed, self._otherwise = column, formats, needed, otherwise

    def __missing__(self, context: Value) -> Convert:
        self[context] = converter(
            self._column, self._formats, context=str(context or self._otherwise), needed=self._needed
        )
        return self[context]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A compiled matching of columns.

    `identifiers` name the values of a converted row, in order: first those of `independent` (file column and
    converter), then those of `dependent` (file column, place of the value it depends on, converters), then
    `constants`. `rules` check the whole row and may complete it.
    """

    identifiers: tuple[str, ...]
    width: int
    independent: tuple[tuple[int, Convert], ...]
    dependent: tuple[tuple[int, int, ConvertersByContext], ...]
    constants: tuple[Value, ...]
    rules: tuple[RowRule, ...]

    def rows(self, rows: Iterable[Row], problems: Problems) -> Iterator[Converted]:
        """Yield (row number, values) for each row without a problem; the others go to `problems`."""
        width, independent, dependent = self.width, self.independent, self.dependent
        constants, rules = self.constants, self.rules
        for number, cells in rows:
            try:
                if len(cells) > width:
                    raise RowTooLong
                values = [convert(cells[position]) for position, convert in independent]
                for position, context, converters in dependent:
                    values.append(converters[values[context]](cells[position]))
                values += constants
                for rule in rules:
                    rule(values)
            except Refusal as refusal:
                self._explain(number, cells, refusal, problems)
            else:
                yield number, values

    def _explain(self, number: int, cells: Sequence[Cell], refusal: Refusal, problems: Problems) -> None:
        """Note every cell of the row that is refused, not only the first; or what does not go together."""
        if isinstance(refusal, RowTooLong):
            problems.add(row=number, column="", refusal=refusal, found=str(cells[self.width]))
        elif isinstance(refusal, RowRefusal):
            column = COLUMNS[refusal.column]
            found = self._found(cells, refusal.column)
            problems.add(row=number, column=column.label, refusal=refusal, found=found)
        else:
            for identifier, said in self._refused(cells):
                found = self._found(cells, identifier)
                problems.add(row=number, column=COLUMNS[identifier].label, refusal=said, found=found)

    def _refused(self, cells: Sequence[Cell]) -> Iterator[tuple[str, Refusal]]:
        values: dict[int, Value] = {}
        for place, (position, convert) in enumerate(self.independent):
            try:
                values[place] = convert(cells[position])
            except Refusal as said:
                yield self.identifiers[place], said
        for place, (position, context, converters) in enumerate(self.dependent, start=len(self.independent)):
            # What depends on a refused currency or country cannot be judged.
            if context not in values:
                continue
            try:
                converters[values[context]](cells[position])
            except Refusal as said:
                yield self.identifiers[place], said

    def _found(self, cells: Sequence[Cell], identifier: str) -> str:
        positions = [step[0] for step in self.independent] + [step[0] for step in self.dependent]
        names = self.identifiers[: len(positions)]
        return str(cells[positions[names.index(identifier)]]) if identifier in names else ""


def converter(column: Column, formats: Formats, *, context: str, needed: bool) -> Convert:
    """Return a column's function from cell to value: blank is None, or `ValueMissing` where it is needed."""
    convert = column.prepare(formats, context)

    def convert_once(cell: Cell) -> Value:
        # This runs for every cell: of the ways to say it, the one with the fewest calls.
        if cell and (cell.__class__ is not str or not cell.isspace()) and (value := convert(cell)) != "":
            return value
        if needed:
            raise ValueMissing
        return None

    return _Remembered(convert_once).__getitem__ if column.repeats else convert_once


class _Remembered(dict[Cell, Value]):
    """Cell -> value, filled as cells come, up to a bound."""

    __slots__ = ("_convert",)

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Cell) -> Value:
        value = self._convert(cell)
        if len(self) < _MOST_REMEMBERED:
            self[cell] = value
        return value
