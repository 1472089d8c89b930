"""What only a browser shows of the desk: what stays on the screen, on paper and under the thumb."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update

from core import clock, tenancy
from core.database import db
from core.members.models import Role
from core.organisations.models import Organisation
from core.transaction import writing
from dunning.models import DunningPolicy
from invoices.importing.models import ImportBatch
from invoices.statements.models import BankStatement
from tests.browser.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
IS_SEEN = """thing => {
    const { left, right, top, bottom } = thing.getBoundingClientRect();
    const found = [left + 2, right - 2].map(x => document.elementFromPoint(x, (top + bottom) / 2));
    const fits = left >= 0 && right <= document.documentElement.clientWidth;
    return fits && found.every(one => thing.contains(one));
}"""


@pytest.fixture
def desk(stage: Stage, open_tab: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page of the desk as an agent."""

    def opened(path: str, *, width: int) -> Page:
        tab = open_tab(width=width, language="en")
        stage.sign_in(tab, Role.ADMINISTRATOR, language="en")
        tab.goto(stage.address(path))
        return tab

    return opened


def is_seen(thing: Locator) -> bool:
    """Return whether the thing stands on the screen with nothing upon it."""
    thing.scroll_into_view_if_needed()
    return bool(thing.evaluate(IS_SEEN))


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_menu_in_the_head_of_a_card_is_not_cut_off(
    stage: Stage, desk: Callable[..., Page], photograph: Callable[[Page, str], None], width: int
) -> None:
    tab = desk(f"/desk/dunning/{stage.ids['dunning']}", width=width)
    menus = tab.locator(".card-head details.chip")
    assert menus.count() > 0
    for menu in menus.all():
        menu.locator("summary").click()
        photograph(tab, "card-menu")
        for choice in menu.locator("a").all():
            assert is_seen(choice), (choice.inner_text(), choice.bounding_box())
        menu.locator("summary").click()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_second_step_in_the_bar_stays_on_the_screen(
    stage: Stage, desk: Callable[..., Page], photograph: Callable[[Page, str], None], width: int
) -> None:
    tab = desk(f"/desk/imports/{stage.ids['imports']}", width=width)
    tab.locator(".bar summary").click()
    photograph(tab, "bar-confirm")
    assert is_seen(tab.get_by_role("button", name="Discard the file"))
    assert is_seen(tab.locator(".bar .confirm-body p"))


def look_back(stage: Stage, *, days: int) -> None:
    """Let plans run by themselves, on payment data of so many days at most; what there is is older."""
    long_ago = clock.now() - timedelta(days=days + 30)
    changes = (
        update(Organisation).values(payment_data_days=days),
        update(DunningPolicy).values(is_automatic=True),
        update(ImportBatch).where(ImportBatch.finished_at.is_not(None)).values(finished_at=long_ago),
        update(BankStatement).values(created_at=long_ago),
    )
    with stage.served.app.app_context(), tenancy.scope(stage.demo.organisation_id), writing():
        for change in changes:
            db.session.execute(change)


@pytest.mark.parametrize("width", [360, 1280])
def test_that_plans_stand_still_is_seen_beside_them(
    stage: Stage, desk: Callable[..., Page], photograph: Callable[[Page, str], None], width: int
) -> None:
    look_back(stage, days=5)
    tab = desk("/desk/dunning", width=width)
    photograph(tab, "standing-still")
    assert is_seen(tab.get_by_text("Plans that run by themselves stand still until then."))
    assert is_seen(tab.get_by_role("link", name="Take in a statement"))


@pytest.mark.parametrize("width", [360, 800])
def test_the_menu_opens_beside_a_chosen_action(
    stage: Stage, desk: Callable[..., Page], photograph: Callable[[Page, str], None], width: int
) -> None:
    tab = desk(f"/desk/actions?action={stage.ids['actions']}", width=width)
    photograph(tab, "pane")
    tab.get_by_role("button", name="Menu").click()
    expect(tab.get_by_role("link", name="Debtors")).to_be_visible()


def test_no_single_key_moves_somebody_who_speaks_or_trembles(stage: Stage, desk: Callable[..., Page]) -> None:
    tab = desk("/desk/invoices", width=1280)
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.tagName") == "BODY"


def test_tables_in_forms_are_printed_without_their_buttons(stage: Stage, desk: Callable[..., Page]) -> None:
    tab = desk("/desk", width=1280)
    tab.emulate_media(media="print")
    for path, button in (
        (f"/desk/dunning/{stage.ids['dunning']}", "Keep this choice"),
        (f"/desk/payments/{stage.ids['payments']}", "Book payment"),
    ):
        tab.goto(stage.address(path))
        expect(tab.locator("main form table").first).to_be_visible()
        expect(tab.get_by_text(button, exact=True).last).to_be_hidden()


@pytest.mark.parametrize("name", ["dunning", "debtors", "invoices", "messages", "payments", "imports"])
def test_lists_are_looked_at_on_a_phone(
    stage: Stage, desk: Callable[..., Page], photograph: Callable[[Page, str], None], name: str
) -> None:
    tab = desk(f"/desk/{name}", width=360)
    photograph(tab, f"list-{name}")
    tab.goto(stage.address(f"/desk/{name}/{stage.ids[name]}"))
    photograph(tab, f"one-{name}")
    wide, seen = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen
