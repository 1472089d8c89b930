"""Files made for a test: tables of text, workbooks, and workbooks no spreadsheet program would write."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import xlsxwriter

from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.matching import Matching, guess_columns
from invoices.importing.tables import DESK_LIMITS, Limits, Row, Table

HEADER = "Klantnummer;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
LINE = "20418;Bakkerij De Vlijt;2026/098;14-08-2026;13-09-2026;3.480,00"
FIXED = {"creditor": "Voltwerk", "currency": "EUR"}


def written(folder: Path, content: str | bytes, *, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    """Write a file and return where it is."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def opened(folder: Path, content: str | bytes, *, encoding: str = "utf-8", **limits: int) -> Table:
    """Write a file and open it as a table."""
    return open_table(path=written(folder, content, encoding=encoding), limits=replace(DESK_LIMITS, **limits))


def cells_of(table: Table) -> list[list[object]]:
    """Return the cells of all rows."""
    return [list(cells) for _, cells in table.rows()]


def matched(table: Table, kind: FileKind = FileKind.INVOICES_WITH_DEBTORS) -> Matching:
    """Match the columns as guessed, with a creditor and a currency for all rows where the file has none."""
    guessed = guess_columns(table=table, kind=kind)
    fixed = FIXED if kind != FileKind.DEBTORS else {}
    return Matching(
        kind, guessed, {name: text for name, text in fixed.items() if name not in guessed.values()}
    )


def workbook(folder: Path, rows: Sequence[Sequence[object]], *, dates: str = "dd-mm-yyyy") -> Path:
    """Write a workbook of one sheet with a spreadsheet library."""
    path = folder / "file.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": dates, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Blad1")
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                sheet.write(number, position, value)
    return path


_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relations(**targets: str) -> str:
    """Return a member of relations: type -> target."""
    lines = "".join(
        f'<Relationship Id="{kind}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def members(sheet_data: str, strings: str = "") -> dict[str, str]:
    """Return the members of the smallest workbook, with this inside its sheet."""
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        '<sheets><sheet name="A" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml"
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": sheet,
    }


def packed(folder: Path, content: Mapping[str, str | bytes]) -> Path:
    """Write a zip file with these members."""
    path = folder / "file.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def inline(place: str, text: str) -> str:
    """Return a cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows_read(path: Path, limits: Limits = DESK_LIMITS) -> list[Row]:
    """Return all rows of a file."""
    return list(open_table(path=path, limits=limits).rows())
