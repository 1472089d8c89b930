"""The short tier of killed SMS workers; the full one is run by `make faults`."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.sms import kill_sms_workers


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.timeout(300)
def test_kills_and_a_bad_provider_lose_no_sms_and_double_none(database_url: str, tmp_path: Path) -> None:
    came_of_it = kill_sms_workers(database_url=database_url, folder=tmp_path, kills=20, messages=500)
    verdict = came_of_it.verdict
    assert (verdict.messages, verdict.kills) == (500, 20)
    assert (verdict.lost, verdict.doubled, verdict.unnamed) == ([], [], []), verdict
    assert (verdict.doubtful, verdict.failed) == (0, 0)
    assert timedelta() < came_of_it.longest_asked <= timedelta(minutes=5)
