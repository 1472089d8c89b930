"""What a debtor does in a browser: on a telephone and a desk, with scripts and without, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from core import clock, tenancy
from core.database import db
from invoices.models import Invoice
from links.models import Visit
from links.queries import IDLE
from reactions.models import Reaction, ReactionInvoice
from tests.browser.stage import Stage
from tests.browsing import DESKTOP, PHONE

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
EXPLANATION = "The cabinet is not the one we agreed on."
CHOSEN = ("2026/186", "2026/214")
TABS = 60
# Whether the element with the focus, or the row around it, has a ring.
SHOWS = """element => [element, element.closest("label"), element.closest(".row"), element.closest("tbody")]
    .some(one => one && getComputedStyle(one).outlineStyle !== "none")"""


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_debtor_reacts_to_two_invoices_and_keeps_the_receipt(
    stage: Stage,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
    width: int,
    javascript: bool,
) -> None:
    tab = open_tab(width=width, javascript=javascript)
    stage.enter(tab)
    for number in CHOSEN:
        tab.get_by_role("checkbox", name=number).check()
    photograph(tab, f"journey-list-{javascript}")
    tab.get_by_role("button", name="Respond", exact=True).click()
    tab.get_by_role("radio", name="I do not agree with the invoice").check()
    tab.get_by_role("button", name="Save reaction").last.click()
    expect(tab.get_by_role("heading", name="Your reaction has not been saved yet")).to_be_visible()
    photograph(tab, f"journey-error-{javascript}")
    tab.get_by_label("The amount is wrong").check()
    tab.get_by_label("What is not right?").fill(EXPLANATION)
    tab.get_by_role("button", name="Save reaction").last.click()
    tab.wait_for_url("**/invoices")
    expect(tab.get_by_text("Your reaction has been saved.")).to_be_visible()
    tab.get_by_role("link", name="See your reaction").first.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("We have received your reaction")
    expect(tab.get_by_text(EXPLANATION)).to_be_visible()
    photograph(tab, f"journey-receipt-{javascript}")
    assert _answered(stage) == set(CHOSEN)


def test_the_whole_way_is_walked_by_keyboard_alone(stage: Stage, open_tab: Callable[..., Page]) -> None:
    tab = open_tab(width=DESKTOP)
    stage.open_link(tab)
    _reach(tab, "button", "Continue")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/invoices")
    for number in CHOSEN:
        _reach(tab, "checkbox", number)
        tab.keyboard.press("Space")
    _reach(tab, "button", "Respond")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/react")
    _reach(tab, "radio", "I do not agree with the invoice")
    tab.keyboard.press("Space")
    _reach(tab, "radio", "The amount is wrong")
    tab.keyboard.press("Space")
    _reach(tab, "textbox", "What is not right?")
    tab.keyboard.type(EXPLANATION)
    _reach(tab, "button", "Save reaction")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/invoices")
    _reach(tab, "link", "See your reaction")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("We have received your reaction")
    assert _answered(stage) == set(CHOSEN)


def test_leaving_ends_the_visit_also_for_the_back_button(stage: Stage, open_tab: Callable[..., Page]) -> None:
    tab = open_tab(width=PHONE)
    stage.enter(tab)
    expect(tab.get_by_text("2026/186").first).to_be_visible()
    tab.get_by_role("button", name="Log out").click()
    tab.wait_for_url("**/left?lang=en")
    tab.go_back()
    expect(tab.get_by_text("2026/186")).to_have_count(0)
    assert tab.context.cookies() == []


def test_typing_keeps_the_visit_going_and_is_told_once_a_minute(
    stage: Stage, open_tab: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    tab = open_tab(width=PHONE)
    tab.clock.install()
    told = _typing(stage, tab)
    area = tab.get_by_label("What is not right?")
    with tab.expect_response("**/stay") as answer:
        area.press_sequentially("One")
    assert answer.value.status == 204
    area.press_sequentially(" and two")
    assert len(told) == 1
    tab.clock.fast_forward(61_000)
    with tab.expect_response("**/stay") as answer:
        area.press_sequentially(" and three")
    assert (answer.value.status, len(told)) == (204, 2)
    photograph(tab, "typing")


def test_typing_after_the_visit_ended_leaves_the_text_alone(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab(width=DESKTOP)
    tab.clock.install()
    _typing(stage, tab)
    with stage.served.app.app_context(), tenancy.everywhere():
        db.session.execute(update(Visit).values(seen_at=clock.now() - IDLE))
        db.session.commit()
    area = tab.get_by_label("What is not right?")
    with tab.expect_response("**/stay") as answer:
        area.fill(EXPLANATION)
    assert answer.value.status == 401
    expect(area).to_have_value(EXPLANATION)
    tab.get_by_role("button", name="Save reaction").last.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your visit has ended")
    expect(tab.get_by_text(EXPLANATION)).to_be_visible()


def _typing(stage: Stage, tab: Page) -> list[str]:
    """Come as far as the box for words; return a list of what is told from then on."""
    stage.enter(tab)
    tab.get_by_role("checkbox", name=CHOSEN[0]).check()
    tab.get_by_role("button", name="Respond", exact=True).click()
    # A choice is an answer too, and is told as typing is.
    with tab.expect_response("**/stay"):
        tab.get_by_role("radio", name="I do not agree with the invoice").check()
    tab.clock.fast_forward(61_000)
    told: list[str] = []
    tab.on("request", lambda request: told.append(request.url) if request.url.endswith("/stay") else None)
    return told


def _reach(tab: Page, role: str, name: str) -> None:
    """Press Tab until this has the focus, and see that it shows."""
    wanted = tab.get_by_role(role, name=name).last  # type: ignore[arg-type]  # one of Playwright's roles
    for _ in range(TABS):
        tab.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate(SHOWS), f"The focus on {name} cannot be seen."
            return
    raise AssertionError(f"{TABS} times Tab do not reach {role} {name!r}.")


def _answered(stage: Stage) -> set[str]:
    """Return the invoices of the reaction that was stored."""
    with stage.served.app.app_context(), tenancy.everywhere():
        newest = select(Reaction.id).order_by(Reaction.id.desc()).limit(1).scalar_subquery()
        numbers = (
            select(Invoice.number)
            .join(ReactionInvoice, ReactionInvoice.invoice_id == Invoice.id)
            .where(ReactionInvoice.reaction_id == newest)
        )
        return set(db.session.scalars(numbers))
