"""What a screen reader says of pages of the desk: names, languages, titles, and what was refused."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from core.database import db
from core.members.models import Role
from dunning import operations
from invoices.lists import SIZE as ON_A_PAGE
from messaging.models import MessageState
from tests import factories
from tests.charges import charged
from tests.desk.conftest import Office
from tests.desk.files import HEADER, VLIJT, check, choose, lines
from tests.desk.test_messages import message_in
from tests.desk.test_payments import find, waiting
from tests.desk.test_refused_forms import by_id, description, summary
from tests.manners import words_of
from tests.people import Person
from tests.visitor import Page


def title_of(page: Page) -> str:
    """Return the page's title without the name of the organisation."""
    return words_of(page.root.find("head/title")).rpartition(" - ")[0]


def begins_at(page: Page) -> str:
    """Return the words that have the focus when the page opens."""
    return words_of(next(one for one in page.root.iter() if one.get("autofocus") is not None))


def spoken_as(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the language and the words of each part that is in another language than the page."""
    for element in page.root.find("body") or ():
        yield from ((one.get("lang", ""), words_of(one)) for one in element.iter() if one.get("lang"))


def heads(page: Page) -> list[str]:
    """Return the words of the cells that name rows."""
    return [words_of(cell) for cell in page.root.iter("th") if cell.get("scope") == "row"]


def names(page: Page, tag: str) -> list[str]:
    """Return what is said of each element of a kind."""
    return [words_of(one) for one in page.root.iter(tag)]


def invoice_page(person: Person, office: Office) -> Page:
    """Open the page of the first invoice."""
    return person.open(f"/desk/invoices/{office.invoices[0].public_id}")


def test_a_charge_is_named_by_its_kind_and_its_buttons_by_charge(agent: Person, office: Office) -> None:
    office.work(lambda: charged(office.invoices[0], office.at))
    page = invoice_page(agent, office)
    assert "Collection costs" in heads(page)
    for words in ("Paid", "Note as paid", "Let go", "Let go of this amount"):
        assert f"{words} Collection costs, €40.00" in names(page, "summary") + names(page, "button")


def test_that_a_colleague_was_faster_is_the_first_thing_heard(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague, action = at_the_desk(Role.AGENT, agent.organisation), office.react("complaint")
    slow = agent.open(f"/desk/actions/{action.public_id}/change")
    colleague.open(f"/desk/actions/{action.public_id}").submit(button="Assign to me")
    page = slow.submit({"note": "Van mij"}, button="Change action", status=409)
    assert "Your text is not stored yet." in begins_at(page)
    assert title_of(page).startswith("Error: R-")


def test_a_message_is_read_out_in_its_own_language(agent: Person, office: Office) -> None:
    message = message_in(office, MessageState.SENT, subject="Uw factuur", body="Betaal a.u.b.", language="nl")
    page = agent.open(f"/desk/messages/{message.public_id}")
    assert list(spoken_as(page)) == [("nl", "Uw factuur"), ("nl", "Betaal a.u.b.")]
    assert title_of(page).endswith(", " + words_of(page.root.find(".//dl/dd/a")))


def test_what_a_debtor_wrote_is_read_out_in_the_debtors_language(agent: Person, office: Office) -> None:
    action = office.react("unknown")
    for path in (f"/desk/actions/{action.public_id}", f"/desk/actions?action={action.public_id}"):
        assert ("nl", "Wat is <b>dit</b>?") in list(spoken_as(agent.open(path)))


def test_a_column_that_waits_and_one_that_is_wrong_say_so(app: Flask, agent: Person) -> None:
    with app.app_context():
        factories.creditor(agent.organisation)
        db.session.commit()
    page = choose(agent, lines(VLIJT, header=HEADER.replace("Bedrag", "Iets")))
    assert "Choose a field" in page.words
    page = check(choose(agent, lines(VLIJT)), {"column_2": "name"}, status=422)
    assert "Choose a field" not in page.words
    box = by_id(page, "column_2")
    assert box.get("aria-invalid") == "true"
    assert description(page, box) == "Error: You chose Debtor name twice."


def test_a_missing_statement_is_told_with_its_field(agent: Person, office: Office) -> None:
    page = agent.open("/desk/statements/new").submit(to="/new", status=422)
    box = by_id(page, "file")
    assert box.get("aria-invalid") == "true"
    assert "Error:" in description(page, box)


def test_past_due_is_said_and_not_only_coloured(agent: Person, office: Office) -> None:
    late, later = office.invoices
    debtor = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    settling = find(waiting(agent, office), office)
    for page in (debtor, agent.open("/desk/invoices")):
        rows = {row: words_of(row) for row in page.root.iter("tr")}
        assert [" (Past due)" in words for words in rows.values() if late.number in words] == [True]
        assert [" (Past due)" in words for words in rows.values() if later.number in words] == [False]
    for page in (invoice_page(agent, office), settling):
        assert "(Past due)" in page.words


def test_a_list_says_in_its_title_which_page_it_is(agent: Person, office: Office) -> None:
    def more() -> None:
        for _ in range(ON_A_PAGE):
            factories.invoice(office.debtor, office.creditor)

    office.work(more)
    first = agent.open("/desk/invoices")
    assert title_of(first) == "Invoices"
    assert title_of(first.follow("Next")) == "Invoices, page 2"


def test_the_steps_of_an_import_have_titles_of_their_own(app: Flask, agent: Person) -> None:
    with app.app_context():
        factories.creditor(agent.organisation)
        db.session.commit()
    page = choose(agent, lines(VLIJT))
    assert title_of(page) == f"{page.heading}, Match columns"


@pytest.mark.parametrize("button", ["Assign to me", "Assign"])
def test_a_refused_assignment_says_why_and_stores_nothing(agent: Person, office: Office, button: str) -> None:
    action = office.react()
    page = agent.open(f"/desk/actions/{action.public_id}")
    form = page.form(button)
    sent = form.filled_in({}, button) | {"version": [""]}
    refused = page.visitor.ask("POST", form.action, status=422, data=sent, headers={"Referer": page.url})
    assert title_of(refused).startswith("Error: ")
    assert begins_at(refused).startswith("The action was not assigned")
    assert "This page was open too long. Please send it again." in begins_at(refused)
    assert office.now(action).assignee_id is None


def test_a_refused_pause_says_so_in_the_title(agent: Person, office: Office) -> None:
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    refused = page.submit({"reason": "Ziek"}, button="Let reminders wait", status=422)
    assert title_of(refused).startswith("Error: ")
    assert list(summary(refused)) == ["ends_on"]


def test_columns_of_a_dry_run_have_the_numbers_of_its_legend(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    policy = office.work(lambda: operations.found_policy(organisation_id=office.organisation.id).public_id)
    page = agent.open(f"/desk/dunning/policy/{policy}/forecast")
    legend = [words_of(one) for one in page.root.findall(".//ul[@class='legend']/li")]
    columns = [words_of(one) for one in page.root.iter("th") if one.get("scope") == "col"]
    assert legend
    assert columns == ["Day", *legend, "Together"]


def test_timelines_have_a_heading_of_their_own(agent: Person, office: Office) -> None:
    action = office.react()
    for path in (f"actions/{action.public_id}", f"debtors/{office.debtor.public_id}"):
        assert "Timeline" in names(agent.open(f"/desk/{path}"), "h2")
    assert "Timeline" in names(invoice_page(agent, office), "h2")


def test_search_boxes_and_tables_have_names(agent: Person, office: Office) -> None:
    office.work(lambda: charged(office.invoices[0], office.at))
    boxes = [one for one in agent.open("/desk/invoices").root.iter("form") if one.get("role") == "search"]
    said = [one.get("aria-label") for one in boxes]
    assert len(set(said)) == 2
    for table in invoice_page(agent, office).root.iter("table"):
        assert _name(table), words_of(table)


def _name(table: Element) -> str:
    return table.get("aria-labelledby") or words_of(table.find("caption"))


def test_links_and_buttons_that_look_alike_do_different_things_by_ear(agent: Person, office: Office) -> None:
    def another_link() -> None:
        at = office.at + timedelta(hours=1)
        factories.link(office.debtor, office.email, issued_at=at, expires_at=at + timedelta(days=14))

    office.work(another_link)
    buttons = names(agent.open(f"/desk/debtors/{office.debtor.public_id}"), "summary")
    revoking = [words for words in buttons if words.startswith("Revoke ")]
    assert len(revoking) == len(set(revoking)) == 2
