"""Payments settled in Chromium: by keyboard, on a phone, without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.members.models import Role
from tests.browser.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def test_a_payment_is_booked_by_keyboard_on_a_phone_without_javascript(
    stage: Stage, open_tab: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    tab = open_tab(language="en", width=360, javascript=False)
    stage.sign_in(tab, Role.AGENT, language="en")
    tab.goto(stage.address(f"/desk/payments/{stage.ids['payments']}"))
    photograph(tab, "payment")
    amount = tab.get_by_label("2026/201")
    expect(amount).to_have_value("50.00")
    amount.press("Enter")
    expect(tab.locator("main")).to_contain_text("The payment was booked.")
