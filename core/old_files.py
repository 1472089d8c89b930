"""Files that are kept for a while."""

from datetime import datetime
from pathlib import Path


def forget_files(folder: Path, pattern: str, *, before: datetime) -> int:
    """Remove the files of this pattern that nobody wrote to since `before` (aware); return how many.

    One that somebody else removes meanwhile is not counted.
    """
    forgotten = 0
    for path in folder.glob(pattern):
        try:
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                forgotten += 1
        except FileNotFoundError:
            continue
    return forgotten
