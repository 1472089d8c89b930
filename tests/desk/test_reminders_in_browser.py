"""The pages of plans, pauses, dry runs and explanations in a real browser, on three widths."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from core import clock, tenancy
from core.database import db
from core.members import sessions
from core.members.models import Role
from dunning import operations
from invoices.models import Debtor, Invoice
from tests import factories
from tests.axe import violations_of
from tests.browsing import DESKTOP, PHONE
from tests.languages import in_turns, speak
from tests.serving import Served

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
TABLET = 768


def stage(served: Served) -> tuple[str, dict[str, str]]:
    """Store debtors with invoices of several ages; return an administrator's cookie and the pages to see."""
    with served.app.app_context():
        owner = factories.organisation()
        creditor, today = factories.creditor(owner), clock.now().date()
        for age in (1, 3, 5, 8, 12, 15, 20, 22, 30, 36):
            debtor = factories.debtor(owner)
            factories.contact_point(debtor)
            due_on = today - timedelta(days=age)
            factories.invoice(debtor, creditor, due_on=due_on, invoiced_on=due_on)
        member = factories.member(owner, role=Role.ADMINISTRATOR)
        with tenancy.scope(owner.id):
            policy = operations.found_policy(organisation_id=owner.id)
            secret = sessions.begin(member=member, browser="Chromium", now=clock.now())
            invoice = db.session.scalars(select(Invoice).order_by(Invoice.id)).all()[0]
            first = db.session.scalars(select(Debtor).order_by(Debtor.id)).all()[0]
            db.session.commit()
            return secret, {
                "plans": "/desk/dunning",
                "plan": "/desk/dunning/policy/new",
                "forecast": f"/desk/dunning/policy/{policy.public_id}/forecast",
                "reminder": f"/desk/invoices/{invoice.public_id}/reminder",
                "debtor": f"/desk/debtors/{first.public_id}",
            }


@SQLITE
def test_the_pages_fit_every_width_and_axe_finds_nothing_serious(
    served: Served,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
) -> None:
    """At each width a page speaks another language."""
    secret, pages = stage(served)
    for begin, width in enumerate((PHONE, TABLET, DESKTOP)):
        tab = open_tab(width=width, javascript=width != TABLET)
        tab.context.add_cookies([{"name": "desk", "value": secret, "url": served.url}])
        for (name, path), language in in_turns(pages.items(), begin=2 * begin):
            speak(served.app, language)
            tab.goto(f"{served.url}{path}")
            photograph(tab, f"{name}-{language}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (name, language)
            if width == PHONE:
                found = [one for one in violations_of(tab) if one["impact"] in ("serious", "critical")]
                assert found == [], (name, language)
