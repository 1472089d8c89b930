"""CSV files: which encoding, which delimiter, and the rows as a stream."""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO, cast

from invoices.importing.refusals import (
    CellTooLong,
    EncodingWrong,
    FileIsEmpty,
    FileUnreadable,
    QuotesDoNotMatch,
    TooManyColumns,
    TooManyRows,
)
from invoices.importing.tables import SAMPLE_ROWS, Cell, Layout, Limits, Row, fitted, header_names

DELIMITERS = (";", ",", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "iso8859-15", "cp850", "mac_roman", "utf-16")

# UTF-32 comes first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 256 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
_LINES_TO_JUDGE = 50


@dataclass(frozen=True, slots=True)
class DelimitedTable:
    """A CSV file on disk."""

    path: Path
    limits: Limits
    header: tuple[str, ...]
    sample: tuple[Row, ...]
    layout: Layout

    def rows(self) -> Iterator[Row]:
        """Yield all rows below the header; refuses as soon as one breaks a limit or the quotes."""
        records = _records(self.path, self.layout, self.limits)
        next(records)
        width = len(self.header)
        for number, cells in records:
            yield number, cells if len(cells) == width else fitted(cells, width)

    def last_row(self) -> list[Cell]:
        """Return the cells of the last row as they are written: fewer than the header has where it stops."""
        ((_, cells),) = deque(_records(self.path, self.layout, self.limits), maxlen=1)
        return cells


def open_delimited(
    *, path: Path, limits: Limits, encoding: str | None = None, delimiter: str | None = None
) -> DelimitedTable:
    """Return the table of a CSV file.

    Encoding: that of its byte order mark, else UTF-8 if all of the file is, else Windows-1252. The whole file
    is looked at once, in pieces. Delimiter: named in a first line `sep=;`, else the one that cuts the first
    lines into the same number of cells. Refuses NUL, lines without end, and unreadable letters.
    """
    encoding = _encoding_of(path, encoding)
    delimiter = delimiter or _delimiter_of(path, encoding)
    layout = Layout(form="csv", encoding=encoding, delimiter=delimiter)
    records = _records(path, layout, limits)
    first = next(records, None)
    if first is None:
        raise FileIsEmpty
    header = header_names(first[1])
    table = DelimitedTable(path=path, limits=limits, header=header, sample=(), layout=layout)
    sample = tuple(islice(table.rows(), SAMPLE_ROWS))
    if not sample:
        raise FileIsEmpty(header=header)
    return DelimitedTable(path=path, limits=limits, header=header, sample=sample, layout=layout)


def _encoding_of(path: Path, chosen: str | None) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if encoding := chosen or marked:
        encoding = "utf-8-sig" if encoding == "utf-8" and marked == "utf-8-sig" else encoding
        if not _fits(path, encoding):
            raise EncodingWrong(encoding=encoding)
        return encoding
    for encoding in ("utf-8", "cp1252"):
        if _fits(path, encoding):
            return encoding
    raise FileUnreadable


def _fits(path: Path, encoding: str) -> bool:
    """Tell whether all bytes can be read so; refuses NUL and a line that would not fit in memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    unfinished = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
            if "\0" in text:
                raise FileUnreadable
            end = max(text.rfind("\n"), text.rfind("\r"))
            unfinished = unfinished + len(text) if end < 0 else len(text) - end
            if unfinished > _LONGEST_LINE:
                raise FileUnreadable
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line in islice(file, _LINES_TO_JUDGE) if line.strip()]
    if not lines:
        raise FileIsEmpty
    if declared := _declared_delimiter(lines[0]):
        return declared
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _declared_delimiter(line: str) -> str | None:
    name, _, rest = line.rstrip("\r\n").partition("=")
    return rest if name.strip().lower() == "sep" and rest in DELIMITERS else None


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return how many of the lines have the header's number of cells, and that number."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] == 1:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _records(path: Path, layout: Layout, limits: Limits) -> Iterator[Row]:
    """Yield the rows that hold something, header included, with their numbers."""
    most, longest, number, found = limits.columns, limits.cell_characters, 0, 0
    with path.open(encoding=layout.encoding, newline="") as file:
        reader = csv.reader(_after_declaration(file), delimiter=cast(str, layout.delimiter), strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                line = "".join(cells)
                if not line or line.isspace():
                    continue
                if len(cells) > most and any(cells[most:]):
                    raise TooManyColumns(most=most)
                if len(line) > longest and len(max(cells, key=len)) > longest:
                    raise CellTooLong(row=number, most=longest)
                found += 1
                if found > limits.rows + 1:
                    raise TooManyRows(most=limits.rows)
                yield number, cast(list[Cell], cells)
        except csv.Error as error:
            # A cell beyond the csv module's own limit, which is above ours, or quotes that never end.
            if "field limit" in str(error):
                raise CellTooLong(row=number + 1, most=longest) from error
            raise QuotesDoNotMatch(row=number + 1) from error


def _after_declaration(file: TextIO) -> TextIO:
    if not _declared_delimiter(file.readline()):
        file.seek(0)
    return file
