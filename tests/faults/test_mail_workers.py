"""The short tier of killed mail workers; the full one is run by `make faults`."""

from pathlib import Path

import pytest

from tests.faults.mail import TROUBLES, kill_mail_workers
from tests.faults.outbox import LINK, REMINDER
from tests.faults.verdict import Verdict, keep_the_shares

# Seconds on a machine of its own; minutes on one that does six other things.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]


def test_killed_workers_lose_nothing_and_double_no_reminder(database_url: str, tmp_path: Path) -> None:
    """Every other message is a link: one that was doubtful comes again, under the same name. One more cannot
    be written, and holds up none of the others."""
    verdicts = [_killed(database_url, tmp_path / "first", kills=40, messages=1_000)]
    if not keep_the_shares(verdicts):
        # Forty kills say little about a share: four times as many more decide.
        verdicts.append(_killed(database_url, tmp_path / "more", kills=160, messages=4_000))
    assert keep_the_shares(verdicts), verdicts


def _killed(database_url: str, folder: Path, *, kills: int, messages: int) -> Verdict:
    folder.mkdir()
    came_of_it = kill_mail_workers(
        database_url=database_url,
        folder=folder,
        kills=kills,
        messages=messages,
        kinds=(REMINDER, LINK),
        poisoned=True,
    )
    verdict = came_of_it.verdict
    assert (verdict.messages, verdict.kills) == (messages, kills)
    assert (verdict.lost, verdict.unnamed, verdict.doubled_by_name) == ([], [], []), verdict
    assert came_of_it.doubled_reminders == []
    assert verdict.failed == 0
    assert came_of_it.poison_failed.startswith("not_rendered")
    return verdict


def test_kills_and_a_bad_mail_server_lose_nothing_and_double_nothing(
    database_url: str, tmp_path: Path
) -> None:
    came_of_it = kill_mail_workers(
        database_url=database_url, folder=tmp_path, kills=20, messages=500, troubles=TROUBLES, away_for=5.0
    )
    verdict = came_of_it.verdict
    assert (verdict.messages, verdict.kills) == (500, 20)
    assert (verdict.lost, verdict.doubled, verdict.unnamed) == ([], [], []), verdict
    assert verdict.doubtful > 0
    assert len(came_of_it.tries_of_unknown) == 5
    assert max(came_of_it.tries_of_unknown) <= 1
    assert verdict.failed == 5
