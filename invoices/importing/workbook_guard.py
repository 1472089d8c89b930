"""Look into an .xlsx file before a spreadsheet library does: sizes, names and used area, in bounded memory.

The limits of a packed file's unpacked size and number of members are those of OWASP ASVS 5.0, 5.2.3.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from invoices.importing.refusals import (
    FileProtected,
    FileSuspect,
    FileTooLarge,
    FileUnreadable,
    WrongKindOfFile,
)
from invoices.importing.tables import MEGABYTE, Limits
from invoices.importing.workbook_parts import Elements, Relations, Sheet, ShownText, Strings, Watcher

_CHUNK = 256 * 1024
_HEADER_BYTES = 30
_SMALL = 1 * MEGABYTE
# How each member begins in a zip file's directory.
_ENTRY = b"PK\x01\x02"
# What other programs' documents have, which a library might read where this guard counts nothing.
_FOREIGN = frozenset(("mimetype", "content.xml", "xl/workbook.bin"))


def guard(*, path: Path, limits: Limits) -> None:
    """Refuse a workbook that is not one, or whose members, sizes or used area are beyond the limits.

    Neither the directory's sizes nor a sheet's `<dimension>` are believed: members are unpacked and counted.
    """
    _count_entries(path, limits)
    members = _members(path)
    _check_directory(members, limits)
    elements, strings, sheets = Elements(limits), Strings(limits), []
    with path.open("rb") as file:
        # Shared texts last: how many of them there may be is known by the cells that show them.
        for member in sorted(members, key=_holds_shared_texts):
            if member.filename.lower().endswith(".rels"):
                _scan(_unpacked(file, member), Relations(), elements)
            elif not member.filename.lower().endswith(".xml"):
                _drain(_unpacked(file, member))
            elif _holds_shared_texts(member):
                _scan(_unpacked(file, member), strings, elements)
            else:
                sheet = Sheet(limits)
                _scan(_unpacked(file, member), sheet, elements)
                sheets.append((member, sheet.shared_texts))
        longest = max(strings.lengths, default=0)
        for member, shown in sheets:
            # Adding up the texts of all cells takes longer, and is needed only where it could be too much.
            if shown * longest > limits.unpacked_bytes:
                _scan(_unpacked(file, member), ShownText(limits, strings.lengths), Elements(limits))


def _holds_shared_texts(member: ZipInfo) -> bool:
    return "sharedstrings" in member.filename.lower()


def _members(path: Path) -> list[ZipInfo]:
    try:
        with ZipFile(path) as packed:
            return packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise FileUnreadable from error


def _count_entries(path: Path, limits: Limits) -> None:
    """Refuse a directory of too many members before a list is made of it: an entry may have 47 bytes."""
    count, end = 0, b""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            count += (end + piece).count(_ENTRY)
            end = piece[1 - len(_ENTRY) :]
    if count > limits.members:
        raise FileSuspect


def _check_directory(members: list[ZipInfo], limits: Limits) -> None:
    names = {member.filename.lower() for member in members}
    if len(members) > limits.members or len(names) < len(members):
        raise FileSuspect
    if "xl/workbook.xml" not in names:
        raise WrongKindOfFile
    if names & _FOREIGN:
        raise FileSuspect
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
    # A damaged directory can point before the file's beginning.
    file.seek(max(0, member.header_offset))
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
    rest = inflate.flush() if inflate else b""
    yield rest
    if size + len(rest) != member.file_size or (inflate and not inflate.eof):
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


def _refuse_doctype(*_: object) -> None:
    raise FileSuspect


def _scan(pieces: Iterator[bytes], watcher: Watcher, elements: Elements) -> None:
    """Run a member through the parser. No workbook has a document type, the door to entity bombs."""
    elements.follow(watcher)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = watcher.start
    if watcher.reads_text:
        parser.EndElementHandler = watcher.end
        parser.CharacterDataHandler = watcher.text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            elements.check()
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The last two are what Python makes of an encoding it does not know or that has wide letters.
        raise FileUnreadable from error
