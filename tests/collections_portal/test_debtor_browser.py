"""The debtor's way in Chromium: on a phone without scripts, on a desk with them, and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from reactions.models import Reaction
from tests.axe import violations_of
from tests.browsing import DESKTOP, PHONE
from tests.collections_portal.conftest import Guest
from tests.serving import Served

# What a browser sees is the same on both databases.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")

RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
Photograph = Callable[[Tab, str], None]


OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 60)}`)"""


def looked_over(tab: Tab, photograph: Photograph, name: str) -> None:
    """Keep a picture; nothing may stand outside the screen."""
    tab.wait_for_load_state()
    photograph(tab, name)
    assert tab.evaluate(OUTSIDE) == [], name


def checked_by_axe(tab: Tab, name: str) -> None:
    assert violations_of(tab, RULES) == [], name


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_whole_way(
    guest: Guest,
    served: Served,
    open_tab: Callable[..., Tab],
    photograph: Photograph,
    width: int,
    javascript: bool,
) -> None:
    tab = open_tab(width=width, javascript=javascript)
    kind = "script" if javascript else "plain"
    tab.goto(served.url + guest.address)
    looked_over(tab, photograph, f"entry-{kind}")
    tab.get_by_role("button", name="Continue").click()
    looked_over(tab, photograph, f"list-{kind}")
    tab.locator(f"#invoice-{guest.invoices[0].public_id}").check()
    tab.get_by_role("button", name="Respond", exact=True).click()
    tab.get_by_label("I do not agree with the invoice").check()
    tab.get_by_role("button", name="Save reaction").click()
    looked_over(tab, photograph, f"errors-{kind}")
    tab.get_by_role("link", name="Please answer: What is not right?").click()
    tab.get_by_label("The amount is wrong").check()
    tab.get_by_label("What is not right?").fill("Two hours\ntoo many.")
    tab.get_by_role("button", name="Save reaction").click()
    expect(tab.locator("main")).to_contain_text("Your reaction has been saved.")
    looked_over(tab, photograph, f"saved-{kind}")
    tab.locator(".banner").get_by_role("link").click()
    looked_over(tab, photograph, f"receipt-{kind}")
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You have logged out")
    assert guest.count(Reaction) == 1


def test_every_page_can_be_used_by_everybody(
    guest: Guest, served: Served, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(width=PHONE)
    tab.goto(served.url + guest.address)
    checked_by_axe(tab, "entry")
    tab.get_by_role("button", name="Continue").click()
    checked_by_axe(tab, "list")
    tab.get_by_role("button", name="Pay", exact=True).click()
    checked_by_axe(tab, "list with an error")
    for invoice in guest.invoices:
        tab.locator(f"#invoice-{invoice.public_id}").check()
    tab.get_by_role("button", name="Pay", exact=True).click()
    checked_by_axe(tab, "pay")
    tab.get_by_role("button", name="I have made the transfer").click()
    checked_by_axe(tab, "reaction")
    tab.get_by_role("button", name="Save reaction").click()
    checked_by_axe(tab, "reaction with errors")


def test_the_enter_key_saves_and_changes_no_language(
    guest: Guest, served: Served, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(width=DESKTOP)
    tab.goto(served.url + guest.address)
    tab.get_by_role("button", name="Continue").click()
    tab.locator(f"#invoice-{guest.invoices[0].public_id}").check()
    tab.get_by_role("button", name="Respond", exact=True).click()
    tab.get_by_label("I have already paid").check()
    tab.locator("[name='paid.paid_on-day']").fill("18")
    tab.locator("[name='paid.paid_on-month']").fill("11")
    tab.locator("[name='paid.paid_on-year']").fill("2026")
    tab.locator("[name='paid.account']").press("Enter")
    expect(tab.locator("main")).to_contain_text("Your reaction has been saved.")
    expect(tab.locator("html")).to_have_attribute("lang", "en")


def test_another_language_loses_nothing_that_was_typed(
    guest: Guest, served: Served, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(width=PHONE)
    tab.goto(served.url + guest.address)
    tab.get_by_role("button", name="Continue").click()
    tab.locator(f"#invoice-{guest.invoices[0].public_id}").check()
    tab.get_by_role("button", name="Respond", exact=True).click()
    tab.get_by_label("I do not agree with the invoice").check()
    tab.get_by_label("What is not right?").fill("Typed words")
    tab.locator(".menu summary").click()
    tab.get_by_role("button", name="Deutsch").click()
    expect(tab.locator("html")).to_have_attribute("lang", "de")
    expect(tab.locator("textarea[name='complaint.explanation']")).to_have_value("Typed words")
