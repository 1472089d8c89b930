"""The short tier of killed mail workers; the full one is run by `make faults`."""

from pathlib import Path

import pytest

from tests.faults.mail import TROUBLES, kill_mail_workers

# Seconds on a machine of its own; minutes on one that does six other things.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]


def test_killed_workers_lose_nothing_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    verdict = kill_mail_workers(database_url=database_url, folder=tmp_path, kills=10, messages=200).verdict
    assert (verdict.lost, verdict.doubled, verdict.unnamed) == ([], [], []), verdict
    assert verdict.kills == 10
    assert verdict.failed == 0
    assert verdict.doubtful <= verdict.kills


def test_a_link_that_was_doubtful_comes_again_under_the_same_name(database_url: str, tmp_path: Path) -> None:
    verdict = kill_mail_workers(
        database_url=database_url, folder=tmp_path, kills=10, messages=200, held=False
    ).verdict
    assert (verdict.lost, verdict.doubled_by_name, verdict.unnamed) == ([], [], []), verdict
    assert verdict.kills == 10
    assert (verdict.doubtful, verdict.failed) == (0, 0)
    assert len(verdict.doubled) <= verdict.kills


def test_kills_and_a_bad_mail_server_lose_nothing_and_double_nothing(
    database_url: str, tmp_path: Path
) -> None:
    came_of_it = kill_mail_workers(
        database_url=database_url, folder=tmp_path, kills=5, messages=200, troubles=TROUBLES, away_for=1.0
    )
    verdict = came_of_it.verdict
    assert (verdict.lost, verdict.doubled, verdict.unnamed) == ([], [], []), verdict
    assert verdict.kills == 5
    assert verdict.doubtful > 0
    assert list(came_of_it.tries_of_unknown.values()) == [1, 1]
    assert verdict.failed == 2
