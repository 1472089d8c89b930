"""Every page of every door in Chromium over HTTPS: looked over by axe, at three widths, and photographed.

The five languages have their turns.
"""

from collections.abc import Callable
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from core.members.models import Role
from core.web.guards import EVERYBODY, rank_of
from tests.browser.looks import faults_of
from tests.browser.stage import Stage
from tests.languages import LANGUAGES, in_turns, speak
from tests.rules import Place, places

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")

# Files to keep and an e-mail as it was sent, no pages.
FILES = (
    ".csv",
    ".css",
    ".eml",
    ".pdf",
    "/<public_id>/mail",
    "/logo/<public_id>",
    "/health",
    "/static/<path:filename>",
)
# What a member sees there is what a debtor reads.
SPEAKS_AS_DEBTORS = ("settings.preview.show",)
Photograph = Callable[[Page, str], None]


def test_pages_of_debtors(stage: Stage, open_tab: Callable[..., Page], photograph: Photograph) -> None:
    tab = open_tab(language="nl")
    stage.enter(tab, language="nl")
    for box in tab.locator("input[name=invoice]").all()[:2]:
        box.check()
    tab.get_by_role("button", name="Betalen", exact=True).click()
    tab.wait_for_url("**/pay")
    tabs = _tabs(open_tab, like=tab)
    _look_over(stage, tabs, _pages(stage, "debtor", open_ones=None), photograph)


@pytest.mark.parametrize("door", ["desk", "settings"])
def test_pages_of_members(
    stage: Stage, open_tab: Callable[..., Page], photograph: Photograph, door: str
) -> None:
    tab = open_tab()
    stage.sign_in(tab, Role.ADMINISTRATOR)
    _look_over(stage, _tabs(open_tab, like=tab), _pages(stage, door, open_ones=False), photograph)


def test_pages_before_sign_in(stage: Stage, open_tab: Callable[..., Page], photograph: Photograph) -> None:
    _look_over(stage, _tabs(open_tab), _pages(stage, "desk", open_ones=True), photograph)


def test_error_pages(stage: Stage, open_tab: Callable[..., Page], photograph: Photograph) -> None:
    tabs = _tabs(open_tab)
    faults: list[str] = []
    missing = (("debtor", "/nowhere"), ("link", f"/k/{'A' * 25}"), ("desk", "/desk/nowhere"))
    for (name, path), language in in_turns(missing):
        tab = tabs[language]
        tab.goto(stage.address(path))
        faults += faults_of(tab, f"error-{name}", photograph)
    assert faults == []


def _tabs(open_tab: Callable[..., Page], *, like: Page | None = None) -> dict[str, Page]:
    """Open a tab for each language, where the same people are signed in as in that one."""
    tabs = {language: open_tab(language=language) for language in LANGUAGES}
    if like is not None:
        for tab in tabs.values():
            tab.context.add_cookies(cast(list[Any], like.context.cookies()))
    return tabs


def _look_over(stage: Stage, tabs: dict[str, Page], pages: list[Place], photograph: Photograph) -> None:
    faults: list[str] = []
    for place, language in in_turns(pages):
        tab = tabs[language]
        speak(stage.served.app, language)
        answer = tab.goto(stage.address(place.address(stage.ids)))
        assert answer is not None
        assert answer.status == 200, place.rule
        if place.endpoint not in SPEAKS_AS_DEBTORS:
            expect(tab.locator("html")).to_have_attribute("lang", language)
        faults += faults_of(tab, place.endpoint.replace(".", "-"), photograph)
    assert faults == []


def _pages(stage: Stage, door: str, *, open_ones: bool | None) -> list[Place]:
    """Return the pages of a door; of the members' doors those that need no sign-in, or the others."""
    app = stage.served.app
    found = [
        place
        for place in places(app)
        if place.door == door
        and "GET" in place.methods
        and not place.rule.rule.endswith(FILES)
        and (open_ones is None or (rank_of(app.view_functions[place.endpoint]) == EVERYBODY) == open_ones)
    ]
    assert len(found) >= 4
    return found
