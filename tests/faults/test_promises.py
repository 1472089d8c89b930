"""How a run with faults is judged, and the page that says what came of it."""

from pathlib import Path

import pytest

from messaging.models import MessageState
from tests.factories import NOW
from tests.faults import promises
from tests.faults.outbox import Kept
from tests.faults.promises import Promise
from tests.faults.verdict import verdict_of

SANNE = "sanne@mail.example"


def kept(state: MessageState) -> Kept:
    """Return how a message to Sanne stands."""
    return Kept(SANNE, state, "", 1, None, None, NOW)


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.NEW, MessageState.FAILED])
def test_what_did_not_arrive_is_lost_unless_it_is_doubtful(state: MessageState) -> None:
    assert verdict_of([kept(state)], [], kills=1).lost == [SANNE]
    assert verdict_of([kept(MessageState.UNKNOWN)], [], kills=1).lost == []


def test_what_was_refused_is_not_lost() -> None:
    assert verdict_of([kept(MessageState.FAILED)], [], kills=1, refused=[SANNE]).lost == []


def test_two_copies_are_doubled_and_two_names_are_told_apart() -> None:
    once, again = (SANNE, "<a@portal>"), (SANNE, "<b@portal>")
    sent = [kept(MessageState.SENT)]
    same = verdict_of(sent, [once, once], kills=1)
    assert (same.doubled, same.doubled_by_name) == ([SANNE], [])
    assert verdict_of(sent, [once, again], kills=1).doubled_by_name == [SANNE]
    assert verdict_of(sent, [once], kills=1).doubled == []


@pytest.mark.parametrize("state", [MessageState.NEW, MessageState.FAILED, MessageState.SUPPRESSED])
def test_what_arrived_and_is_said_not_to_have_left_is_unnamed(state: MessageState) -> None:
    assert verdict_of([kept(state)], [(SANNE, "<a@portal>")], kills=1).unnamed == [SANNE]


def test_a_promise_that_was_not_kept_is_written_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "FILE", tmp_path / "promises.md")
    promises.keep([Promise("doors slammed", "open 0", "open 1", kept=False)], part=0.1, trials=2)
    assert "10% of the full tier (`--part 0.1`). Ended after 1 of 2 trials." in promises.FILE.read_text()
    assert "| doors slammed | open 0 | open 1 | **no** |" in promises.FILE.read_text()
