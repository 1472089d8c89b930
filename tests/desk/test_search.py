"""The search box of the rail."""

import pytest

from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Visitor


def test_the_box_finds_actions_debtors_and_invoices(agent: Person, office: Office) -> None:
    reference = office.reference_of(office.react())
    for text, found in (
        (reference.lower(), reference),
        ("de wit", "Sanne de Wit"),
        (office.invoices[0].number, office.invoices[0].number),
        (office.debtor.customer_number, "Sanne de Wit"),
    ):
        page = agent.open("/desk/account").submit({"q": text}, to="/desk/search")
        assert found in page.words, text


@pytest.mark.parametrize("text", ["", "   ", "nobody here", "%", "'\"<script>", "x" * 500])
def test_nothing_found_is_said(agent: Person, office: Office, text: str) -> None:
    page = agent.open("/desk/search").submit({"q": text}, to="/desk/search")
    assert "Nothing found" in page.words or "What do you look for?" in page.words


def test_only_the_own_organisation_is_searched(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    reference = office.reference_of(office.react())
    for text in (reference, office.invoices[0].number, office.debtor.customer_number):
        page = agent_elsewhere.open("/desk/account").submit({"q": text}, to="/desk/search")
        assert "Nothing found" in page.words, text


def test_a_stranger_is_led_to_sign_in(visitor: Visitor) -> None:
    assert visitor.open("/desk/search?q=wit").path.startswith("/desk/sign-in")
