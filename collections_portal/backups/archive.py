"""The archive of a backup: a compressed tar of the database, the files, and last a manifest that seals it.

What the manifest names is what is there, byte for byte; an archive without one was not written to its end.
"""

import gzip
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from collections_portal.backups.refusals import ArchiveDamaged, ArchiveTooNew, ArchiveUnsafe, BackupThere
from core.disk import room

FORMAT = 1
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
# What people uploaded lies in these folders of PORTAL_VAR.
FOLDERS = ("imports",)
LARGEST_MANIFEST = 64 * 1024 * 1024
# Fast: most of the time goes into compressing.
LEVEL = 3
PIECE = 1024 * 1024
_NAMES = re.compile(rf"{DATABASE}|{FILES}/({'|'.join(FOLDERS)})/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,199}}")
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of: the kind of database, its schema's revision, when it was begun, and every part."""

    kind: str
    revision: str
    made_at: datetime
    parts: Mapping[str, Part]

    @property
    def files(self) -> int:
        """How many uploaded files there are."""
        return len(self.parts) - 1

    def as_bytes(self) -> bytes:
        """Return the manifest as it stands in the archive."""
        parts = {name: asdict(part) for name, part in self.parts.items()}
        said = {"format": FORMAT, "kind": self.kind, "revision": self.revision}
        return json.dumps(said | {"made_at": self.made_at.isoformat(), "parts": parts}, indent=1).encode()


class Packer:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: dict[str, Part] = {}

    def add(self, name: str, file: IO[bytes]) -> None:
        """Add an open file as it is now, under this name."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(entry, hashing)  # type: ignore[arg-type]  # it is only read from
        self.parts[name] = Part(entry.size, hashing.digest.hexdigest())

    def seal(self, *, kind: str, revision: str, made_at: datetime) -> Manifest:
        """Add the manifest, as the last part, and return it."""
        manifest = Manifest(kind, revision, made_at, self.parts)
        content = manifest.as_bytes()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), 0o600
        self._tar.addfile(entry, BytesIO(content))
        return manifest


class _Hashing:
    """A file whose content is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def packing(target: Path) -> Iterator[Packer]:
    """Write an archive that only its owner can read; it gets its name when it is whole and on the disk.

    Raises BackupThere and DiskFull.
    """
    if target.exists():
        raise BackupThere(file=target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with room(), os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=LEVEL) as tar:
                yield Packer(tar)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(target)
        sync_folder(target.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def unpack(archive: Path, into: Path) -> Manifest:
    """Write every part into a folder of ours and return the manifest, once all of them are as it says.

    Raises ArchiveDamaged, ArchiveUnsafe, ArchiveTooNew and DiskFull; only that folder was touched then.
    """
    found: dict[str, Part] = {}
    manifest = None
    try:
        with room(), gzip.open(archive) as content, tarfile.open(fileobj=content, mode="r:") as tar:
            for member in tar:
                if manifest is not None or member.name in found:
                    raise ArchiveDamaged(why=f"{member.name} comes twice or too late")
                if member.name == MANIFEST and member.isreg():
                    manifest = _manifest(_content(tar, member))
                else:
                    found[member.name] = _write(tar, member, into)
            # Up to the very end, where the sum of it all stands.
            while content.read(PIECE):
                pass
    except _DAMAGE as error:
        raise ArchiveDamaged(why=str(error) or type(error).__name__) from error
    if manifest is None:
        raise ArchiveDamaged(why="its end is missing")
    different = {name for name in {*found, *manifest.parts} if found.get(name) != manifest.parts.get(name)}
    if different or DATABASE not in found:
        raise ArchiveDamaged(why=f"not as it was written: {', '.join(sorted(different)) or DATABASE}")
    return manifest


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(member)
    if source is None or member.size > LARGEST_MANIFEST:
        raise ArchiveDamaged(why=f"{member.name} is too large")
    return source.read()


def _manifest(content: bytes) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(content)
        if said["format"] > FORMAT:
            raise ArchiveTooNew(what=f"format {said['format']}")
        parts = {str(name): Part(int(one["size"]), str(one["sha256"])) for name, one in said["parts"].items()}
        made_at = datetime.fromisoformat(said["made_at"])
        if made_at.tzinfo is None:
            raise ValueError("its moment has no time zone")
        return Manifest(str(said["kind"]), str(said["revision"]), made_at, parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveDamaged(why=f"its manifest cannot be read: {error}") from error


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> Part:
    if not member.isreg() or not _NAMES.fullmatch(member.name):
        raise ArchiveUnsafe(name=member.name)
    source = tar.extractfile(member)
    if source is None:
        raise ArchiveUnsafe(name=member.name)
    target = into / member.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashing = _Hashing(source)
    with target.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        while piece := hashing.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Part(target.stat().st_size, hashing.digest.hexdigest())


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
