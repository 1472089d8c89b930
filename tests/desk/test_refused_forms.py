"""Refused forms and banners as a screen reader meets them: where it starts, and what it hears at a field."""

from xml.etree.ElementTree import Element

from tests.desk.conftest import Office
from tests.manners import words_of
from tests.people import Person
from tests.visitor import Page, Visitor


def by_id(page: Page, identity: str) -> Element:
    """Return the element with this id."""
    return next(element for element in page.root.iter() if element.get("id") == identity)


def description(page: Page, field: Element) -> str:
    """Return what is said of a field after its name."""
    return " ".join(words_of(by_id(page, one)) for one in (field.get("aria-describedby") or "").split())


def summary(page: Page) -> dict[str, str]:
    """Return the sentences of the error summary by the id they lead to."""
    links = page.root.findall(".//div[@class='error-summary']//a")
    return {link.get("href", "").removeprefix("#"): words_of(link) for link in links}


def test_a_refused_form_begins_at_its_errors_and_says_so_in_the_title(
    visitor: Visitor, agent: Person, office: Office
) -> None:
    signing_in = visitor.open("/desk/sign-in")
    adding = agent.open(f"/desk/actions/{office.react().public_id}")
    for page, send in ((signing_in, None), (adding, "Add note")):
        assert not words_of(page.root.find("head/title")).startswith("Error:")
        refused = page.submit(button=send, status=422)
        assert words_of(refused.root.find("head/title")).startswith("Error: ")
        first = next(element for element in refused.root.iter() if element.get("autofocus") is not None)
        assert first.get("class") == "error-summary"
        assert first.get("tabindex") == "-1"


def test_an_error_names_its_field_and_leads_to_where_one_can_type(visitor: Visitor) -> None:
    page = visitor.open("/desk/sign-in").submit(status=422)
    assert summary(page) == {
        "email": "E-mail address: Fill this in.",
        "password": "Password: Fill this in.",
    }
    assert by_id(page, "email").tag == "input"


def test_an_error_of_a_question_leads_to_its_first_answer(agent: Person, office: Office) -> None:
    page = agent.open(f"/desk/actions/{office.react().public_id}/close")
    page = page.submit(button="Close action", status=422)
    assert list(summary(page)) == ["decision-0"]
    assert by_id(page, "decision-0").get("type") == "radio"
    question = by_id(page, "decision")
    assert question.get("aria-invalid") == "true"
    assert description(page, question).startswith("Error:")


def test_a_switch_is_named_by_its_question_and_described_by_its_hint(agent: Person, office: Office) -> None:
    page = agent.open(f"/desk/actions/{office.react('complaint').public_id}/change")
    switch = by_id(page, "is_exempt")
    name = words_of(by_id(page, switch.get("aria-labelledby", "")))
    assert name
    assert description(page, switch).startswith("No reminders for these invoices")
    assert name not in description(page, switch)


def test_what_was_done_is_where_the_next_page_begins(agent: Person, office: Office) -> None:
    page = agent.open(f"/desk/actions/{office.react().public_id}").submit(
        {"note": "Gebeld"}, button="Add note"
    )
    focused = [element for element in page.root.iter() if element.get("autofocus") is not None]
    assert [words_of(one) for one in focused] == ["The note was added."]
    assert focused[0].get("tabindex") == "-1"
