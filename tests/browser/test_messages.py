"""Messages in trouble in Chromium: looked over by axe at every width, in the five languages by turns."""

from collections.abc import Callable
from itertools import cycle

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from core import clock, tenancy
from core.database import db
from core.members.models import Role
from core.transaction import writing
from invoices.models import ContactPoint, ContactState, Debtor
from messaging.models import Message, MessageState
from tests.browser.looks import faults_of
from tests.browser.stage import STAR, Stage
from tests.languages import LANGUAGES, speak

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def test_pages_of_messages_in_trouble(
    stage: Stage, open_tab: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    with stage.served.app.app_context(), tenancy.scope(stage.demo.organisation_id), writing():
        message = db.session.scalars(select(Message).where(Message.public_id == stage.ids["messages"])).one()
        message.state, message.state_reason = MessageState.UNKNOWN, "line_cut"
        message.handed_at, message.sent_at, message.delivered_at = clock.now(), None, None
        of_star = select(ContactPoint).join(Debtor).where(Debtor.customer_number == STAR)
        contact = db.session.scalars(of_star.where(ContactPoint.id != message.contact_point_id)).first()
        assert contact is not None
        contact.state, contact.state_reason = ContactState.FAILED, "5.1.1 no such user"
    faults: list[str] = []
    tab = open_tab()
    stage.sign_in(tab, Role.AGENT)
    pages = (
        ("message-life", f"/desk/messages/{stage.ids['messages']}"),
        ("messages-doubtful", "/desk/messages?state=doubtful"),
        ("messages-undeliverable", "/desk/messages/undeliverable"),
    )
    for language, (name, path) in zip(LANGUAGES, cycle(pages)):
        speak(stage.served.app, language)
        tab.goto(stage.address(path))
        assert tab.locator("main").inner_text().count("Sanne de Wit") > 0, path
        faults += faults_of(tab, f"{name}-{language}", photograph)
    assert faults == []
