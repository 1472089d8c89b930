"""What a measurement found, beside the least the machine needs for it and what we want of it."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

# Does so many calls and tells how many seconds they took.
Contender: TypeAlias = Callable[[int], float]


class LeftOut(Exception):
    """Why something cannot be measured on this machine, in one sentence."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line: what was measured, our figure, the limit's and the peer's, the goal and whether it is met.

    `met` is None where there is no goal.
    """

    what: str
    ours: str
    limit: str = ""
    peer: str = ""
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The results of one measurement with a title and the sentences that say how it was made."""

    title: str
    method: str
    results: list[Result] = field(default_factory=list)


def cpu_of(call: Callable[[], object]) -> Contender:
    """Return a contender that calls this function and tells the CPU time this process took."""

    def take(calls: int) -> float:
        started = time.process_time()
        for _ in range(calls):
            call()
        return time.process_time() - started

    return take


def in_turn(contenders: Mapping[str, Contender], *, rounds: int, calls: int) -> dict[str, list[float]]:
    """Return seconds per call of each contender in each round; they take turns, so that drift hits all alike.

    The first round fills caches and is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, take in contenders.items():
            seconds = take(calls) / calls
            if number:
                taken[name].append(seconds)
    return taken


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median, over the rounds, of theirs divided by ours: how many times we are faster."""
    return statistics.median(their / our for our, their in zip(ours, theirs, strict=True))
