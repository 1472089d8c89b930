"""The agents' door: its session, its guard and its pages.

A new page: `desk/views/<nouns>.py` with `blueprint = Blueprint("<nouns>", __name__, url_prefix="/<nouns>")`;
mark every view with `@allows(Role.…)`; add the blueprint to PAGES and, when it belongs there, a line to RAIL.
"""

from typing import Protocol

from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from flask_wtf.csrf import CSRFProtect

from core.refusals import N_
from core.web import accounts, guards, rail
from desk import guard, inbox_page, message_lists, payment_data, rail_counts
from desk.session import MemberSessions
from desk.views import (
    account,
    actions,
    charges,
    contacts,
    debtors,
    dunning,
    dunning_forecast,
    dunning_policy,
    home,
    import_columns,
    imports,
    invoices,
    letters,
    links,
    messages,
    password,
    pauses,
    payments,
    reminders,
    restore,
    search,
    settlements,
    sign_in,
    statements,
)

PAGES: tuple[Blueprint, ...] = (
    home.blueprint,
    sign_in.blueprint,
    password.blueprint,
    account.blueprint,
    actions.blueprint,
    debtors.blueprint,
    contacts.blueprint,
    invoices.blueprint,
    settlements.blueprint,
    charges.blueprint,
    links.blueprint,
    messages.blueprint,
    letters.blueprint,
    imports.blueprint,
    import_columns.blueprint,
    payments.blueprint,
    statements.blueprint,
    search.blueprint,
    dunning_policy.blueprint,
    dunning_forecast.blueprint,
    pauses.blueprint,
    reminders.blueprint,
    dunning.blueprint,
    restore.blueprint,
)
RAIL: tuple[rail.Entry, ...] = (
    rail.Entry(
        "inbox",
        N_("Inbox"),
        "inbox",
        "desk.actions.index",
        count=inbox_page.waiting,
        views=inbox_page.rail_views,
    ),
    rail.Entry("debtors", N_("Debtors"), "users", "desk.debtors.index"),
    rail.Entry("invoices", N_("Invoices"), "file-text", "desk.invoices.index"),
    rail.Entry(
        "dunning",
        N_("Dunning"),
        "send",
        "desk.dunning.index",
        count=payment_data.standing_still,
        late=True,
    ),
    rail.Entry(
        "messages",
        N_("Messages"),
        "mail",
        "desk.messages.index",
        count=message_lists.waiting,
        late=True,
        views=message_lists.rail_views,
    ),
    rail.Entry("letters", N_("Letters"), "printer", "desk.letters.index", count=rail_counts.letters),
    rail.Entry(
        "payments",
        N_("Payments"),
        "download",
        "desk.payments.index",
        count=rail_counts.payments,
    ),
    rail.Entry("imports", N_("Imports"), "upload", "desk.imports.index"),
    rail.Entry("search", N_("Search"), "search", "desk.search.show", searches=True),
)


class Deployment(Protocol):
    """What the door needs to know of the deployment."""

    @property
    def is_https(self) -> bool: ...


def sessions(config: Deployment) -> SessionInterface:
    """Return the session interface of members."""
    return MemberSessions(secure=config.is_https)


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the desk's pages to the app, and the guard that stands before them and before the settings."""
    accounts.install(app)
    guard.stand_before(app)
    door = Blueprint("desk", __name__, url_prefix="/desk")
    for page in PAGES:
        door.register_blueprint(page)
    app.register_blueprint(door)
    rail.add(app, group="desk", entries=RAIL)
    rail.ask_of(app, is_held=rail_counts.is_held)
    app.context_processor(rail.for_templates)
    guards.require_marks(app, door="desk")
