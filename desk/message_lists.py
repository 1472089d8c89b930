"""What waits for somebody because a message did not arrive: counts for the rail, and the list of contacts."""

from typing import Any

from flask import url_for
from flask_babel import gettext

from core.members.models import Role
from core.web.formats import money
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language
from core.web.rail import View
from desk import lists, rail_counts, rows, words
from invoices import unreachable
from invoices.lists import Owed, owed_by_each
from invoices.models import ContactState

DOUBTFUL, FAILED, UNDELIVERABLE = "doubtful", "failed", "undeliverable"
UNUSABLE = (ContactState.FAILED, ContactState.OPTED_OUT)


def counts() -> dict[str, int]:
    """Return how much work there is of each kind."""
    return {
        DOUBTFUL: rail_counts.doubtful(),
        FAILED: rail_counts.failed(),
        UNDELIVERABLE: rail_counts.undeliverable(),
    }


def waiting() -> int:
    """Return how much work there is of all kinds."""
    return sum(counts().values())


def rail_views() -> list[View]:
    """Return the lists as lines of the rail."""
    named = (
        (DOUBTFUL, gettext("Not certain"), url_for("desk.messages.index", state=DOUBTFUL)),
        (FAILED, gettext("Failed"), url_for("desk.messages.index", state=FAILED)),
        (UNDELIVERABLE, gettext("Contacts that fail"), url_for("desk.messages.undeliverable")),
    )
    return [
        View(key=f"messages.{key}", label=label, href=href, count=counts()[key], late=True)
        for key, label, href in named
    ]


def undeliverable_context() -> dict[str, Any]:
    """Return what the list of contacts that cannot be used shows."""
    organisation_id, page = current_organisation().id, lists.page_number()
    chosen = lists.chosen("state", ContactState)
    found, total = unreachable.unreachable_contacts(
        organisation_id=organisation_id,
        states=(chosen,) if chosen in UNUSABLE else (),
        text=lists.searched(),
        page=page,
    )
    owed = owed_by_each(organisation_id=organisation_id, debtor_ids=[one.debtor.id for one in found])
    options = [(state, words.contact_state(state)) for state in UNUSABLE]
    return {
        "here": f"messages.{UNDELIVERABLE}",
        "total": total,
        "filters": [lists.filter_by("state", gettext("State"), options)],
        "search": lists.searched(),
        "kept": lists.kept("state"),
        "rows": [_row(one, owed.get(one.debtor.id, ())) for one in found],
        "pages": lists.pages(total=total, page=page, size=unreachable.SIZE),
        "is_filtered": bool(lists.kept("state", "q")),
        "clear_href": url_for("desk.messages.undeliverable"),
        "may_change": may(current_member(), Role.AGENT),
    }


def _row(one: unreachable.Unreachable, owed: Any) -> dict[str, Any]:
    sums: list[Owed] = list(owed)
    return {
        "name": one.debtor.name,
        "debtor_href": url_for("desk.debtors.show", public_id=one.debtor.public_id),
        "contact": rows.contact(one.contact, debtor_public_id=one.debtor.public_id),
        "has_other_way": one.has_other_way,
        "amounts": [money(each.amount, each.currency, language()) for each in sums],
    }
