"""Payment data that is too old: whoever looks at the desk reads that reminders stopped, and what to do."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from collections_portal.jobs import run_schedule
from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from dunning import operations
from dunning.models import DunningPolicy, DunningRun
from tests import factories
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page

DUNNING = "/desk/dunning"
STILL = "Plans that run by themselves stand still until then."
BUTTON = "Take in a statement"


def looks_back(person: Person, days: int | None, *, is_automatic: bool = True) -> None:
    """Let the person's organisation want payment data of so many days at most, and have a plan."""
    owner = person.organisation.id
    with person.client.application.app_context(), tenancy.scope(owner):
        operations.found_policy(organisation_id=owner)
        db.session.execute(update(DunningPolicy).values(is_automatic=is_automatic))
        db.session.execute(
            update(Organisation).where(Organisation.id == owner).values(payment_data_days=days)
        )
        db.session.commit()


def import_what_is_open(person: Person, clock: Clock, age: int = 0) -> None:
    """Store that a file that says what is open came in so many days ago."""
    at = clock.now - timedelta(days=age)
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        factories.import_of(person.organisation, at=at)
        db.session.commit()


def number_beside_dunning(page: Page) -> str:
    """Return what the menu says of dunning, without its name."""
    (line,) = [
        one for one in page.root.iter("a") if one.get("href") == DUNNING and "rail" in one.get("class", "")
    ]
    return " ".join("".join(line.itertext()).split()).removeprefix("Dunning").strip()


def let_time_pass(app: Flask) -> None:
    with app.app_context():
        run_schedule(app)


def runs(person: Person) -> int:
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        return db.session.query(DunningRun).count()


def test_a_plan_that_stands_still_is_told_beside_it_with_what_to_do(
    app: Flask, clock: Clock, agent: Person
) -> None:
    looks_back(agent, 5)
    import_what_is_open(agent, clock, age=6)
    let_time_pass(app)
    assert runs(agent) == 0
    page = agent.open(DUNNING)
    assert (
        "The newest payment data is of 12 Nov 2026. No reminders go out when it is more than 5 days"
        in page.words
    )
    assert STILL in page.words
    assert number_beside_dunning(page) == "1"
    assert page.follow(BUTTON).path == "/desk/statements/new"


def test_the_menu_says_it_on_every_page_and_the_messages_say_why(clock: Clock, agent: Person) -> None:
    looks_back(agent, 5)
    import_what_is_open(agent, clock, age=6)
    assert number_beside_dunning(agent.open("/desk/actions")) == "1"
    assert STILL in agent.open("/desk/messages").words


def test_newer_data_ends_it_up_to_the_last_day_that_the_page_names(
    app: Flask, clock: Clock, agent: Person
) -> None:
    looks_back(agent, 5)
    import_what_is_open(agent, clock, age=6)
    import_what_is_open(agent, clock, age=5)
    page = agent.open(DUNNING)
    assert "Payments are known up to 13 Nov 2026." in page.words
    assert "no reminders go out after 18 Nov 2026." in page.words
    assert (STILL in page.words, number_beside_dunning(page)) == (False, "")
    let_time_pass(app)
    assert runs(agent) == 1


def test_where_nobody_brought_anything_in_it_says_so(clock: Clock, agent: Person) -> None:
    looks_back(agent, 5)
    assert "The newest payment data is of no day." in agent.open(DUNNING).words


def test_without_a_plan_that_runs_by_itself_nothing_stands_still(clock: Clock, agent: Person) -> None:
    looks_back(agent, 5, is_automatic=False)
    page = agent.open(DUNNING)
    assert "The newest payment data is of no day." in page.words
    assert (STILL in page.words, number_beside_dunning(page)) == (False, "")
    assert "payment data" not in agent.open("/desk/messages").words


def test_without_a_limit_nothing_is_said(clock: Clock, agent: Person) -> None:
    looks_back(agent, None)
    page = agent.open(DUNNING)
    assert ("payment data" in page.words, "Payments are known" in page.words) == (False, False)
    assert number_beside_dunning(page) == ""


def test_a_viewer_reads_it_and_is_not_asked_to_do_anything(
    clock: Clock, agent: Person, viewer: Person
) -> None:
    looks_back(agent, 5)
    page = viewer.open(DUNNING)
    assert STILL in page.words
    assert BUTTON not in page.words


def test_it_is_not_told_to_another_organisation(clock: Clock, agent: Person, agent_elsewhere: Person) -> None:
    looks_back(agent, 5)
    page = agent_elsewhere.open(DUNNING)
    assert ("payment data" in page.words, number_beside_dunning(page)) == (False, "")
