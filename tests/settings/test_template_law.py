"""Texts of reminders with a term: not saved while they lack what the law wants."""

from collections.abc import Callable

import pytest

from core.members.models import Role
from tests.people import Person
from tests.settings.conftest import Office

NOTICE = "/settings/templates/formal_notice/email/nl"
BELGIAN = "((amount_open)) ((creditor_name)) ((creditor_number)) ((invoice_list)) ((payment_term)) ((link))"


@pytest.fixture
def belgian(new_office: Callable[..., Office], at_the_desk: Callable[..., Person]) -> Person:
    """An administrator of an organisation in Belgium."""
    return at_the_desk(Role.ADMINISTRATOR, new_office(name="Stroom", country="BE").organisation)


@pytest.mark.parametrize("button", ["Save", "Show first"])
def test_a_dutch_text_names_its_term_and_its_cost(office: Office, boss: Person, button: str) -> None:
    page = boss.open(NOTICE).submit(
        {"body": "Betaal binnen 14 dagen na vandaag: ((link))"}, button=button, status=422
    )
    assert page.words.count("add ((payment_term)) (Art. 6:96(6) BW)") == 2
    assert page.words.count("add ((cost_after_term)) (Art. 6:96(6) BW)") == 2
    assert page.form(to="/nl").values["body"] == ["Betaal binnen 14 dagen na vandaag: ((link))"]
    assert office.lines("message_template.changed") == []


def test_a_dutch_text_with_both_is_saved(office: Office, boss: Person) -> None:
    text = "Betaal ((payment_term)). Anders: ((cost_after_term)). ((link))"
    assert "Saved." in boss.open(NOTICE).submit({"body": text}, button="Save").words
    assert len(office.lines("message_template.changed")) == 1


def test_a_belgian_text_names_more(belgian: Person) -> None:
    page = belgian.open(NOTICE).submit({"body": BELGIAN}, button="Save", status=422)
    assert page.words.count("add ((cost_after_term)) (Code of Economic Law, art. XIX.2)") == 2
    assert "Saved." in page.submit({"body": f"{BELGIAN} ((cost_after_term))"}, button="Save").words


def test_the_refusal_is_said_in_the_language_of_the_page(
    office: Office, at_the_desk: Callable[..., Person]
) -> None:
    noor = at_the_desk(Role.ADMINISTRATOR, office.organisation, language="nl")
    page = noor.open(NOTICE).submit({"body": "((link)) ((cost_after_term))"}, button="Opslaan", status=422)
    assert "moet zeggen hoe lang die is: voeg ((payment_term)) toe (Art. 6:96(6) BW)" in page.words


def test_a_friendly_reminder_may_say_what_it_likes(boss: Person) -> None:
    page = boss.open("/settings/templates/reminder_1/email/nl").submit({"body": "((link))"}, button="Save")
    assert "Saved." in page.words


def test_a_preview_shows_the_term_and_the_cost(boss: Person) -> None:
    shown = boss.open(NOTICE).words.partition("What arrives")[2]
    assert "te rekenen vanaf de dag nadat u dit bericht heeft ontvangen" in shown
    assert "€ 45,00" in shown.replace("\u00a0", " ")


def test_there_is_no_sms_with_a_term(boss: Person) -> None:
    boss.open("/settings/templates/formal_notice/sms/nl", status=404)
