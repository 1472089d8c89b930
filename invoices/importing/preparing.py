"""From a file and what was decided about it to a conversion of its rows."""

from dataclasses import dataclass
from pathlib import Path

from invoices.importing.choices import Choices
from invoices.importing.column_kinds import Formats
from invoices.importing.compiling import compile_conversion
from invoices.importing.converting import Conversion
from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.matching import Matching, guess_columns
from invoices.importing.profiles import Profile, profile
from invoices.importing.tables import Limits, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file as it is read now, and its columns as they are matched now; nothing was refused yet."""

    table: Table
    guessed: dict[int, str]
    matching: Matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file whose rows can be converted. `says_open` tells whether it says what is open, or only amounts."""

    table: Table
    matching: Matching
    formats: Formats
    conversion: Conversion

    @property
    def says_open(self) -> bool:
        """Whether a column says what is open or paid."""
        return bool({"amount_open", "amount_paid"}.intersection(self.matching.columns.values()))


def open_file(*, path: Path, kind: FileKind, choices: Choices, limits: Limits) -> Opened:
    """Read the beginning of a file. Refuses what `files.open_table` refuses."""
    table = open_table(path=path, limits=limits, encoding=choices.encoding, delimiter=choices.delimiter)
    return _matched(table, kind, choices)


def opened_anew(*, opened: Opened, path: Path, kind: FileKind, choices: Choices, limits: Limits) -> Opened:
    """Return a file as it is read with other choices: it is read again only where these say how.

    Refuses what `files.open_table` refuses.
    """
    if choices.encoding or choices.delimiter:
        return open_file(path=path, kind=kind, choices=choices, limits=limits)
    return _matched(opened.table, kind, choices)


def _matched(table: Table, kind: FileKind, choices: Choices) -> Opened:
    guessed = dict(guess_columns(table=table, kind=kind))
    matching = choices.matching(table=table, kind=kind, guessed=guessed)
    return Opened(table=table, guessed=guessed, matching=matching)


def look_through(*, opened: Opened) -> Profile:
    """Read all rows to find out how dates and amounts are written. Refuses `Matching.check`, broken files."""
    opened.matching.check(width=len(opened.table.header))
    return profile(table=opened.table, matching=opened.matching)


def prepare(*, opened: Opened, formats: Formats) -> Prepared:
    """Compile the conversion of the rows. Refuses what `compile_conversion` refuses."""
    conversion = compile_conversion(matching=opened.matching, formats=formats, width=len(opened.table.header))
    return Prepared(table=opened.table, matching=opened.matching, formats=formats, conversion=conversion)
