"""`python -m tests.faults`: the full tier of every fault, printed and written to docs/promises.md.

`--part 0.1` kills and sends a tenth of it; then nothing is written, unless `--write` says so.
"""

import argparse
import sys
from collections.abc import Iterator

from bench.stores import kinds, store_of
from tests.faults import promises, trials
from tests.faults.promises import Promise


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
        promises.keep(found, part=chosen.part)
    if not all(one.kept for one in found):
        raise SystemExit(1)


def _tried(part: float) -> Iterator[Promise]:
    for kind in kinds():
        for trial in trials.ON_EACH:
            with store_of(kind) as store:
                yield trial(store, part)
    if "postgresql" in kinds():
        yield trials.restarted(part)
    for what, (must_be, test) in trials.TESTS.items():
        yield trials.ran(what, must_be, test)


if __name__ == "__main__":
    main()
