"""A debtor with more invoices and actions than their page lists: counted right, with a way on to them all."""

import pytest

from reactions.operations import actions, submission
from tests import factories
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page

LISTED = 50


def debtor_page(person: Person, office: Office) -> Page:
    """Open the page of the office's debtor."""
    return person.open(f"/desk/debtors/{office.debtor.public_id}")


@pytest.fixture
def large(office: Office) -> Office:
    """The debtor has 52 open invoices and one that is settled; somebody else has one."""

    def bring() -> None:
        for _ in range(LISTED):
            factories.invoice(office.debtor, office.creditor)
        factories.invoice(office.debtor, office.creditor, number="SETTLED", amount_open=0)
        other = factories.debtor(office.organisation, last_name="Jansen", sort_name="jansen sanne")
        factories.invoice(other, office.creditor, number="THEIRS")

    office.work(bring)
    return office


def test_all_invoices_are_counted_and_found(agent: Person, large: Office) -> None:
    page = debtor_page(agent, large)
    for words in ("on 52 invoices", "Invoices 53", "These are the first 50."):
        assert words in page.words, words
    assert "SETTLED" not in page.words
    page = page.follow("All invoices of this debtor")
    for words in ("Invoices 53", "Debtor: Sanne de Wit", "1–50 of 53 shown"):
        assert words in page.words, words
    assert "THEIRS" not in page.words
    assert "51–53 of 53 shown" in page.follow("Next").words
    sent = page.form().filled_in({"q": "SETTLED"}, None)
    page = agent.ask("GET", "/desk/invoices", query_string=sent)
    assert "1–1 of 1 shown" in page.words
    assert "Debtor: Sanne de Wit" in page.words
    page = agent.ask("GET", "/desk/invoices", query_string=sent | {"q": "THEIRS"})
    assert "No invoice fits these filters" in page.words
    assert "THEIRS" in agent.open("/desk/invoices?q=THEIRS").words


def test_with_few_invoices_there_is_no_way_on(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office)
    assert "Invoices 2" in page.words
    assert "All invoices of this debtor" not in page.words


def test_settled_invoices_stand_last_and_the_newest_of_them_first(agent: Person, office: Office) -> None:
    def bring() -> None:
        for day, number in ((1, "OLDER"), (2, "NEWER")):
            due_on = factories.NOW.date().replace(day=day)
            factories.invoice(office.debtor, office.creditor, number=number, due_on=due_on, amount_open=0)

    office.work(bring)
    words = debtor_page(agent, office).words
    places = [words.index(number) for number in (office.invoices[0].number, "NEWER", "OLDER")]
    assert places == sorted(places)


def test_all_actions_are_counted_and_found(
    agent: Person, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "MOST_IN_A_DAY", 1_000)
    first, second, *_ = [office.react("unknown", about=office.invoices[:1]) for _ in range(LISTED + 2)]
    office.work(
        lambda: actions.close(
            organisation_id=office.organisation.id,
            action_public_id=first.public_id,
            version=first.version,
            member_id=agent.member.id,
            reason="answered",
            answer="",
            now=office.at,
        )
    )
    page = debtor_page(agent, office)
    for words in ("Open actions 51", "Actions 52", "These are the last 50."):
        assert words in page.words, words
    assert office.reference_of(second) not in page.words.partition("Timeline")[0]
    waiting = page.follow("Open actions of this debtor")
    for words in ("Needs an answer 51", "Debtor: Sanne de Wit", "1–50 of 51 shown"):
        assert words in waiting.words, words
    assert "1–1 of 1 shown" in page.follow("Closed ones").words


def test_the_inbox_shows_only_the_actions_of_the_debtor(agent: Person, office: Office) -> None:
    office.react("unknown", about=office.invoices[:1])
    other = office.work(lambda: factories.debtor(office.organisation, last_name="Jansen"))
    assert "1–1 of 1 shown" in agent.open(f"/desk/actions?debtor={office.debtor.public_id}").words
    page = agent.open(f"/desk/actions?debtor={other.public_id}")
    assert "No action fits these filters" in page.words
    assert "1–1 of 1 shown" in page.follow("Remove the filters").words


@pytest.mark.parametrize("address", ["/desk/invoices", "/desk/actions"])
def test_a_debtor_of_another_organisation_is_no_filter(
    agent: Person, office: Office, office_elsewhere: Office, address: str
) -> None:
    for public_id in (office_elsewhere.debtor.public_id, "nonsense"):
        agent.open(f"{address}?debtor={public_id}", status=404)
