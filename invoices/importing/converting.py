"""Turn rows of text into typed values, fast: repeated values are converted once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias

from core.refusals import N_, Refusal
from invoices.importing.column_kinds import Column, Convert, ConvertAll, Formats, Value
from invoices.importing.columns import COLUMNS
from invoices.importing.problems import Problems
from invoices.importing.row_rules import Columns, RowRefusal, RowRule
from invoices.importing.tables import Cell, Row

Converted: TypeAlias = tuple[int, Sequence[Value]]
ToColumn: TypeAlias = Callable[[Sequence[Cell]], Sequence[Value]]

_MOST_REMEMBERED = 20_000
# So many rows are converted column by column; where one of them is special, all of them row by row.
_TOGETHER = 500


class ValueMissing(Refusal):
    """The cell is blank and the row cannot do without."""

    sentence = N_("This is missing.")


class RowTooLong(Refusal):
    """Text stands beyond the last header: a delimiter inside a text, most of the time."""

    sentence = N_("This row has more cells than the header. Is there a loose separator in a text?")


class Converter(NamedTuple):
    """A column's functions from cell to value, and from many cells to many values."""

    one: Convert
    all: ToColumn


class ConvertersByContext(dict[Value, Converter]):
    """The row's country or currency -> its converter; a row that names none is read as `otherwise`."""

    __slots__ = ("_column", "_formats", "_needed", "_otherwise")

    def __init__(self, column: Column, formats: Formats, *, needed: bool, otherwise: str) -> None:
        super().__init__()
        self._column, self._formats, self._needed, self._otherwise = column, formats, needed, otherwise

    def __missing__(self, context: Value) -> Converter:
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
    independent: tuple[tuple[int, Converter], ...]
    dependent: tuple[tuple[int, int, ConvertersByContext], ...]
    constants: tuple[Value, ...]
    rules: tuple[RowRule, ...]

    def rows(self, rows: Iterable[Row], problems: Problems) -> Iterator[Converted]:
        """Yield (row number, values) for each row without a problem; the others go to `problems`."""
        waiting = iter(rows)
        while together := list(islice(waiting, _TOGETHER)):
            columns = self._columns([cells for _, cells in together])
            if columns is not None and all(rule.all(columns) for rule in self.rules):
                yield from zip((number for number, _ in together), zip(*columns, strict=True), strict=True)
            else:
                yield from self._row_by_row(together, columns, problems)

    def _columns(self, rows: Sequence[Sequence[Cell]]) -> Columns | None:
        """Return the values of all rows, as columns; None when a cell is refused or a row is too long."""
        if any(len(cells) != self.width for cells in rows):
            return None
        cells = list(zip(*rows, strict=True))
        columns: Columns = []
        try:
            columns += [converter.all(cells[position]) for position, converter in self.independent]
            for position, place, converters in self.dependent:
                contexts, here = columns[place], cells[position]
                if len(set(contexts)) == 1:
                    columns.append(converters[contexts[0]].all(here))
                else:
                    pairs = zip(contexts, here, strict=True)
                    columns.append([converters[context].one(cell) for context, cell in pairs])
        except Refusal:
            return None
        return columns + [(value,) * len(rows) for value in self.constants]

    def _row_by_row(
        self, rows: Iterable[Row], columns: Columns | None, problems: Problems
    ) -> Iterator[Converted]:
        """Yield rows that a rule looks at one by one; without `columns` their cells are converted too."""
        converted = None if columns is None else zip(*columns, strict=True)
        for number, cells in rows:
            try:
                values = self._values(cells) if converted is None else list(next(converted))
                for rule in self.rules:
                    rule.one(values)
            except Refusal as refusal:
                self._explain(number, cells, refusal, problems)
            else:
                yield number, values

    def _values(self, cells: Sequence[Cell]) -> list[Value]:
        if len(cells) > self.width:
            raise RowTooLong
        values = [converter.one(cells[position]) for position, converter in self.independent]
        for position, context, converters in self.dependent:
            values.append(converters[values[context]].one(cells[position]))
        return [*values, *self.constants]

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
        for place, (position, converter) in enumerate(self.independent):
            try:
                values[place] = converter.one(cells[position])
            except Refusal as said:
                yield self.identifiers[place], said
        for place, (position, context, converters) in enumerate(self.dependent, start=len(self.independent)):
            # What depends on a refused currency or country cannot be judged.
            if context not in values:
                continue
            try:
                converters[values[context]].one(cells[position])
            except Refusal as said:
                yield self.identifiers[place], said

    def _found(self, cells: Sequence[Cell], identifier: str) -> str:
        positions = [step[0] for step in self.independent] + [step[0] for step in self.dependent]
        names = self.identifiers[: len(positions)]
        return str(cells[positions[names.index(identifier)]]) if identifier in names else ""


def converter(column: Column, formats: Formats, *, context: str, needed: bool) -> Converter:
    """Return a column's converter: blank is None, or `ValueMissing` where it is needed."""
    convert = column.prepare(formats, context)

    def one(cell: Cell) -> Value:
        # This runs for every cell: of the ways to say it, the one with the fewest calls.
        if cell and (cell.__class__ is not str or not cell.isspace()) and (value := convert(cell)) != "":
            return value
        if needed:
            raise ValueMissing
        return None

    if column.repeats:
        remembered = _Remembered(one).__getitem__
        return Converter(remembered, lambda cells: list(map(remembered, cells)))
    if column.prepare_all is None:
        return Converter(one, lambda cells: list(map(one, cells)))
    return Converter(one, _together(one, column.prepare_all(formats, context), needed=needed))


def _together(one: Convert, convert_all: ConvertAll, *, needed: bool) -> ToColumn:
    def every(cells: Sequence[Cell]) -> Sequence[Value]:
        values = convert_all(cells)
        if values is None:
            return list(map(one, cells))
        if "" not in values:
            return values
        if needed:
            raise ValueMissing
        return [None if value == "" else value for value in values]

    return every


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
