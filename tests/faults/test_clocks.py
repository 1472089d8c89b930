"""A worker on a machine whose clock is wrong: nothing leaves twice or early, and nothing is lost."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.clocks import WRONG_BY, one_clock_wrong

# Processes that work on SQLite are on one machine and have one clock.
pytestmark = [
    pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


@pytest.mark.parametrize("off_by", WRONG_BY, ids=str)
def test_a_wrong_clock_sends_nothing_twice_or_early_and_loses_nothing(
    database_url: str, tmp_path: Path, off_by: timedelta
) -> None:
    came_of_it = one_clock_wrong(database_url=database_url, folder=tmp_path, off_by=off_by, messages=150)
    verdict = came_of_it.verdict
    assert verdict.messages == 150
    assert (verdict.lost, verdict.doubled, verdict.unnamed) == ([], [], []), verdict
    assert (verdict.doubtful, verdict.failed, came_of_it.early) == (0, 0, 0)
