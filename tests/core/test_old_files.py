"""Files that are kept for a while."""

import os
from datetime import timedelta
from pathlib import Path

from core.old_files import forget_files
from tests.factories import NOW


def test_old_files_of_a_pattern_are_removed_and_counted_whoever_else_removes_some(tmp_path: Path) -> None:
    for name, age in (("old.pdf", 2), ("new.pdf", 0), ("old.txt", 2)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, ((NOW - timedelta(days=age)).timestamp(),) * 2)
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere")
    assert forget_files(tmp_path, "*.pdf", before=NOW - timedelta(days=1)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gone.pdf", "new.pdf", "old.txt"]
    assert forget_files(tmp_path / "missing", "*", before=NOW) == 0
