"""The short tier of a database that dies, and of an organisation that queues more than its share."""

from pathlib import Path

import pytest

from tests import machine
from tests.faults.fairness import wait_for_a_link
from tests.faults.restarts import restart_database

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]


@pytest.mark.skipif(machine.postgres_binaries() is None, reason="PostgreSQL was not found on this machine")
def test_a_database_that_dies_loses_no_answered_reaction_and_doubles_no_reminder() -> None:
    restarted = restart_database(restarts=3)
    verdict = restarted.verdict
    assert (verdict.lost, verdict.doubled, verdict.unnamed, verdict.failed) == ([], [], [], 0), verdict
    assert restarted.wrong == []
    assert restarted.reacted == 8 * 2 * 4
    assert restarted.back_after <= 5


def test_a_link_leaves_within_ten_seconds_behind_thousands_of_another_organisation(
    database_url: str, tmp_path: Path
) -> None:
    assert wait_for_a_link(database_url=database_url, folder=tmp_path, queued=5_000) <= 10
