"""The page on which an administrator changes the plan of dunning."""

import pytest
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.organisations.models import Organisation
from dunning import operations, queries
from tests.manners import words_of
from tests.people import Person

CHANGES = select(AuditEvent).where(AuditEvent.what == "dunning_policy.changed")


@pytest.fixture
def planner(app: Flask, administrator: Person) -> Person:
    """An administrator of an organisation with the policy it starts with."""
    with app.app_context(), tenancy.scope(administrator.organisation.id):
        operations.found_policy(organisation_id=administrator.organisation.id)
        db.session.commit()
    return administrator


def plan(app: Flask, person: Person) -> list[tuple[int, str, str]]:
    with app.app_context(), tenancy.scope(person.organisation.id):
        policy = queries.default_policy(organisation_id=person.organisation.id)
        stages = queries.stages_of(organisation_id=person.organisation.id, policy_id=policy.id)
        return [(stage.days_after_due, stage.channel.value, stage.event) for stage in stages]


def test_a_step_is_added_on_the_empty_line_and_left_out_by_emptying_it(app: Flask, planner: Person) -> None:
    page = planner.open("/desk/dunning/policy")
    page = page.submit({"stages-3-days": "60", "stages-3-channel": "sms", "stages-3-event": "reminder_3"})
    assert "The plan was saved." in page.words
    assert plan(app, planner)[3] == (60, "sms", "reminder_3")
    planner.open("/desk/dunning/policy").submit({"stages-1-days": ""})
    assert [days for days, _, _ in plan(app, planner)] == [7, 35, 60]


def test_the_rest_of_the_plan_is_kept_and_shown(app: Flask, planner: Person) -> None:
    page = planner.open("/desk/dunning/policy")
    page = page.submit(
        {"minimum_gap_days": "10", "amount_minimum": "12.50", "is_automatic": "y", "runs_from_hour": "11"}
    )
    assert "at least 10 days" in page.words
    assert "€12.50" in page.words
    assert "By itself on working days from 11:00" in page.words
    again = planner.open("/desk/dunning/policy").form()
    assert again.values["amount_minimum"] == ["12.50"]
    with app.app_context(), tenancy.scope(planner.organisation.id):
        told = db.session.scalars(CHANGES).one()
        assert told.member_id == planner.member.id
        assert told.details["after"]["amount_minimum"] == 1250


def test_saving_without_a_change_leaves_no_line_in_the_audit_trail(app: Flask, planner: Person) -> None:
    planner.open("/desk/dunning/policy").submit()
    with app.app_context(), tenancy.scope(planner.organisation.id):
        assert db.session.scalars(CHANGES).all() == []


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"stages-0-days": "", "stages-1-days": "", "stages-2-days": ""}, "Add at least one step."),
    ({"stages-1-days": "7"}, "Each step must come later after the due date than the step before it."),
    ({"stages-0-days": "0"}, "A step comes 1 to 1000 days after the due date."),
    ({"stages-2-days": "1001"}, "A step comes 1 to 1000 days after the due date."),
    ({"stages-0-days": "soon"}, "Enter a whole number."),
    ({"minimum_gap_days": "0"}, "Between two messages lie 1 to 365 days."),
    ({"minimum_gap_days": ""}, "Enter a whole number."),
    ({"amount_minimum": "-1"}, "The smallest amount cannot be below zero."),
    ({"amount_minimum": "ten"}, "This cannot be read as an amount."),
    ({"amount_minimum": "1" * 15}, "This cannot be read as an amount."),
    ({"runs_from_hour": "24"}, "Choose an hour from 0 to 23."),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    app: Flask, planner: Person, typed: dict[str, str], sentence: str
) -> None:
    before = plan(app, planner)
    page = planner.open("/desk/dunning/policy").submit(typed, status=422)
    assert sentence in page.words
    form = page.form()
    assert {name: form.values[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert plan(app, planner) == before


def test_an_error_names_the_step_it_is_in_and_an_amount_its_currency(planner: Person) -> None:
    page = planner.open("/desk/dunning/policy").submit({"stages-1-days": "soon"}, status=422)
    links = page.root.findall(".//div[@class='error-summary']//a")
    assert [link.get("href") for link in links] == ["#stages-1-days"]
    assert words_of(links[0]) == "Step 2, Days after the due date: Enter a whole number."
    amount = page.root.find(".//input[@id='amount_minimum']")
    assert amount is not None
    assert (amount.get("aria-describedby") or "").split()[0] == "amount_minimum-after"
    assert words_of(page.root.find(".//span[@id='amount_minimum-after']")) == "EUR"


def test_a_text_that_is_not_offered_is_refused(app: Flask, planner: Person) -> None:
    form = planner.open("/desk/dunning/policy").form()
    sent = form.filled_in({}, None) | {"stages-0-event": ["password_reset"]}
    answer = planner.client.post(form.action, data=sent, headers={"Referer": "http://localhost/desk"})
    assert answer.status_code == 422


def test_only_administrators_see_and_change_the_plan(planner: Person, agent: Person) -> None:
    assert agent.client.get("/desk/dunning/policy").status_code == 403
    assert "Change the plan" not in agent.open("/desk/dunning").words
    assert "Change the plan" in planner.open("/desk/dunning").words


def test_a_reminder_with_a_term_goes_by_e_mail_and_the_page_says_so(app: Flask, planner: Person) -> None:
    step = {"stages-3-days": "60", "stages-3-event": "formal_notice"}
    page = planner.open("/desk/dunning/policy").submit(step, status=422)
    assert "The text of step 4 cannot go by SMS." in page.words
    page.submit({"stages-3-channel": "email"})
    assert plan(app, planner)[3] == (60, "email", "formal_notice")


def test_a_plan_that_could_not_say_the_rate_is_refused_and_a_run_of_one_too(
    app: Flask, planner: Person
) -> None:
    page = planner.open("/desk/dunning/policy")
    step = {"stages-3-days": "60", "stages-3-event": "formal_notice", "stages-3-channel": "email"}
    page.submit(step)
    assert "no row of law" not in planner.open("/desk/dunning").words
    with app.app_context(), tenancy.scope(planner.organisation.id):
        # It has moved to a country whose rate nobody added yet; the clock of these tests is in November.
        db.session.get_one(Organisation, planner.organisation.id).country = "NO"
        db.session.commit()
    said = (
        "Step 4 begins a term, and the law (Norway) wants ((interest)) in it: no row of law says what that is"
    )
    assert said in planner.open("/desk/dunning/policy").submit(status=422).words
    page = planner.open("/desk/dunning")
    assert page.words.count(said) == 1
    page = page.submit(button="Propose a run")
    assert page.words.count(said) == 2
    assert "No runs yet" in page.words
