"""The page of a proposal in a real browser, with scripts and without."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core import clock, tenancy
from core.database import db
from core.members import sessions
from dunning import operations
from messaging.models import Message
from tests import factories
from tests.browsing import DESKTOP, PHONE
from tests.serving import Served

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def sign_in(served: Served) -> str:
    """Store an agent and three debtors who can be written to; return the agent's cookie."""
    with served.app.app_context():
        owner = factories.organisation()
        creditor = factories.creditor(owner)
        due_on = clock.now().date() - timedelta(days=20)
        for name in ("Anna", "Bram", "Carla"):
            debtor = factories.debtor(owner, first_name=name, last_name="Vos", sort_name=f"vos {name}")
            factories.contact_point(debtor)
            factories.invoice(debtor, creditor, due_on=due_on, invoiced_on=due_on)
        member = factories.member(owner, language="en")
        with tenancy.scope(owner.id):
            operations.found_policy(organisation_id=owner.id)
            secret = sessions.begin(member=member, browser="Chromium", now=clock.now())
            db.session.commit()
        return secret


def messages(served: Served) -> int:
    with served.app.app_context(), tenancy.everywhere():
        return len(db.session.scalars(select(Message)).all())


@SQLITE
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("javascript", [True, False])
def test_an_agent_proposes_leaves_one_out_and_approves(
    served: Served,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
    width: int,
    javascript: bool,
) -> None:
    tab = open_tab(width=width, javascript=javascript)
    tab.context.add_cookies([{"name": "desk", "value": sign_in(served), "url": served.url}])
    tab.goto(f"{served.url}/desk/dunning")
    tab.get_by_role("button", name="Propose a run").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Run of")
    photograph(tab, f"dunning-proposal-{javascript}")
    tab.get_by_label("Write to Bram Vos").uncheck()
    tab.get_by_label("Write to Bram Vos").press("Enter")
    expect(tab.locator(".banner", has_text="1 debtor was changed.")).to_be_focused()
    expect(tab.get_by_label("Write to Bram Vos")).not_to_be_checked()
    assert messages(served) == 0
    tab.get_by_label("Write to Anna Vos").uncheck()
    tab.get_by_role("button", name="Approve the ticked messages").click()
    expect(tab.get_by_text("The run was approved.")).to_be_visible()
    expect(tab.get_by_text("Left out by a colleague")).to_be_visible()
    photograph(tab, f"dunning-approved-{javascript}")
    assert messages(served) == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
