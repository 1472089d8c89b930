"""Texts that plans send: saved only with all that the law of their debtors wants, and with what is added."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from core import tenancy
from core.database import db
from core.members.models import Role
from core.organisations.models import Creditor
from dunning import policies, queries
from dunning.models import StageChannel, StageCosts
from dunning.policies import PolicyWish, StageWish
from tests.people import Person
from tests.settings.conftest import Office
from tests.visitor import Page

NOTICE = "/settings/templates/formal_notice/email/nl"
# The last days of the last Norwegian rate that is shipped.
IN_JUNE = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
GIVES_TERM = StageWish(21, StageChannel.EMAIL, "formal_notice")
CHARGES = StageWish(36, StageChannel.EMAIL, "reminder_3", 0, StageCosts.COLLECTION)
BELGIUM = "Code of Economic Law, art. XIX.2"
NORWAY = "Inkassoloven, §§ 9 and 10"


def plan(boss: Person, *stages: StageWish, country: str, segment: str = "") -> str:
    """Let the organisation have a plan for debtors of a country, and return its name."""
    name = f"Plan {country}"
    with boss.client.application.app_context(), tenancy.scope(boss.organisation.id):
        db.session.execute(update(Creditor).values(company_number="0403.019.261"))
        policies.add_policy(
            organisation_id=boss.organisation.id,
            wish=PolicyWish(name, stages, 7, 0, False, 9, segment, country),
            member_id=boss.member.id,
            now=IN_JUNE,
        )
        db.session.commit()
    return name


def end_plans(boss: Person) -> None:
    with boss.client.application.app_context(), tenancy.scope(boss.organisation.id):
        for policy in queries.policies_of(organisation_id=boss.organisation.id):
            policies.end_policy(policy=policy, member_id=boss.member.id, now=IN_JUNE)
        db.session.commit()


def save_without(
    boss: Person, name: str, address: str = NOTICE, *, button: str = "Save", status: int = 200
) -> Page:
    """Save the standard text without one of its placeholders."""
    page = boss.open(address)
    body = page.form(to="/nl").values["body"][0]
    assert f"(({name}))" in body
    return page.submit({"body": body.replace(f"(({name}))", "…")}, button=button, status=status)


@pytest.mark.parametrize("button", ["Save", "Show first"])
@pytest.mark.parametrize(
    ("country", "segment", "name", "source"),
    [
        ("BE", "", "creditor_number", BELGIUM),
        ("BE", "person", "creditor_number", BELGIUM),
        ("NO", "", "objection", NORWAY),
        ("NO", "company", "complaints_board", NORWAY),
    ],
)
def test_a_text_that_a_plan_for_another_country_sends_says_what_the_law_there_wants(
    office: Office, boss: Person, country: str, segment: str, name: str, source: str, button: str
) -> None:
    plan(boss, GIVES_TERM, country=country, segment=segment)
    page = save_without(boss, name, button=button, status=422)
    assert f"add (({name})) ({source})." in page.words
    assert office.lines("message_template.changed") == []


def test_without_such_a_plan_it_says_what_the_law_of_the_organisation_wants(boss: Person) -> None:
    assert "Saved." in save_without(boss, "creditor_number").words
    page = save_without(boss, "payment_term", status=422)
    assert "add ((payment_term)) (Art. 6:96(6) BW)." in page.words


def test_businesses_are_owed_fewer_words(boss: Person) -> None:
    plan(boss, GIVES_TERM, country="BE", segment="company")
    assert "Saved." in save_without(boss, "creditor_number").words


def test_a_plan_that_ended_wants_nothing_any_more(boss: Person) -> None:
    plan(boss, GIVES_TERM, country="BE")
    save_without(boss, "creditor_number", status=422)
    end_plans(boss)
    assert "Saved." in save_without(boss, "creditor_number").words


def test_a_plan_that_sends_it_another_way_wants_nothing_of_it(boss: Person) -> None:
    plan(boss, StageWish(7, StageChannel.LETTER, "formal_notice"), country="BE")
    assert "Saved." in save_without(boss, "creditor_number").words
    letter = NOTICE.replace("email", "letter")
    assert BELGIUM in save_without(boss, "creditor_number", letter, status=422).words


def test_a_mention_that_several_laws_want_is_asked_for_once(boss: Person) -> None:
    for country in ("BE", "NO"):
        plan(boss, GIVES_TERM, country=country)
    page = save_without(boss, "payment_term", status=422)
    assert "add ((payment_term)) (Art. 6:96(6) BW)." in page.words
    assert "add ((payment_term)) (Inkassoloven" not in page.words


def test_what_a_step_adds_cannot_be_taken_out_of_its_text(office: Office, boss: Person) -> None:
    name = plan(boss, GIVES_TERM, CHARGES, country="NL")
    address = NOTICE.replace("formal_notice", "reminder_3")
    page = save_without(boss, "charges", address, status=422)
    assert f"The plan “{name}” adds costs or interest with this text" in page.words
    assert "add ((charges))." in page.words
    assert "Saved." in save_without(boss, "charges", address.replace("reminder_3", "reminder_2")).words
    end_plans(boss)
    assert "Saved." in save_without(boss, "charges", address).words


def test_the_page_names_all_that_is_needed(boss: Person) -> None:
    assert "Needed: ((cost_after_term)), ((link)), ((payment_term))." in boss.open(NOTICE).words
    plan(boss, GIVES_TERM, country="BE")
    assert "((creditor_number)), ((invoice_list)), ((link))" in boss.open(NOTICE).words


def test_the_standard_text_is_lawful_wherever_a_plan_may_send_it(boss: Person) -> None:
    save = boss.open(NOTICE).submit({"subject": "Eigen woorden"}, button="Save")
    for country in ("BE", "NO"):
        plan(boss, GIVES_TERM, country=country)
    assert "The standard text is used again." in save.submit(button="Use the standard text").words
    assert "Saved." in boss.open(NOTICE).submit({"subject": "Eigen woorden"}, button="Save").words


def test_the_plans_of_another_organisation_want_nothing_here(
    boss: Person, new_office: Callable[..., Office], at_the_desk: Callable[..., Person]
) -> None:
    other = at_the_desk(Role.ADMINISTRATOR, new_office(name="Elders").organisation, name="Ada Visser")
    plan(other, GIVES_TERM, country="BE")
    assert "Saved." in save_without(boss, "creditor_number").words
