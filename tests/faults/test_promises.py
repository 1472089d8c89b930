"""How a run with faults is judged, and the page that says what came of it."""

from pathlib import Path

import pytest

from bench.page import ROOT
from messaging.models import MessageState
from tests.factories import NOW
from tests.faults import promises, suite
from tests.faults.outbox import Kept
from tests.faults.promises import Promise
from tests.faults.verdict import verdict_of

SANNE = "sanne@mail.example"


def kept(state: MessageState, *, is_listed: bool = False) -> Kept:
    """Return how a message to Sanne stands."""
    return Kept(SANNE, state, "", 1, None, None, NOW, is_listed=is_listed)


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.NEW, MessageState.FAILED])
def test_what_did_not_arrive_is_lost(state: MessageState) -> None:
    assert verdict_of([kept(state)], [], kills=1).lost == [SANNE]


def test_what_is_doubtful_is_lost_unless_the_desk_lists_it() -> None:
    doubtful = verdict_of([kept(MessageState.UNKNOWN, is_listed=True)], [], kills=1)
    assert (doubtful.lost, doubtful.doubtful) == ([], 1)
    unseen = verdict_of([kept(MessageState.UNKNOWN)], [(SANNE, "<a@portal>")], kills=1)
    assert (unseen.lost, unseen.unnamed, unseen.doubtful) == ([SANNE], [SANNE], 0)


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


def test_the_tests_that_the_page_names_are_there() -> None:
    for test in (test for row in suite.ROWS for test in row.tests):
        file, _, name = test.partition("::")
        assert f"def {name or 'test_'}" in (ROOT / file).read_text(), test


def test_the_full_tier_asks_more_of_a_test_than_the_suite_and_a_part_of_it_no_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (suite.RACES.of(1.0), suite.ORDERS.of(1.0) * suite.ORDERS.times) == (300, 5_000)
    assert (suite.RACES.of(0.1), suite.RACES.of(0.5)) == (100, 150)
    monkeypatch.setenv(suite.RACES.variable, "150")
    assert suite.RACES.here == 150
