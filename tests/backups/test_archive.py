"""The archive itself: what is in it comes back byte for byte, and a damaged or strange one is refused."""

import gzip
import io
import json
import stat
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collections_portal.backups.archive import DATABASE, MANIFEST, Manifest, packing, unpack
from collections_portal.backups.refusals import ArchiveDamaged, ArchiveTooNew, ArchiveUnsafe, BackupThere

MOMENT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
UPLOAD = "files/imports/-abc_123.upload"
CONTENTS = {DATABASE: b"rows" * 100_000, UPLOAD: b"Klantnummer;Naam\n", "files/imports/e.problems.csv": b""}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A whole archive."""
    target = tmp_path / "portal.backup"
    with packing(target) as packer:
        for name, content in CONTENTS.items():
            source = tmp_path / "source"
            source.write_bytes(content)
            with source.open("rb") as file:
                packer.add(name, file)
        packer.seal(kind="sqlite", revision="0002", made_at=MOMENT)
    return target


def members(archive: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Return what is in the archive, in order."""
    with tarfile.open(archive) as tar:
        return [(member, _read(tar, member)) for member in tar]


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def written(archive: Path, parts: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Write these parts in the archive's place."""
    with tarfile.open(archive, "w:gz") as tar:
        for member, content in parts:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive


def with_manifest(archive: Path, change: Callable[[dict[str, object]], object]) -> Path:
    """Change what the manifest says."""
    parts = members(archive)
    said = json.loads(parts[-1][1])
    change(said)
    return written(archive, [*parts[:-1], (parts[-1][0], json.dumps(said).encode())])


def unpacked(archive: Path, tmp_path: Path) -> Manifest:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return unpack(archive, folder)


def test_everything_comes_back_as_it_was(archive: Path, tmp_path: Path) -> None:
    manifest = unpacked(archive, tmp_path)
    assert (manifest.kind, manifest.revision, manifest.made_at, manifest.files) == (
        "sqlite",
        "0002",
        MOMENT,
        2,
    )
    assert {name: (tmp_path / "unpacked" / name).read_bytes() for name in CONTENTS} == CONTENTS


def test_only_the_owner_can_read_it_and_what_comes_out_of_it(archive: Path, tmp_path: Path) -> None:
    unpacked(archive, tmp_path)
    for path in (archive, *(tmp_path / "unpacked" / name for name in CONTENTS)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), packing(tmp_path / "portal.backup"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_never_overwritten(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(BackupThere), packing(archive):
        pass
    assert archive.read_bytes() == before


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_one_that_was_cut_off_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ArchiveDamaged):
        unpacked(archive, tmp_path)


def test_one_without_its_last_part_is_refused(archive: Path, tmp_path: Path) -> None:
    written(archive, members(archive)[:-1])
    with pytest.raises(ArchiveDamaged, match="its end is missing"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize("name", list(CONTENTS))
def test_one_changed_byte_is_found(archive: Path, tmp_path: Path, name: str) -> None:
    changed = [
        (member, b"x" + content[1:] if member.name == name else content)
        for member, content in members(archive)
    ]
    with pytest.raises(ArchiveDamaged, match=name):
        unpacked(written(archive, changed), tmp_path)


@pytest.mark.parametrize("name", list(CONTENTS))
def test_a_part_that_is_gone_is_missed(archive: Path, tmp_path: Path, name: str) -> None:
    rest = [(member, content) for member, content in members(archive) if member.name != name]
    with pytest.raises(ArchiveDamaged, match=name):
        unpacked(written(archive, rest), tmp_path)


def test_a_part_that_the_manifest_does_not_know_is_refused(archive: Path, tmp_path: Path) -> None:
    more = (tarfile.TarInfo("files/imports/more.upload"), b"more")
    with pytest.raises(ArchiveDamaged, match=r"more\.upload"):
        unpacked(written(archive, [more, *members(archive)]), tmp_path)


@pytest.mark.parametrize("place", ["after the manifest", "twice"])
def test_a_part_in_a_strange_place_is_refused(archive: Path, tmp_path: Path, place: str) -> None:
    parts = members(archive)
    again = [*parts, parts[1]] if place == "after the manifest" else [parts[1], *parts]
    with pytest.raises(ArchiveDamaged, match="twice or too late"):
        unpacked(written(archive, again), tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/cron.d/outside",
        "files/imports/../../outside",
        "files/imports/.hidden",
        "files/other/a.upload",
        "files/imports/a/b.upload",
        "files/imports",
        "database\n",
        "portal.sqlite",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    strange = (tarfile.TarInfo(name), b"content")
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ArchiveUnsafe):
        unpacked(written(archive, [strange, *members(archive)]), tmp_path)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
@pytest.mark.parametrize("name", [UPLOAD, MANIFEST])
def test_what_is_no_plain_file_is_refused(archive: Path, tmp_path: Path, kind: bytes, name: str) -> None:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = kind, "/etc/passwd"
    with pytest.raises(ArchiveUnsafe):
        unpacked(written(archive, [(link, b""), *members(archive)]), tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"no archive" * 100, mtime=0)])
def test_what_is_no_archive_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "something"
    file.write_bytes(content)
    with pytest.raises(ArchiveDamaged):
        unpacked(file, tmp_path)


def test_one_of_a_newer_portal_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveTooNew, match="format 2"):
        unpacked(with_manifest(archive, lambda said: said.update(format=2)), tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"made_at": "yesterday"}, {"made_at": "2026-11-20T02:00:00"}, {"parts": []}, {"format": "one"}]
)
def test_a_manifest_that_makes_no_sense_is_refused(
    archive: Path, tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(ArchiveDamaged, match="manifest"):
        unpacked(with_manifest(archive, lambda said: said.update(wrong)), tmp_path)
