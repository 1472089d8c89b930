"""What members do in a browser: answer and close, stop offering an answer, remind, import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Select, func, select

from core import tenancy
from core.database import db
from core.members.models import Role
from dunning.models import DunningRun, RunState
from invoices.models import Debtor
from messaging.models import Message
from reactions.models import Action, ActionState
from tests.browser.stage import Stage
from tests.browsing import DESKTOP, PHONE

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session"),
    pytest.mark.parametrize("width", [PHONE, DESKTOP]),
    pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"]),
]
Photograph = Callable[[Page, str], None]


@pytest.fixture
def tab(open_tab: Callable[..., Page], width: int, javascript: bool) -> Page:
    """A tab of this width, with scripts or without."""
    return open_tab(width=width, javascript=javascript)


def test_an_agent_signs_in_answers_and_closes(
    stage: Stage, tab: Page, photograph: Photograph, javascript: bool
) -> None:
    key = stage.demo.keys[Role.AGENT]
    tab.goto(stage.address("/desk/actions"))
    tab.get_by_label("E-mail address").fill(key.email)
    tab.get_by_label("Password").fill(key.password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url("**/desk/actions")
    tab.get_by_role("link", name="Joris Verhoeven").click()
    tab.get_by_role("link", name="Answer and close").click()
    tab.get_by_role("button", name="Close action").click()
    expect(tab.get_by_role("heading", name="The action was not closed")).to_be_visible()
    tab.get_by_label("Agree", exact=True).check()
    tab.get_by_label("Text for the debtor").fill("You are right. You get a credit note.")
    photograph(tab, f"journey-close-{javascript}")
    tab.get_by_role("button", name="Close action").click()
    expect(tab.get_by_text("The action was closed.")).to_be_visible()
    expect(tab.get_by_role("link", name="Joris Verhoeven")).to_have_count(0)
    assert _count(stage, select(Action).where(Action.state == ActionState.CLOSED)) == 2


def test_an_administrator_stops_offering_an_answer_and_debtors_no_longer_see_it(
    stage: Stage, tab: Page, open_tab: Callable[..., Page], width: int
) -> None:
    stage.sign_in(tab, Role.ADMINISTRATOR)
    tab.goto(stage.address(f"/settings/web/{stage.ids['web']}/parameters"))
    tab.get_by_role("switch", name="Debtors can choose this reaction").uncheck()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("switch", name="Debtors can choose this reaction")).not_to_be_checked()
    debtor = open_tab(width=width)
    stage.enter(debtor)
    debtor.get_by_role("checkbox", name="2026/186").check()
    debtor.get_by_role("button", name="Respond", exact=True).click()
    expect(debtor.get_by_role("radio", name="I have already paid")).to_have_count(1)
    expect(debtor.get_by_role("radio", name="I do not agree with the invoice")).to_have_count(0)


def test_an_agent_proposes_a_run_and_approves_it(
    stage: Stage, tab: Page, photograph: Photograph, javascript: bool
) -> None:
    stage.sign_in(tab, Role.AGENT)
    before = _count(stage, select(Message))
    tab.goto(stage.address(f"/desk/dunning/{stage.ids['dunning']}"))
    tab.get_by_role("button", name="Discard").click()
    tab.wait_for_url("**/desk/dunning")
    tab.get_by_role("button", name="Propose a run").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Run of")
    photograph(tab, f"journey-run-{javascript}")
    wanted = int(tab.locator("dl", has_text="Debtors to write to").locator(".figure").inner_text())
    tab.get_by_role("button", name="Approve the ticked messages").click()
    expect(tab.get_by_text("The run was approved.")).to_be_visible()
    assert wanted > 1
    assert _count(stage, select(Message)) == before + wanted
    assert _count(stage, select(DunningRun).where(DunningRun.state == RunState.CONFIRMED)) == 2


def test_an_agent_imports_a_file(
    stage: Stage, tab: Page, photograph: Photograph, tmp_path: Path, javascript: bool
) -> None:
    file = tmp_path / "klanten.csv"
    file.write_text("Klantnummer;Voornaam;Achternaam;E-mail\n70001;Pim;Jansen;pim@post.example\n")
    stage.sign_in(tab, Role.AGENT)
    tab.goto(stage.address("/desk/imports/new"))
    tab.get_by_role("radio", name="Debtors", exact=False).last.check()
    tab.get_by_label("File", exact=True).set_input_files(file)
    tab.get_by_role("button", name="Go on").click()
    photograph(tab, f"journey-columns-{javascript}")
    tab.get_by_role("button", name="Check rows").click()
    photograph(tab, f"journey-check-{javascript}")
    before = _count(stage, select(Debtor))
    tab.locator("form[action$='/queue'] button").click()
    tab.wait_for_url("**/desk/imports/*")
    stage.work()
    if not javascript:
        tab.get_by_role("link", name="Refresh").click()
    expect(tab.get_by_text("All rows are imported.")).to_be_visible(timeout=20_000)
    assert _count(stage, select(Debtor)) == before + 1


def _count(stage: Stage, query: Select[Any]) -> int:
    with stage.served.app.app_context(), tenancy.everywhere():
        return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
