"""Look into an .xlsx file before a spreadsheet library does: sizes, names and used area, in bounded memory.

The limits are those of OWASP ASVS 5.0, 5.2.3 (a packed file's unpacked size and number of members).
"""

import re
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from invoices.importing.refusals import (
    CellTooLong,
    FileProtected,
    FileSuspect,
    FileTooLarge,
    FileUnreadable,
    TooManyCells,
    TooManyColumns,
    TooManyRows,
    WrongKindOfFile,
)
from invoices.importing.tables import MEGABYTE, Limits

_CHUNK = 256 * 1024
_HEADER_BYTES = 30
_SMALL = 1 * MEGABYTE
_PLACE = re.compile(r"([A-Z]{1,4})([0-9]{1,10})")
_XML_ENDINGS = (".xml", ".rels")


def guard(*, path: Path, limits: Limits) -> None:
    """Refuse a workbook that is not one, or whose members, sizes or used area are beyond the limits.

    Neither the directory's sizes nor a sheet's `<dimension>` are believed: members are unpacked and counted.
    """
    members = _members(path)
    _check_directory(members, limits)
    strings = _Strings(limits)
    with path.open("rb") as file:
        # Shared texts first: a sheet's cells only hold their numbers, and one long text can be shown often.
        for member in sorted(members, key=lambda member: "sharedstrings" not in member.filename.lower()):
            if not member.filename.lower().endswith(_XML_ENDINGS):
                _drain(_unpacked(file, member))
            elif "sharedstrings" in member.filename.lower():
                _scan(_unpacked(file, member), strings)
            else:
                _scan(_unpacked(file, member), _Sheet(limits, strings.lengths))


def _members(path: Path) -> list[ZipInfo]:
    try:
        with ZipFile(path) as packed:
            return packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise FileUnreadable from error


def _check_directory(members: list[ZipInfo], limits: Limits) -> None:
    names = {member.filename.lower() for member in members}
    if len(members) > limits.members or len(names) < len(members):
        raise FileSuspect
    if "xl/workbook.xml" not in names:
        raise WrongKindOfFile
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise FileTooLarge(most=limits.unpacked_bytes // MEGABYTE)
    for member in members:
        _check_member(member, limits)


def _check_member(member: ZipInfo, limits: Limits) -> None:
    if member.flag_bits & 0x1:
        raise FileProtected
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name or ".." in name.split("/"):
        raise FileSuspect
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise FileSuspect
    if member.file_size > max(_SMALL, member.compress_size * limits.unpacked_ratio):
        raise FileSuspect


def _unpacked(file: BinaryIO, member: ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes; refuses if they are not exactly as many as the directory says.

    `zipfile` stops quietly at the size that is claimed; other libraries go on, so this one looks further.
    """
    file.seek(member.header_offset)
    header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or header[:4] != b"PK\x03\x04":
        raise FileUnreadable
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left, size = member.compress_size, 0
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == ZIP_DEFLATED else None
    while left:
        packed = file.read(min(_CHUNK, left))
        if not packed:
            raise FileUnreadable
        left -= len(packed)
        for piece in _inflated(inflate, packed) if inflate else (packed,):
            size += len(piece)
            if size > member.file_size:
                raise FileSuspect
            yield piece
    if size != member.file_size or (inflate and not inflate.eof):
        raise FileSuspect


def _inflated(inflate: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    try:
        while packed:
            yield inflate.decompress(packed, _CHUNK)
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise FileUnreadable from error


def _drain(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


class _Strings:
    """The lengths of the shared texts, in order."""

    def __init__(self, limits: Limits) -> None:
        self.lengths = array("L")
        self._most = limits.cell_characters
        self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            self.lengths.append(0)
        self._in_text = local == "t" and bool(self.lengths)

    def end(self, name: str) -> None:
        self._in_text = False

    def text(self, text: str) -> None:
        if self._in_text:
            self.lengths[-1] += len(text)
            if self.lengths[-1] > self._most:
                raise CellTooLong(row="?", most=self._most)


class _Sheet:
    """Where a sheet's cells stand and how much text they show; refuses as soon as it is too much."""

    def __init__(self, limits: Limits, lengths: "array[int]") -> None:
        self._limits, self._lengths = limits, lengths
        self._row = self._column = self._last_row = self._last_column = 0
        self._shared = self._in_value = False
        self._number = ""
        self._shown = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "v":
            self._in_value, self._number = self._shared, ""
        elif local == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0

    def end(self, name: str) -> None:
        if self._in_value:
            self._in_value = False
            self._show(self._number)

    def text(self, text: str) -> None:
        if self._in_value:
            self._number += text

    def _cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        self._shared = attributes.get("t") == "s"
        if place := _PLACE.fullmatch(attributes.get("r", "")):
            self._column, self._row = _column_number(place[1]), int(place[2])
        limits = self._limits
        # One row more for the header. Rows without cells are no harm, and some programs write them.
        if self._row > limits.rows + 1:
            raise TooManyRows(most=limits.rows)
        if self._column > limits.columns:
            raise TooManyColumns(most=limits.columns)
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row * self._last_column > limits.used_cells:
            raise TooManyCells

    def _show(self, number: str) -> None:
        position = int(number) if number.isdecimal() and len(number) < 10 else -1
        if 0 <= position < len(self._lengths):
            self._shown += self._lengths[position]
            if self._shown > self._limits.unpacked_bytes:
                raise FileTooLarge(most=self._limits.unpacked_bytes // MEGABYTE)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _refuse_doctype(*_: object) -> None:
    raise FileSuspect


def _scan(pieces: Iterator[bytes], watcher: _Strings | _Sheet) -> None:
    """Run a member through the parser. No workbook has a document type, the door to entity bombs."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = watcher.start
    parser.EndElementHandler = watcher.end
    parser.CharacterDataHandler = watcher.text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileUnreadable from error
