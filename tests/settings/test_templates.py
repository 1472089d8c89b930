"""Message templates: own words or the standard ones, checked before anybody gets them."""

from collections.abc import Callable

import pytest

from collections_portal.jobs import deliver_messages
from core import tenancy
from core.database import db
from invoices.models import Channel
from messaging.events import Part
from messaging.models import Message, MessageState
from messaging.rendering import texts_of
from tests.people import Person
from tests.settings.conftest import Office

MAIL = "/settings/templates/invoice_link/email/nl"
SMS = "/settings/templates/invoice_link/sms/nl"


def in_use(office: Office, channel: Channel = Channel.EMAIL) -> dict[Part, str]:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        return dict(
            texts_of(
                organisation_id=office.organisation.id, event="invoice_link", channel=channel, language="nl"
            )
        )


def test_the_list_says_which_texts_are_the_organisations_own(office: Office, boss: Person) -> None:
    assert "own words" not in boss.open("/settings/templates").words
    boss.open(MAIL).submit({"subject": "Uw facturen"}, button="Save")
    assert boss.open("/settings/templates").words.count("own words") == 1


def test_own_words_are_used_from_then_on(office: Office, boss: Person) -> None:
    page = boss.open(MAIL).submit({"body": "Kijk hier: ((Link))"}, button="Save")
    assert "Saved." in page.words
    assert in_use(office)[Part.BODY] == "Kijk hier: ((link))"


def test_a_text_with_a_link_cannot_be_saved_without_the_link(office: Office, boss: Person) -> None:
    for address, part in ((MAIL, "body"), (SMS, "sms")):
        page = boss.open(address).submit({part: "Betaal alstublieft."}, button="Save", status=422)
        assert page.words.count("This text needs ((link)).") == 2
        assert page.form(to="/nl").values[part] == ["Betaal alstublieft."]
    assert office.lines("message_template.changed") == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"body": "((link)) ((lnik))"}, "Did you mean ((link))?"),
        ({"body": "((link)) ((answer_text))"}, "((answer_text)) cannot be used in this text."),
        ({"body": "((link))" + "x" * 20_000}, "This text is too long."),
        ({"subject": ""}, "Fill this in."),
        ({"subject": "x" * 201}, "This subject is too long."),
        ({"subject": "Betaal: ((link))"}, "((link)) cannot be used in this text."),
    ],
)
@pytest.mark.parametrize("button", ["Save", "Show first"])
def test_what_cannot_be_sent_is_said_at_its_field(
    boss: Person, typed: dict[str, str], sentence: str, button: str
) -> None:
    page = boss.open(MAIL).submit(typed, button=button, status=422)
    assert page.words.count(sentence) == 2
    form = page.form(to="/nl")
    assert {name: form.values[name][0] for name in typed} == typed


def test_an_sms_that_no_network_carries_is_refused(boss: Person) -> None:
    page = boss.open(SMS).submit({"sms": "((link))" + "x" * 1600}, button="Save", status=422)
    assert "This SMS is too long" in page.words


def test_a_text_is_seen_before_it_is_saved(office: Office, boss: Person) -> None:
    page = boss.open(MAIL).submit(
        {"subject": "Hallo van ((organisation))", "body": "((salutation)),\n\nHier: ((link))"},
        button="Show first",
    )
    shown = page.words.partition("What arrives")[2]
    assert "Hallo van Voltwerk" in shown
    assert "Beste Sanne," in shown
    assert "http://localhost/k/XXXXXXXXXXXXXXXXXXXXXXXXX" in shown
    assert in_use(office)[Part.BODY].startswith("((salutation)),")
    assert office.lines("message_template.changed") == []


def test_an_sms_shows_its_parts_and_the_letters_it_loses(boss: Person) -> None:
    page = boss.open(SMS).submit({"sms": "Zoë: ((link))"}, button="Show first")
    assert "Parts 1 SMS" in page.words
    assert "Written without their marks: ë" in page.words
    page = boss.open(SMS).submit({"sms": "Ω≈ " + "x" * 40 + " ((link))"}, button="Show first")
    assert "Parts 2 SMS" in page.words
    assert "only 70 characters fit" in page.words


def test_every_standard_text_can_be_shown(boss: Person) -> None:
    addresses = {
        link.get("href", "")
        for link in boss.open("/settings/templates").root.iter("a")
        if "/settings/templates/" in link.get("href", "")
    }
    assert len(addresses) == 20 * 5
    for address in sorted(addresses):
        assert "What arrives" in boss.open(address).words, address


def test_back_to_the_standard_text(office: Office, boss: Person) -> None:
    standard = in_use(office)
    page = boss.open(MAIL).submit({"subject": "Eigen woorden"}, button="Save")
    page = page.submit(button="Use the standard text")
    assert "The standard text is used again." in page.words
    assert in_use(office) == standard
    assert office.lines("message_template.reset")[0].details["changes"]["subject"] == [
        "Eigen woorden",
        standard[Part.SUBJECT],
    ]


def test_who_saves_second_sees_both_versions(office: Office, boss: Person, colleague: Person) -> None:
    mine = boss.open(MAIL)
    colleague.open(MAIL).submit({"subject": "Een"}, button="Save")
    page = mine.submit({"subject": "Twee"}, button="Save", status=409)
    assert "Subject Een Twee" in page.words
    page.submit(button="Save yours instead")
    assert in_use(office)[Part.SUBJECT] == "Twee"


def test_going_back_to_what_somebody_just_changed_is_refused(boss: Person, colleague: Person) -> None:
    mine = boss.open(MAIL).submit({"subject": "Een"}, button="Save")
    colleague.open(MAIL).submit({"subject": "Twee"}, button="Save")
    mine.submit(button="Use the standard text", status=409)


@pytest.mark.parametrize("event", ["invoice_link", "action_closed", "password_reset"])
def test_a_test_reaches_the_administrators_own_address(office: Office, boss: Person, event: str) -> None:
    page = boss.open(f"/settings/templates/{event}/email/nl").submit(button="Send me a test")
    assert boss.member.email in page.words
    with office.app.app_context():
        assert not deliver_messages(office.app)
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        message = db.session.query(Message).one()
    assert (message.state, message.recipient) == (MessageState.SENT, boss.member.email)
    assert "Beste Sanne" in message.body
    folder = office.app.config["PORTAL"].mailbox_dir
    written = "".join(file.read_text() for file in folder.rglob("*.eml"))
    assert "XXXXXXXXXX" in written


def test_texts_that_are_not_there(boss: Person) -> None:
    for path in (
        "nonsense/email/nl",
        "invoice_link/phone/nl",
        "invoice_link/email/xx",
        "password_reset/sms/nl",
    ):
        boss.open(f"/settings/templates/{path}", status=404)


def test_the_texts_of_another_organisation_stay(boss: Person, new_office: Callable[..., Office]) -> None:
    elsewhere = new_office(name="Elders")
    standard = in_use(elsewhere)
    boss.open(MAIL).submit({"subject": "Eigen woorden"}, button="Save")
    assert in_use(elsewhere) == standard
