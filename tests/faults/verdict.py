"""What a run with faults came to: who got nothing, who got it twice, and what is doubtful."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from messaging.models import MessageState
from tests.faults.outbox import Kept

# Doubtful messages, and links that came twice under one name, are no more than these shares of the kills.
DOUBTFUL, DOUBLED = 0.15, 0.20


@dataclass(frozen=True, slots=True)
class Verdict:
    """The recipients of each kind. `doubled_by_name` are those of `doubled` whose two copies bear two names.

    A message is doubtful when the desk lists it as such. It is lost when it is called sent and did not
    arrive, when nothing more comes of it and it is not on that list, or when it failed although nobody
    refused it. It is unnamed when it arrived and the portal says it did not.
    """

    messages: int
    kills: int
    lost: Sequence[str]
    doubled: Sequence[str]
    doubled_by_name: Sequence[str]
    unnamed: Sequence[str]
    doubtful: int
    doubtful_arrived: int
    failed: int

    @property
    def words(self) -> str:
        """The figures, for the page of promises."""
        again = f" ({len(self.doubled_by_name)} under another Message-ID)" if self.doubled else ""
        return (
            f"{self.kills:,} kills, {self.messages:,} messages: lost {len(self.lost)}, "
            f"doubled {len(self.doubled)}{again}, doubtful {self.doubtful} "
            f"({self.doubtful_arrived} had arrived), failed {self.failed}"
        )


def keep_the_shares(verdicts: Collection[Verdict]) -> bool:
    """Return whether of all these kills few enough left a message doubtful or doubled."""
    kills = sum(one.kills for one in verdicts)
    doubtful, doubled = (sum(one.doubtful for one in verdicts), sum(len(one.doubled) for one in verdicts))
    return doubtful <= DOUBTFUL * kills and doubled <= DOUBLED * kills


def verdict_of(
    states: Collection[Kept],
    taken: Collection[tuple[str, str]],
    *,
    kills: int,
    refused: Collection[str] = (),
) -> Verdict:
    """Compare what the portal says with what the other side took: pairs of recipient and message's name."""
    copies = Counter(to for to, _name in taken)
    names = Counter(to for to, _name in set(taken))
    doubtful = [kept for kept in states if kept.is_listed]
    return Verdict(
        messages=len(states),
        kills=kills,
        lost=[kept.recipient for kept in states if _is_lost(kept, copies, refused)],
        doubled=[to for to, number in copies.items() if number > 1],
        doubled_by_name=[to for to, number in names.items() if number > 1],
        unnamed=[kept.recipient for kept in states if _is_unnamed(kept, copies)],
        doubtful=len(doubtful),
        doubtful_arrived=sum(1 for kept in doubtful if copies[kept.recipient]),
        failed=sum(1 for kept in states if kept.state is MessageState.FAILED),
    )


def _is_lost(kept: Kept, copies: Counter[str], refused: Collection[str]) -> bool:
    if kept.state is MessageState.SENT:
        return not copies[kept.recipient]
    if kept.state is MessageState.FAILED:
        return kept.recipient not in refused
    return not kept.is_listed


def _is_unnamed(kept: Kept, copies: Counter[str]) -> bool:
    return bool(copies[kept.recipient]) and kept.state is not MessageState.SENT and not kept.is_listed
