"""Open a file of a table, whatever its form."""

from pathlib import Path

from invoices.importing import delimited, workbooks
from invoices.importing.refusals import FileIsEmpty, FileTooLarge, WrongKindOfFile
from invoices.importing.tables import MEGABYTE, Limits, Table

# Old Excel and locked .xlsx, PDF, gzip, 7z, rar, PNG, JPEG, GIF. "<" begins HTML and XML.
_FOREIGN = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"<",
    b"\xef\xbb\xbf<",
)


def open_table(
    *, path: Path, limits: Limits, encoding: str | None = None, delimiter: str | None = None
) -> Table:
    """Return the table in the file: .xlsx or CSV, told by its first bytes and not by its name.

    `encoding` and `delimiter` (of `delimited.ENCODINGS`, `delimited.DELIMITERS`) overrule the guess.
    Refuses what `invoices.importing.refusals` names. Each call of `rows()` reads the rows again.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileIsEmpty
    if size > limits.bytes:
        raise FileTooLarge(most=limits.bytes // MEGABYTE)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return workbooks.open_workbook(path=path, limits=limits)
    if start.startswith(_FOREIGN):
        raise WrongKindOfFile
    return delimited.open_delimited(path=path, limits=limits, encoding=encoding, delimiter=delimiter)
