"""A debtor's pause and plan, an invoice's reminder on a day, and a plan's dry run, as pages."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from core.members.models import Role
from dunning import operations, queries
from dunning.models import DunningAssignment, DunningPolicy, DunningRun
from invoices.models import DebtorPause
from messaging.models import Message
from tests.desk.conftest import Office
from tests.moments import Clock
from tests.people import Person


@pytest.fixture
def planned(office: Office) -> Office:
    """The office with the plan it starts with."""
    office.work(lambda: operations.found_policy(organisation_id=office.organisation.id))
    return office


def page_of(office: Office) -> str:
    return f"/desk/debtors/{office.debtor.public_id}"


def reminder_of(office: Office, number: int = 0) -> str:
    return f"/desk/invoices/{office.invoices[number].public_id}/reminder"


def pause(office: Office, person: Person, *, until: str = "2026-12-01", status: int = 200) -> str:
    page = person.open(page_of(office))
    told = page.submit(
        {"reason": "In hospital", "ends_on": until}, button="Let reminders wait", status=status
    )
    return told.words


def test_an_agent_lets_reminders_wait_and_go_out_again(planned: Office, agent: Person) -> None:
    words = pause(planned, agent)
    assert "Reminders wait until 1 Dec" in words
    assert "In hospital" in words
    assert "not on 18 November 2026" in agent.open(reminder_of(planned)).words
    assert "from 1 Dec" in agent.open(reminder_of(planned)).words
    page = agent.open(page_of(planned)).submit(button="Let them go out again")
    assert "Reminders to this debtor go out again." in page.words
    assert planned.told()[-2:] == ["debtor.paused", "debtor.pause_ended"]
    assert "let reminders wait until" in page.words


@pytest.mark.parametrize(("until", "sentence"), [
    ("2026-11-18", "Choose a day from tomorrow up to one year from now."),
    ("2028-01-01", "Choose a day from tomorrow up to one year from now."),
    ("soon", "This is not a date."),
    ("", "Fill this in."),
])  # fmt: skip
def test_a_pause_without_an_end_is_refused_at_its_field(
    planned: Office, agent: Person, until: str, sentence: str
) -> None:
    words = pause(planned, agent, until=until, status=422)
    assert sentence in words
    assert planned.number_of(DebtorPause) == 0


def test_nobody_else_lets_reminders_wait(planned: Office, viewer: Person, agent_elsewhere: Person) -> None:
    assert viewer.open(page_of(planned)).words.count("Let reminders wait") == 0
    token = agent_elsewhere.open("/desk/debtors/new").form().values["csrf_token"][0]
    for path in ("pause", "pause/end", "plan"):
        answer = agent_elsewhere.client.post(f"{page_of(planned)}/{path}", data={"csrf_token": token})
        assert answer.status_code == 404
    assert agent_elsewhere.client.get(reminder_of(planned)).status_code == 404


def test_a_debtor_is_put_on_a_plan_and_taken_off_again(
    planned: Office, agent: Person, at_the_desk: Callable[..., Person]
) -> None:
    boss = at_the_desk(Role.ADMINISTRATOR, agent.organisation)
    boss.open("/desk/dunning/policy/new").submit({"name": "Slow", "is_by_hand": "y", "stages-0-days": "9"})
    named = planned.work(
        lambda: [
            one.public_id
            for one in queries.policies_of(organisation_id=planned.organisation.id)
            if one.is_by_hand
        ]
    )
    page = agent.open(page_of(planned)).submit({"plan": named[0]}, button="Save plan")
    assert "The plan of this debtor was saved." in page.words
    assert planned.number_of(DunningAssignment) == 1
    assert "Slow" in agent.open(reminder_of(planned)).words
    agent.open(page_of(planned)).submit({"plan": ""}, button="Save plan")
    assert planned.number_of(DunningAssignment) == 0


def test_an_invoice_that_would_be_reminded_of_says_with_which_text_and_where_to(
    planned: Office, agent: Person
) -> None:
    page = agent.open(reminder_of(planned))
    assert "Yes: on 18 November 2026 the message “First reminder” goes to" in page.words
    assert planned.email.value in page.words
    assert planned.number_of(Message) == 0


def test_the_day_is_chosen_in_the_address_and_a_day_that_is_none_is_said(
    planned: Office, agent: Person
) -> None:
    early = agent.open(f"{reminder_of(planned, 1)}?on=2026-12-12")
    assert "No, not on 12 December 2026" in early.words
    assert "Not yet time for the next reminder" in early.words
    later = agent.open(f"{reminder_of(planned, 1)}?on=2026-12-18")
    assert "Yes: on 18 December 2026" in later.words
    assert "This is not a date." in agent.open(f"{reminder_of(planned)}?on=soon", status=422).words


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_nobody_means_is_refused_in_words(planned: Office, agent: Person, on: str) -> None:
    page = agent.open(f"{reminder_of(planned)}?on={on}", status=422)
    assert "Choose a day in the years 1900 to 2199." in page.words


@pytest.mark.parametrize("on", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_that_may_be_asked_about_are_answered(
    planned: Office, agent: Person, on: str
) -> None:
    assert "Would a reminder go out?" in agent.open(f"{reminder_of(planned)}?on={on}").words


def test_a_dry_run_shows_the_days_and_writes_nothing(planned: Office, viewer: Person) -> None:
    public_id = planned.work(
        lambda: queries.default_policy(organisation_id=planned.organisation.id).public_id
    )
    page = viewer.open(f"/desk/dunning/policy/{public_id}/forecast")
    assert "Messages in 90 days" in page.words
    assert "18 Nov" in page.words
    assert planned.number_of(DunningRun) == planned.number_of(Message) == 0
    assert '<rect class="bar-1"' in page.response.get_data(as_text=True)


def test_a_second_plan_for_the_same_debtors_is_refused_and_an_ended_one_makes_room(
    planned: Office, app: Flask, agent: Person, at_the_desk: Callable[..., Person]
) -> None:
    boss = at_the_desk(Role.ADMINISTRATOR, agent.organisation)
    wish = {"name": "Belgium", "country": "BE", "segment": "company"}
    page = boss.open("/desk/dunning/policy/new").submit(wish)
    assert "The plan was added." in page.words
    assert "Companies, Belgium" in page.words
    again = boss.open("/desk/dunning/policy/new").submit(wish | {"name": "Flanders"}, status=422)
    assert "The plan Belgium is already for these debtors." in again.words
    public_id = planned.work(
        lambda: queries.policies_of(organisation_id=planned.organisation.id)[1].public_id
    )
    changed = boss.open(f"/desk/dunning/policy/{public_id}").submit(
        {"stages-0-amount_minimum": "25.00"}, button="Save"
    )
    assert "The plan was saved." in changed.words
    boss.open(f"/desk/dunning/policy/{public_id}").submit(button="End this plan")
    assert planned.number_of(DunningPolicy, DunningPolicy.ended_at.is_(None)) == 1
    boss.open("/desk/dunning/policy/new").submit(wish | {"name": "Flanders"})


def test_too_old_payment_data_stops_a_proposal_with_its_day(
    planned: Office, agent: Person, at_the_desk: Callable[..., Person]
) -> None:
    boss = at_the_desk(Role.ADMINISTRATOR, agent.organisation)
    saved = boss.open("/settings/organisation").submit(
        {"payment_data_days": "5", "collection_messages_a_week": "2"}
    )
    assert "Saved." in saved.words
    assert "A link sent by hand counts too, unless the debtor asked for it." in saved.words
    page = agent.open("/desk/dunning").submit(button="Propose a run")
    assert "The newest payment data is of no day." in page.words
    assert planned.number_of(DunningRun) == 0
    assert "The newest payment data is of no day." in agent.open(reminder_of(planned)).words
    refused = boss.open("/settings/organisation").submit({"collection_messages_a_week": "0"}, status=422)
    assert "Fill in a whole number from 1 to 21." in refused.words


def test_a_run_approved_at_night_says_when_its_messages_leave(
    planned: Office, clock: Clock, at_the_desk: Callable[..., Person]
) -> None:
    clock.pass_by(hours=9)
    late = at_the_desk(Role.AGENT, planned.organisation)
    page = late.open("/desk/dunning").submit(button="Propose a run")
    page = page.submit(to="approve")
    told = re.search(r"The messages go out from (.*?)\.", page.words)
    assert told is not None
    assert "19 November" in told[1]
    assert "07:00" in told[1]
