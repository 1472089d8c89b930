"""A form that is sent after the session ended, in a browser: the text is there, and the way back too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from core import clock, tenancy
from core.database import db
from core.members.models import MemberSession, Role
from core.members.queries import IDLE
from tests.browser.looks import faults_of
from tests.browser.stage import Stage
from tests.browsing import DESKTOP, PHONE

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
Photograph = Callable[[Page, str], None]
ANSWER = "The second delivery came in March.\n\nWe send a credit note for it, and the rest stays open."


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_an_answer_that_came_too_late_is_there_to_be_copied_and_sent_after_sign_in(
    stage: Stage, open_tab: Callable[..., Page], width: int, javascript: bool
) -> None:
    tab = open_tab(width=width, javascript=javascript)
    stage.sign_in(tab, Role.AGENT)
    tab.goto(stage.address(f"/desk/actions/{stage.ids['actions']}/close"))
    heading = tab.get_by_role("heading", level=1).inner_text()
    tab.get_by_label("Text for the debtor").fill(ANSWER)
    tab.get_by_label("Agree", exact=True).check()
    _end_sessions(stage)
    tab.get_by_role("button", name="Close action").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are not signed in, or no longer.")
    text = tab.get_by_label("Text for the debtor")
    expect(text).to_have_value(ANSWER)
    expect(text).not_to_be_editable()
    tab.get_by_role("link", name="Sign in").click()
    key = stage.demo.keys[Role.AGENT]
    tab.get_by_label("E-mail address").fill(key.email)
    tab.get_by_label("Password").fill(key.password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(f"**/desk/actions/{stage.ids['actions']}/close")
    expect(tab.get_by_role("heading", level=1)).to_have_text(heading)
    expect(tab.get_by_label("Text for the debtor")).to_be_editable()


def test_the_page_with_what_was_typed_can_be_used_by_everybody(
    stage: Stage, open_tab: Callable[..., Page], photograph: Photograph
) -> None:
    tab = open_tab(width=DESKTOP)
    stage.sign_in(tab, Role.ADMINISTRATOR)
    tab.goto(stage.address("/settings/organisation"))
    tab.get_by_label("Postal address").fill("Havenweg 1, Donaudampfschifffahrtsgesellschaft " * 3)
    _end_sessions(stage)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_label("Postal address")).not_to_be_editable()
    faults = list(faults_of(tab, "too-late", photograph))
    tab.goto(stage.address("/desk/nowhere"))
    expect(tab.get_by_role("link", name="Go to the desk")).to_be_visible()
    faults += faults_of(tab, "nowhere", photograph)
    assert faults == []


def _end_sessions(stage: Stage) -> None:
    """Let an hour pass without a click, for everybody."""
    with stage.served.app.app_context(), tenancy.everywhere():
        db.session.execute(update(MemberSession).values(seen_at=clock.now() - IDLE))
        db.session.commit()
