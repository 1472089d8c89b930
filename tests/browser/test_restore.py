"""After a restore in Chromium: what may have left since, by keyboard, and the notice on other pages."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from core import clock, tenancy
from core.database import db
from core.members.models import Role
from core.organisations import restores
from core.transaction import reading, writing
from invoices.models import Channel
from messaging import restored
from messaging.models import Message, MessageState
from tests.browser.looks import faults_of
from tests.browser.stage import Stage
from tests.languages import LANGUAGES, speak

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def stand_still(stage: Stage) -> None:
    """Let some messages of the demo wait again, and everything stand still."""
    with stage.served.app.app_context(), tenancy.scope(stage.demo.organisation_id), writing():
        mail = Message.channel == Channel.EMAIL
        some = select(Message.id).where(Message.is_collection, mail).limit(4)
        fresh = {"state": MessageState.NEW, "handed_at": None, "sent_at": None, "delivered_at": None}
        db.session.execute(update(Message).where(Message.id.in_(some)).values(**fresh))
        now = clock.now()
        restore = restores.hold(
            organisation_id=stage.demo.organisation_id, backup_at=now - timedelta(hours=9), now=now
        )
        assert restored.hold_back(restore=restore)


def test_the_pages_look_well_while_the_portal_stands_still(
    stage: Stage, open_tab: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    stand_still(stage)
    faults: list[str] = []
    tab = open_tab()
    stage.sign_in(tab, Role.ADMINISTRATOR)
    pages = (
        ("restore", "/desk/restore"),
        ("restore-inbox", f"/desk/actions?action={stage.ids['actions']}"),
        ("restore-messages", "/desk/messages"),
        ("restore-members", "/settings/members"),
    )
    for language, (name, path) in zip(LANGUAGES, cycle(pages)):
        speak(stage.served.app, language)
        tab.goto(stage.address(path))
        assert tab.locator("main > .banner").is_visible(), path
        faults += faults_of(tab, f"{name}-{language}", photograph)
    assert faults == []


def test_an_administrator_decides_and_releases_by_keyboard(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    stand_still(stage)
    tab = open_tab(language="en")
    stage.sign_in(tab, Role.ADMINISTRATOR)
    tab.goto(stage.address("/desk/debtors"))
    tab.get_by_role("link", name="Decide and release").press("Enter")
    tab.get_by_label("All messages of this list").press("Space")
    tab.get_by_role("button", name="Has left already").press("Enter")
    tab.get_by_text("Nothing is left to decide").wait_for()
    tab.locator("summary", has_text="Release").press("Enter")
    tab.get_by_role("button", name="Send and remind again").press("Enter")
    tab.get_by_text("The portal goes on").wait_for()
    assert tab.locator("main > .banner").count() == 0
    with stage.served.app.app_context(), tenancy.scope(stage.demo.organisation_id), reading():
        assert not restores.is_held(organisation_id=stage.demo.organisation_id)
