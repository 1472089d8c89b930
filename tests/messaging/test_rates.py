"""A rate: a minute's worth at once, then one after the other."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from messaging.rates import (
    BURST,
    MINUTE,
    RECOVERY,
    SKEW,
    free_again,
    halved,
    halvings,
    is_same_burst,
    room,
    spend,
)
from tests.factories import NOW

SECOND = timedelta(seconds=1)


def test_a_quiet_line_may_send_a_minutes_worth_at_once() -> None:
    assert room(per_minute=60, spent_until=NOW - timedelta(days=3), now=NOW) == 60


def test_then_it_sends_one_for_each_share_of_the_minute() -> None:
    spent = spend(per_minute=60, spent_until=NOW, now=NOW, messages=60)
    assert room(per_minute=60, spent_until=spent, now=NOW + timedelta(microseconds=999_999)) == 0
    assert room(per_minute=60, spent_until=spent, now=NOW + SECOND) == 1
    assert room(per_minute=60, spent_until=spent, now=NOW + 7 * SECOND) == 7


def test_who_waits_is_told_the_moment_at_which_there_is_room() -> None:
    spent = spend(per_minute=60, spent_until=NOW, now=NOW, messages=60)
    for behind in range(5):
        free = free_again(per_minute=60, spent_until=spent, now=NOW, behind=behind)
        assert room(per_minute=60, spent_until=spent, now=free) == behind + 1


def test_a_clock_that_ran_ahead_silences_nobody() -> None:
    spent = spend(per_minute=60, spent_until=NOW, now=NOW + timedelta(days=1), messages=60)
    assert room(per_minute=60, spent_until=spent, now=NOW) == 60
    assert free_again(per_minute=60, spent_until=spent, now=NOW, behind=0) == NOW
    assert spend(per_minute=60, spent_until=spent, now=NOW, messages=30) == NOW + MINUTE / 2


def test_clocks_that_differ_a_little_share_one_rate() -> None:
    spent = spend(per_minute=60, spent_until=NOW, now=NOW + SKEW, messages=60)
    assert room(per_minute=60, spent_until=spent, now=NOW) == 0


@settings(deadline=None)
@given(some.integers(1, 10_000), some.lists(some.tuples(some.integers(0, 90), some.integers(0, 500))))
def test_no_minute_ever_sees_more_than_two_minutes_worth(rate: int, steps: list[tuple[int, int]]) -> None:
    """The room at once and what the rate gives in that minute: never more, however it is asked."""
    now = spent = NOW
    sent = []
    for pause, wish in steps:
        now += pause * SECOND
        number = min(wish, room(per_minute=rate, spent_until=spent, now=now))
        spent = spend(per_minute=rate, spent_until=spent, now=now, messages=number)
        sent.append((now, number))
        # A share of a minute is rounded to a microsecond, so one message of a full bucket may be missing.
        assert sum(number for at, number in sent if at > now - MINUTE) <= 2 * rate


@pytest.mark.parametrize(
    ("since", "times"),
    [
        (timedelta(), 3),
        (RECOVERY - SECOND, 3),
        (RECOVERY, 2),
        (2 * RECOVERY - SECOND, 2),
        (2 * RECOVERY, 1),
        (3 * RECOVERY, 0),
        (300 * RECOVERY, 0),
    ],
)
def test_a_halving_is_taken_back_for_each_quiet_while(since: timedelta, times: int) -> None:
    assert halvings(counted=3, last_at=NOW, now=NOW + since) == times


def test_what_was_never_halved_is_whole() -> None:
    assert halvings(counted=0, last_at=None, now=NOW) == 0


def test_a_halving_by_a_clock_that_ran_ahead_counts_for_nothing_and_hides_no_other() -> None:
    assert halvings(counted=3, last_at=NOW + SKEW, now=NOW) == 3
    assert halvings(counted=3, last_at=NOW + SKEW + SECOND, now=NOW) == 0
    assert not is_same_burst(last_at=NOW + SKEW, now=NOW)


@pytest.mark.parametrize(
    ("after", "same"), [(timedelta(), True), (BURST - SECOND, True), (BURST, False), (-SECOND, True)]
)
def test_refusals_of_one_burst(after: timedelta, same: bool) -> None:
    assert is_same_burst(last_at=NOW, now=NOW + after) is same
    assert not is_same_burst(last_at=None, now=NOW + after)


@pytest.mark.parametrize(
    ("rate", "times", "left"), [(600, 0, 600), (600, 1, 300), (600, 5, 18), (3, 5, 1), (1, 1, 1), (0, 3, 0)]
)
def test_a_rate_is_halved_down_to_one_a_minute(rate: int, times: int, left: int) -> None:
    assert halved(per_minute=rate, times=times) == left
