"""A promise that is given more time: what the agent fills in, and what stands on the action afterwards."""

from collections.abc import Callable
from datetime import date

import pytest

from core.members.models import Role
from reactions.models import Action
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page

PROMISED = date(2026, 11, 27)
LATER = date(2026, 12, 2)


def change_form(person: Person, action: Action) -> Page:
    """Open the form that changes the action."""
    return person.open(f"/desk/actions/{action.public_id}/change")


def test_the_promised_day_is_moved_and_told(agent: Person, office: Office) -> None:
    action = office.react("will_pay")
    page = change_form(agent, action)
    assert page.form("Change action").values["promised_on"] == [PROMISED.isoformat()]
    assert "At the latest on 2 Dec 2026. The debtor reads the new day." in page.words
    assert "The promise counts as broken from Wednesday, 2 December 2026" in page.words
    page = page.submit({"promised_on": LATER.isoformat()}, button="Change action")
    assert "The debtor pays on: 27 Nov 2026, now 2 Dec 2026" in page.words
    assert "Payment promised on Wednesday, 2 December 2026" in page.words
    assert "The promise counts as broken from Saturday, 5 December 2026" in page.words
    assert office.now(action).promised_on == LATER


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-12-03", "Choose a day from today up to 14 days from now."),
        ("2026-11-17", "Choose a day from today up to 14 days from now."),
        ("", "Fill in the day on which the debtor pays, or choose another action type."),
        ("soon", "This is not a date."),
    ],
)
def test_a_wrong_day_is_refused_at_its_field(agent: Person, office: Office, day: str, sentence: str) -> None:
    action = office.react("will_pay")
    page = change_form(agent, action).submit(
        {"promised_on": day, "note": "Blijft staan"}, button="Change action", status=422
    )
    assert f"Error: {sentence}" in page.words
    assert page.form("Change action").values["note"] == ["Blijft staan"]
    assert office.now(action).promised_on == PROMISED


def test_another_type_asks_for_no_day_and_ends_the_promise(agent: Person, office: Office) -> None:
    action = office.react("will_pay")
    page = change_form(agent, action).submit({"reaction_type": "complaint"}, button="Change action")
    assert "The debtor pays on: 27 Nov 2026, now no day" in page.words
    assert office.now(action).promised_on is None
    assert "promised_on" not in change_form(agent, action).form("Change action").values


def test_an_answer_that_becomes_a_promise_needs_its_day(agent: Person, office: Office) -> None:
    """Without one it would never break, and hold the reminders off for ever."""
    action = office.react("complaint")
    page = change_form(agent, action).submit(
        {"reaction_type": "will_pay"}, button="Change action", status=422
    )
    assert "Error: Fill in the day on which the debtor pays, or choose another action type." in page.words
    page = page.submit({"promised_on": LATER.isoformat()}, button="Change action")
    assert office.now(action).promised_on == LATER


def test_who_was_slower_sees_both_days(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation)
    action = office.react("will_pay")
    slow = change_form(agent, action)
    change_form(colleague, action).submit({"promised_on": "2026-12-01"}, button="Change action")
    page = slow.submit({"promised_on": "2026-12-02"}, button="Change action", status=409)
    assert "The debtor pays on 1 Dec 2026 2 Dec 2026" in page.words
    page.submit(button="Save yours instead")
    assert office.now(action).promised_on == LATER
