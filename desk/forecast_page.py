"""What the dry run of a plan shows: its figures, a drawing and a table."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core import clock
from core.clock import day_in
from core.web.guards import current_organisation
from desk import dunning_words as words
from dunning.models import DunningPolicy
from dunning.simulation import DAYS, Simulation, simulate

# More take so long that a page is not the place: `portal dunning simulate` looks at everybody.
MOST_DEBTORS = 5_000
WIDTH, HEIGHT, GAP = 900, 180, 2
COLOURS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a day's bar, in the units of the drawing; `colour` is 1 to 5."""

    x: float
    y: float
    width: float
    height: float
    colour: int


def context(policy: DunningPolicy) -> dict[str, Any]:
    """Return what the page shows."""
    organisation = current_organisation()
    found = simulate(
        organisation=organisation,
        policy_id=policy.id,
        today=day_in(clock.now(), organisation.zone),
        most_debtors=MOST_DEBTORS,
    )
    return {
        "here": "dunning",
        "policy": policy,
        "found": found,
        "stages": [
            (stage.position, words.event(stage.event), colour_of(stage.position)) for stage in found.stages
        ],
        "added": _added(found),
        "busiest": max(found.days, key=lambda one: one.total, default=None),
        "bars": bars(found),
        "width": WIDTH,
        "height": HEIGHT,
        "days": DAYS,
        "most": MOST_DEBTORS,
    }


def _added(found: Simulation) -> list[tuple[int, str, list[tuple[str, int]]]]:
    """Return for each stage that adds something its position, its text, and how much in each currency."""
    texts = {stage.position: words.event(stage.event) for stage in found.stages}
    return [(position, texts[position], sorted(sums.items())) for position, sums in found.added.items()]


def bars(found: Simulation) -> list[Bar]:
    """Return the drawing: a bar for each day, the stages upon each other, the first one at the bottom."""
    most = max((one.total for one in found.days), default=0)
    step = WIDTH / ((found.last - found.first) / timedelta(days=1) + 1)
    drawn = []
    for one in found.days:
        x, top = ((one.day - found.first) / timedelta(days=1)) * step, float(HEIGHT)
        for position, number in sorted(one.messages.items()):
            height = HEIGHT * number / most
            top -= height
            drawn.append(
                Bar(round(x, 1), round(top, 1), round(step - GAP, 1), round(height, 1), colour_of(position))
            )
    return drawn


def colour_of(position: int) -> int:
    """Return which of the colours a stage has."""
    return (position - 1) % COLOURS + 1
