"""`python -m tests.faults`: the full tier of every fault, printed and written to docs/promises.md.

`--part 0.1` kills and sends a tenth of it; then nothing is written, unless `--write` says so.
"""

import argparse
import sys
from collections.abc import Iterator

from bench.stores import Store, kinds, store_of
from tests.faults import promises
from tests.faults.mail import TROUBLES, kill_mail_workers
from tests.faults.outbox import LINK
from tests.faults.promises import Promise
from tests.faults.verdict import Verdict

# Doubtful messages, as a share of kills; the figure of the issue.
DOUBTFUL, DOUBLED = 0.15, 0.20


def main() -> None:
    """Try every promise on every kind of database there is."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill, cut and restart.")
    parser.add_argument("--part", type=float, default=1.0, help="how much of the full tier, such as 0.1")
    parser.add_argument("--write", action="store_true", help="write docs/promises.md although it is a part")
    chosen = parser.parse_args()
    found = []
    for one in _tried(chosen.part):
        sys.stdout.write(f"{'kept' if one.kept else 'NOT KEPT'}: {one.what}: {one.came_to}\n")
        sys.stdout.flush()
        found.append(one)
    if chosen.part == 1.0 or chosen.write:
        promises.keep(found)
    if not all(one.kept for one in found):
        raise SystemExit(1)


def _tried(part: float) -> Iterator[Promise]:
    for kind in kinds():
        for trial in (_held, _resent, _troubled):
            with store_of(kind) as store:
                yield trial(store, part)


def _held(store: Store, part: float) -> Promise:
    verdict = kill_mail_workers(
        database_url=store.url, folder=store.folder, kills=_of(300, part), messages=_of(6_000, part)
    ).verdict
    return Promise(
        f"one of two mail workers killed, reminders, {store.name}",
        "lost 0, doubled 0, doubtful <= 15 % of kills, each in state unknown",
        verdict.words,
        _is_clean(verdict) and not verdict.doubled and verdict.doubtful <= DOUBTFUL * verdict.kills,
    )


def _resent(store: Store, part: float) -> Promise:
    verdict = kill_mail_workers(
        database_url=store.url,
        folder=store.folder,
        kills=_of(300, part),
        messages=_of(6_000, part),
        kinds=(LINK,),
    ).verdict
    return Promise(
        f"one of two mail workers killed, links, {store.name}",
        "lost 0, doubled only under the same Message-ID and <= 20 % of kills",
        verdict.words,
        _is_clean(verdict)
        and not verdict.doubled_by_name
        and len(verdict.doubled) <= DOUBLED * verdict.kills,
    )


def _troubled(store: Store, part: float) -> Promise:
    came_of_it = kill_mail_workers(
        database_url=store.url,
        folder=store.folder,
        kills=_of(60, part),
        messages=_of(3_000, part),
        troubles=TROUBLES,
        away_for=5.0,
    )
    verdict, tries = came_of_it.verdict, came_of_it.tries_of_unknown
    return Promise(
        f"the same with 5 % 451, 2 % cut after they were taken, 1 % 550, 5 s without server, {store.name}",
        "lost 0, doubled 0, a 550 is tried once and failed",
        verdict.words,
        _is_clean(verdict) and not verdict.doubled and set(tries) == {1} and verdict.failed == len(tries),
    )


def _is_clean(verdict: Verdict) -> bool:
    return not verdict.lost and not verdict.unnamed and verdict.kills > 0


def _of(full: int, part: float) -> int:
    return max(round(full * part), 1)


if __name__ == "__main__":
    main()
