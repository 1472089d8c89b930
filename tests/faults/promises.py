"""docs/promises.md: what was promised, how it was tried, and what came of it, with date and commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.page import ROOT, when

FILE: Path = ROOT / "docs" / "promises.md"
HEAD = """# Promises

Written by `make faults`: processes are killed (`kill -9`), lines are cut and servers go away, for real, while
messages leave and debtors react. A row is what one run came to; a promise that was not kept says so. The
same runs, smaller, are tests in `tests/faults`.
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """One row: what was done to the portal, what must hold, what came of it, and whether it held."""

    what: str
    must_be: str
    came_to: str
    kept: bool


def written(promises: Sequence[Promise], *, part: float, trials: int) -> str:
    """Return the page, which says how much of the full tier was run, and of how many trials."""
    rows = [
        f"| {one.what} | {one.must_be} | {one.came_to} | {'yes' if one.kept else '**no**'} |"
        for one in promises
    ]
    table = ["| what | must be | came to | kept |", "|---|---|---|---|", *rows]
    much = "The full tier." if part == 1.0 else f"{part:.0%} of the full tier (`--part {part:g}`)."
    if len(promises) < trials:
        much += f" Ended after {len(promises)} of {trials} trials."
    return "\n".join([HEAD, f"{when()}. {much}", "", *table]) + "\n"


def keep(promises: Sequence[Promise], *, part: float, trials: int) -> None:
    """Write the page anew."""
    FILE.write_text(written(promises, part=part, trials=trials))
