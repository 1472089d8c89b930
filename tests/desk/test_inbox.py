"""The inbox: what waits, in which order, found and filtered."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from core.database import db
from core.members.models import Role
from invoices.models import Invoice
from reactions.models import Action
from tests.desk.conftest import Office
from tests.manners import words_of
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Visitor


def test_the_desk_opens_at_the_inbox(agent: Person, office: Office) -> None:
    page = agent.open("/desk/")
    assert page.path == "/desk/actions"
    assert page.heading == "Needs an answer"
    assert "Nothing waits here" in page.words


def test_a_reaction_stands_in_the_inbox_with_its_debtor_invoices_and_amount(
    agent: Person, office: Office
) -> None:
    office.react("complaint")
    page = agent.open("/desk/actions")
    for words in ("Complaint", "Sanne de Wit", office.invoices[0].number, "€2,250.00"):
        assert words in page.words, words


def test_the_rail_counts_what_waits(agent: Person, office: Office) -> None:
    office.react("complaint")
    office.react("will_pay")
    rail = agent.open("/desk/debtors").words.split("Debtors")[0]
    assert "Inbox 2" in rail


def test_actions_whose_day_has_passed_stand_on_top_and_say_so(
    agent: Person, office: Office, clock: Clock, at_the_desk: Callable[..., Person]
) -> None:
    office.react("complaint", about=office.invoices[:1])
    clock.pass_by(days=12)
    page = at_the_desk(Role.AGENT, agent.organisation).open("/desk/actions?view=overdue")
    assert page.heading == "Answer overdue"
    assert "Overdue 1" in page.words


def test_filters_and_search_narrow_the_list(agent: Person, office: Office) -> None:
    complaint = office.react("complaint", about=office.invoices[:1])
    office.react("unknown", about=office.invoices[1:])
    reference = office.reference_of(complaint)
    for address in ("?type=complaint", f"?q={reference}", f"?q={office.invoices[0].number}"):
        page = agent.open(f"/desk/actions{address}")
        assert "1–1 of 1 shown" in page.words, address
    assert "1–2 of 2 shown" in agent.open("/desk/actions?q=wit").words
    assert "No action fits these filters" in agent.open("/desk/actions?type=paid").words


@pytest.mark.parametrize("text", ["Sanne de Wit", "wit  sanne", "SÁNNE", "wit"])
def test_an_action_is_found_by_the_name_it_shows(agent: Person, office: Office, text: str) -> None:
    office.react()
    assert "1–1 of 1 shown" in agent.ask("GET", "/desk/actions", query_string={"q": text}).words
    page = agent.ask("GET", "/desk/actions", query_string={"q": f"{text} Jansen"})
    assert "No action fits these filters" in page.words


@pytest.mark.parametrize("address", ["/desk/actions", "/desk/invoices", "/desk/debtors", "/desk/search"])
@pytest.mark.parametrize(
    ("number", "typed"),
    [
        ("F-2026-0017", ("f-2026-0017", "F20260017", "f 2026 0017", "2026/0017", "0017", " 2026 0017 ")),
        ("000451", ("451", "00451", "0000451", "00 0451")),
        ("2026/88", ("2026-88", "2026 88", "02026/88")),
    ],
)
def test_an_invoice_number_is_found_as_payers_write_it(
    agent: Person, office: Office, address: str, number: str, typed: tuple[str, ...]
) -> None:
    office.work(
        lambda: db.session.execute(
            update(Invoice).where(Invoice.id == office.invoices[0].id).values(number=number)
        )
    )
    office.react(about=office.invoices[:1])
    for text in typed:
        page = agent.ask("GET", address, query_string={"q": text})
        assert "Sanne de Wit" in page.words, text
    page = agent.ask("GET", address, query_string={"q": "F20260018"})
    assert "Sanne de Wit" not in page.words


def test_what_is_no_filter_is_passed_over(agent: Person, office: Office) -> None:
    office.react()
    page = agent.open("/desk/actions?view=all&state=open&days=abc&page=-3&type=&_external=1&endpoint=x")
    assert "1–1 of 1 shown" in page.words


def test_a_page_beyond_the_last_shows_the_last(agent: Person, office: Office) -> None:
    office.react()
    assert "1–1 of 1 shown" in agent.open("/desk/actions?page=99").words


def test_an_address_with_a_nul_is_no_page(agent: Person) -> None:
    assert agent.client.get("/desk/actions/%00").status_code == 404


def test_a_nul_in_a_search_is_left_out(agent: Person, office: Office) -> None:
    office.react()
    assert "1–1 of 1 shown" in agent.open("/desk/actions?q=%00").words
    assert "shown" not in agent.open("/desk/actions?q=nob%00ody").words


def test_mine_and_nobodys(agent: Person, office: Office) -> None:
    action = office.react()
    assert "Nothing waits here" in agent.open("/desk/actions?view=mine").words
    assert "1–1 of 1 shown" in agent.open("/desk/actions?view=unassigned").words

    def give() -> None:
        db.session.get_one(Action, action.id).assignee_id = agent.member.id

    office.work(give)
    assert "1–1 of 1 shown" in agent.open("/desk/actions?view=mine").words
    assert "1–1 of 1 shown" in agent.open(f"/desk/actions?assignee={agent.member.public_id}").words
    assert "Nothing waits here" in agent.open("/desk/actions?view=unassigned").words


def test_an_action_opens_beside_the_list(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    listed = agent.open("/desk/actions")
    (link,) = [one for one in listed.root.iter("a") if words_of(one).startswith("Sanne de Wit (new)")]
    assert office.invoices[0].number in words_of(link)
    page = listed.follow(words_of(link))
    assert page.path == f"/desk/actions?action={action.public_id}"
    assert page.heading == "Sanne de Wit"
    target = urlsplit(link.get("href", "")).fragment
    heading = page.root.find(f".//h1[@id='{target}']")
    assert heading is not None
    assert heading.get("tabindex") == "-1"
    assert "Er klopt iets niet." in page.words


def test_the_list_names_only_its_own_organisation(
    agent: Person, office: Office, agent_elsewhere: Person, office_elsewhere: Office
) -> None:
    office.react("complaint")
    assert "Nothing waits here" in agent_elsewhere.open("/desk/actions").words


def test_somebody_elses_action_beside_the_list_is_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    action = office.react()
    agent_elsewhere.open(f"/desk/actions?action={action.public_id}", status=404)


def test_a_stranger_is_led_to_sign_in(visitor: Visitor, office: Office) -> None:
    assert visitor.open("/desk/actions?view=mine").path.startswith("/desk/sign-in")
