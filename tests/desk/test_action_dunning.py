"""What an action's page says of reminders when something else holds them back as well."""

from datetime import timedelta

import pytest

from core.database import db
from core.organisations.models import Organisation
from invoices import pauses
from invoices.models import Invoice
from reactions.models import Action
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page


def page_of(agent: Person, action: Action, doing: str = "") -> Page:
    """Open an action's page."""
    return agent.open(f"/desk/actions/{action.public_id}{doing}")


def pause(office: Office, agent: Person) -> None:
    """Let reminders to the debtor wait until 5 December."""

    def job() -> None:
        pauses.pause(
            organisation=db.session.get_one(Organisation, office.organisation.id),
            debtor_id=office.debtor.id,
            reason="In hospital",
            ends_on=(office.at + timedelta(days=17)).date(),
            member_id=agent.member.id,
            now=office.at,
        )

    office.work(job)


def hrefs(page: Page) -> set[str | None]:
    return {link.get("href") for link in page.root.iter("a")}


def test_alone_it_says_that_reminders_go_on(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    page = page_of(agent, action, "/close")
    assert "Reminders go on for 2 invoices." in page.words
    assert "Another action" not in page.words
    page.submit({"decision": "rejected"}, button="Close action")
    assert "Did not agree with the debtor Reminders go on for 2 invoices." in page_of(agent, action).words


def test_another_action_on_the_same_invoices_is_shown_and_keeps_reminders_away(
    agent: Person, office: Office
) -> None:
    complaint, other = office.react("complaint"), office.react("unknown", about=office.invoices[:1])
    page = page_of(agent, complaint, "/close")
    assert "Reminders go on for 1 invoice. For 1 invoice another action still holds reminders back." in (
        page.words
    )
    assert f"{office.reference_of(other)}: Unknown" in page.words
    assert "holds reminders back for 1 of these invoices" in page.words
    assert f"/desk/actions/{other.public_id}" in hrefs(page)
    assert "Until somebody changes or closes this action and those below." in page.words
    page.submit({"decision": "rejected"}, button="Close action")
    words = page_of(agent, complaint).words
    assert "Reminders go on for 1 invoice. For 1 invoice another action still holds reminders back." in words
    assert f"{office.reference_of(other)}: Unknown" in words


def test_closing_one_of_two_equal_actions_changes_nothing(agent: Person, office: Office) -> None:
    complaint, _ = office.react("complaint"), office.react("unknown")
    page = page_of(agent, complaint, "/close")
    assert "For 2 invoices other actions still hold reminders back." in page.words
    assert "Reminders go on for" not in page.words


def test_an_action_that_was_closed_is_no_longer_shown_beside(agent: Person, office: Office) -> None:
    complaint, other = office.react("complaint"), office.react("unknown")
    page_of(agent, other, "/close").submit({"decision": "rejected"}, button="Close action")
    page = page_of(agent, complaint, "/close")
    assert "Reminders go on for 2 invoices." in page.words
    assert f"/desk/actions/{other.public_id}" not in hrefs(page)


def test_a_pause_is_shown_and_reminders_go_on_when_it_ends(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    pause(office, agent)
    page = page_of(agent, action, "/close")
    sentence = "Reminders go on for 2 invoices on 5 Dec 2026, when the pause of this debtor ends."
    assert sentence in page.words
    assert "Reminders wait until 5 Dec 2026 In hospital" in page.words
    page.submit({"decision": "rejected"}, button="Close action")
    closed = page_of(agent, action)
    assert sentence in closed.words
    assert "Goes on" not in closed.words


def test_an_action_that_holds_nothing_does_not_say_that_dunning_goes_on_in_a_pause(
    agent: Person, office: Office
) -> None:
    action = office.react("complaint")
    page_of(agent, action, "/change").submit({"is_exempt": None}, button="Change action")
    assert "Dunning goes on This action holds nothing back." in page_of(agent, action).words
    pause(office, agent)
    page = page_of(agent, action, "/close")
    assert "Dunning goes on" not in page.words
    assert "Reminders do not change: none was held back by this action." in page.words


def test_what_was_paid_meanwhile_is_not_reminded_of(agent: Person, office: Office) -> None:
    action = office.react("complaint")

    def settle() -> None:
        db.session.get_one(Invoice, office.invoices[0].id).amount_open = 0

    office.work(settle)
    assert "Reminders go on for 1 invoice." in page_of(agent, action, "/close").words


@pytest.mark.parametrize("amount", ["100", "1250"])
def test_parts_of_two_actions_are_counted_as_the_gate_counts_them(
    agent: Person, office: Office, amount: str
) -> None:
    about = office.invoices[:1]
    first, second = office.react("complaint", about=about), office.react("unknown", about=about)
    page_of(agent, second, "/change").submit({"amount": amount}, button="Change action")
    words = page_of(agent, first, "/close").words
    assert ("Reminders go on for 1 invoice." in words) is (amount == "100")
    assert ("For 1 invoice another action still holds reminders back." in words) is (amount == "1250")


def test_the_pane_beside_the_inbox_says_the_same(agent: Person, office: Office) -> None:
    complaint, other = office.react("complaint"), office.react("unknown")
    page = agent.open(f"/desk/actions?action={complaint.public_id}")
    assert f"{office.reference_of(other)}: Unknown" in page.words


def test_actions_of_somebody_else_are_not_shown(
    agent: Person, office: Office, office_elsewhere: Office
) -> None:
    action, theirs = office.react("complaint"), office_elsewhere.react("unknown")
    assert office_elsewhere.reference_of(theirs) not in page_of(agent, action).words
