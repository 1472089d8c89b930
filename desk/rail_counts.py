"""How much work of each kind waits for somebody: the numbers on the rail, asked at once for each page."""

from collections.abc import Mapping
from typing import Any

from flask import g

from core import clock
from core.clock import day_in
from core.organisations import restores
from core.prepared import SideBySide
from core.web.guards import current_member, current_organisation
from invoices import unreachable
from invoices.statements import queries as statements
from messaging import letter_batches
from messaging import queries as messages
from messaging.models import MessageState
from reactions.queries import inbox
from reactions.queries.views import View

_NUMBERS = SideBySide(
    inbox=inbox.counts(),
    troubled=messages.troubled(),
    unreachable=unreachable.number_unreachable(),
    letters=letter_batches.number_to_post(),
    payments=statements.number_waiting(),
    restore=restores.held_or_not(),
)


def actions(view: View) -> int | None:
    """Return how many actions stand in a view of the inbox, None for the closed ones."""
    return _numbers()["inbox"].get(view.value)


def doubtful() -> int:
    """Return of how many messages nobody knows whether they left."""
    return int(_numbers()["troubled"][MessageState.UNKNOWN])


def failed() -> int:
    """Return how many messages did not arrive, and nobody has looked at it yet."""
    troubled = _numbers()["troubled"]
    return int(troubled[MessageState.FAILED] + troubled[MessageState.BOUNCED])


def undeliverable() -> int:
    """Return how many contact points of people who still owe cannot be used."""
    return int(_numbers()["unreachable"]["number"])


def letters() -> int:
    """Return how many batches of letters wait for somebody."""
    return int(_numbers()["letters"]["number"])


def payments() -> int:
    """Return how many payments somebody has to settle."""
    return int(_numbers()["payments"]["number"])


def is_held() -> bool:
    """Return whether a backup was restored and waits for its release."""
    return bool(_numbers()["restore"]["is_held"])


def _numbers() -> Mapping[str, Mapping[str, Any]]:
    if "rail_counts" not in g:
        organisation = current_organisation()
        g.rail_counts = _NUMBERS.ask(
            organisation_id=organisation.id,
            of_member=current_member().id,
            today=day_in(clock.now(), organisation.zone),
        )
    found: Mapping[str, Mapping[str, Any]] = g.rail_counts
    return found
