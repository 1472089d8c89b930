"""A rate: a minute's worth at once, then one after the other."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from messaging.rates import MINUTE, SKEW, free_again, room, spend
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
