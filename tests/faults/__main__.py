"""`python -m tests.faults`: the full tier of every fault, printed and written to docs/promises.md.

`--part 0.1` kills and sends a tenth of it; then nothing is written, unless `--write` says so.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

from bench.stores import Store, kinds, store_of
from tests.faults import promises, suite, trials
from tests.faults.promises import Promise


def main() -> None:
    """Try every promise on every kind of database there is."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill, cut and restart.")
    parser.add_argument("--part", type=float, default=1.0, help="how much of the full tier, such as 0.1")
    parser.add_argument("--write", action="store_true", help="write docs/promises.md although it is a part")
    chosen = parser.parse_args()
    todo = list(_trials(chosen.part))
    found: list[Promise] = []
    for trial in todo:
        found.append(one := trial())
        sys.stdout.write(f"{'kept' if one.kept else 'NOT KEPT'}: {one.what}: {one.came_to}\n")
        sys.stdout.flush()
        if chosen.part == 1.0 or chosen.write:
            # After each, so that a run of hours that is ended early has said what it found.
            promises.keep(found, part=chosen.part, trials=len(todo))
    if not all(one.kept for one in found):
        raise SystemExit(1)


def _trials(part: float) -> Iterator[Callable[[], Promise]]:
    if "postgresql" in kinds():
        yield partial(trials.restarted, part)
        # Processes that work on SQLite are on one machine and have one clock.
        yield partial(_on, "postgresql", trials.misled, part)
    for trial in trials.ON_EACH:
        for kind in kinds():
            yield partial(_on, kind, trial, part)
    for row in suite.ROWS:
        yield partial(suite.ran, row, part)


def _on(kind: str, trial: Callable[[Store, float], Promise], part: float) -> Promise:
    with store_of(kind) as store:
        return trial(store, part)


if __name__ == "__main__":
    main()
