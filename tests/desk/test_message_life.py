"""A message in trouble: its whole life on one page, the lists of what waits, and what somebody decides."""

import pytest
from sqlalchemy import select

from core.database import db
from invoices.models import ContactState
from messaging.models import Message, MessageAttempt, MessageState
from messaging.sms_models import ProviderEvent, Report
from tests.desk.conftest import Office
from tests.desk.test_messages import failed, message_in
from tests.manners import words_of
from tests.people import Person
from tests.reported import kept, mail_saying
from tests.visitor import Page


def doubtful(office: Office) -> Message:
    """Store a message of which nobody knows whether it arrived."""
    return message_in(
        office,
        MessageState.UNKNOWN,
        handed_at=office.at,
        attempt=1,
        claimed_by="worker",
        state_reason="line_cut",
        sent_sha256="a1" * 32,
    )


def contact_fails(office: Office) -> None:
    """Let the debtor's e-mail address be dead."""
    contact = db.session.get_one(type(office.email), office.email.id)
    contact.state, contact.state_reason = ContactState.FAILED, "5.1.1 no such user"


def replacement(office: Office, message: Message) -> Message:
    """Return the message that took the place of this one."""
    found: Message = office.work(
        lambda: db.session.scalars(
            select(Message).where(Message.dedupe_key == f"elsewhere:{message.public_id}")
        ).one()
    )
    return found


def test_the_page_shows_the_whole_life(agent: Person, office: Office) -> None:
    message = doubtful(office)

    def live() -> None:
        owner = office.organisation.id
        db.session.add(
            MessageAttempt(
                organisation_id=owner, message_id=message.id, attempt=1, started_at=office.at,
                outcome="line_cut", code="421", words="closing <i>channel</i>",
            )
        )  # fmt: skip
        for status in (Report.QUEUED, Report.UNDELIVERED):
            db.session.add(
                ProviderEvent(
                    organisation_id=owner, message_id=message.id, attempt=1, provider_id="SM1",
                    status=status, code="30003", received_at=office.at,
                )
            )  # fmt: skip

    office.work(live)
    page = agent.open(f"/desk/messages/{message.public_id}")
    words = page.words
    for told in ("a1" * 32, "421", "closing <i>channel</i>", "30003", "SM1", message.message_id, "Works"):
        assert told in words, told
    assert words.index("Waits at the provider") < words.index("Not delivered")


def test_an_email_is_shown_as_its_recipient_sees_it_and_given_as_a_file(
    agent: Person, office: Office
) -> None:
    message = message_in(office, MessageState.SENT, body="Good day", kept_mail=kept("Good day"))
    page = f"/desk/messages/{message.public_id}"
    shown = agent.client.get(link_on(agent.open(page), "The e-mail as its recipient sees it"))
    assert '<p style="color:#123456">Good day \r\n<a>[link]' in shown.text
    assert shown.content_type == "text/html; charset=utf-8"
    policy = shown.headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "style-src 'unsafe-inline'"} <= set(policy)
    whole = agent.client.get(link_on(agent.open(page), "All of it as a file (.eml)"))
    assert whole.data == mail_saying("Good day")
    assert whole.content_type == "message/rfc822"
    assert whole.headers["Content-Disposition"] == f'attachment; filename="message-{message.public_id}.eml"'


def link_on(page: Page, words: str) -> str:
    """Return where the link with these words leads."""
    (found,) = {str(one.get("href")) for one in page.root.iter("a") if words_of(one) == words}
    return found


def test_what_was_not_kept_cannot_be_asked_for(agent: Person, office: Office) -> None:
    message = message_in(office, MessageState.SENT, body="Hé daar")
    assert "as its recipient sees it" not in agent.open(f"/desk/messages/{message.public_id}").words
    for name in ("mail", "mail.eml"):
        agent.open(f"/desk/messages/{message.public_id}/{name}", status=404)


@pytest.mark.parametrize(
    ("button", "state"),
    [
        ("Store that it arrived", MessageState.SENT),
        ("Store that it did not arrive", MessageState.FAILED),
    ],
)
def test_somebody_says_what_became_of_a_doubtful_message_once(
    agent: Person, office: Office, button: str, state: MessageState
) -> None:
    message = doubtful(office)
    assert "1–1 of 1" in agent.open("/desk/messages?state=doubtful").words
    stale = agent.open(f"/desk/messages/{message.public_id}")
    page = stale.submit(button=button)
    assert "found out what became of a message" in page.words
    assert agent.member.name in page.words
    assert office.now(message).state == state
    assert "No message waits for you." in agent.open("/desk/messages?state=doubtful").words
    assert "It is known what became of this message." in stale.submit(button=button, status=409).words
    assert office.told().count("message.settled") == 1


def test_a_message_tried_again_meanwhile_is_not_decided_about(agent: Person, office: Office) -> None:
    message = failed(office)
    stale = agent.open(f"/desk/messages/{message.public_id}")

    def fail_again() -> None:
        db.session.get_one(Message, message.id).attempt = 2

    office.work(fail_again)
    for button in ("Send this message again", "Take it off the list", "Send another way"):
        assert "tried again in the meantime" in stale.submit(button=button, status=409).words
    kept = office.now(message)
    assert (kept.state, kept.cleared_at) == (MessageState.FAILED, None)


def test_a_failed_message_is_taken_off_the_list_and_stays_failed(agent: Person, office: Office) -> None:
    message = failed(office)
    stale = agent.open(f"/desk/messages/{message.public_id}")
    stale.submit(button="Take it off the list")
    assert (office.now(message).state, office.now(message).cleared_at) == (MessageState.FAILED, office.at)
    assert "No message waits for you." in agent.open("/desk/messages?state=failed").words
    assert "cannot be sent again" in stale.submit(button="Send this message again", status=409).words


def test_a_message_goes_another_way_once_with_a_link_of_its_own(agent: Person, office: Office) -> None:
    message = doubtful(office)
    stale = agent.open(f"/desk/messages/{message.public_id}")
    page = stale.submit({"contact_point": office.mobile.public_id}, button="Send another way")
    assert "The message that took its place" in page.words
    written, given_up = replacement(office, message), office.now(message)
    assert (written.recipient, written.event, written.state) == (
        office.mobile.value,
        message.event,
        MessageState.NEW,
    )
    assert written.link_id not in (None, message.link_id)
    assert (given_up.state, given_up.claimed_by, given_up.leased_until) == (MessageState.FAILED, None, None)
    again = stale.submit({"contact_point": office.mobile.public_id}, button="Send another way", status=409)
    assert "Nothing is to be done about this message any more." in again.words
    assert office.number_of(Message) == 2


def test_a_message_goes_nowhere_but_to_another_contact_of_its_debtor(
    agent: Person, office: Office, office_elsewhere: Office
) -> None:
    message = failed(office)
    page = agent.open(f"/desk/messages/{message.public_id}")
    for chosen in (office.email.public_id, office_elsewhere.mobile.public_id, "nothing"):
        data = page.form("Send another way").filled_in({}, None) | {"contact_point": chosen}
        answer = agent.client.post(f"/desk/messages/{message.public_id}/send-elsewhere", data=data)
        assert answer.status_code == 422
    assert office.number_of(Message) == 1
    assert office.now(message).cleared_at is None


def test_a_message_is_not_sent_again_to_a_dead_contact_but_to_the_corrected_one(
    agent: Person, office: Office
) -> None:
    message = failed(office)
    office.work(lambda: contact_fails(office))
    page = agent.open(f"/desk/messages/{message.public_id}")
    assert "Correct the contact first." in page.submit(button="Send this message again", status=409).words
    page.follow("Correct the contact").submit({"value": "sanne@right.example"}, button="Save contact")
    agent.open(f"/desk/messages/{message.public_id}").submit(button="Send this message again")
    kept = office.now(message)
    assert (kept.state, kept.recipient) == (MessageState.NEW, "sanne@right.example")


def test_contacts_that_fail_are_work_until_they_are_corrected(agent: Person, office: Office) -> None:
    path = "/desk/messages/undeliverable"
    assert "Everybody with an open invoice can be reached" in agent.open(path).words
    office.work(lambda: contact_fails(office))
    assert "Messages 1" in agent.open("/desk/debtors").words
    page = agent.open(path)
    for words in (
        "Sanne de Wit",
        office.email.value,
        "Does not work",
        "5.1.1 no such user",
        "1–1 of 1 shown",
    ):
        assert words in page.words, words
    assert "1–1 of 1" in agent.open(f"{path}?state=failed&q=sanne").words
    assert "No contact fits" in agent.open(f"{path}?state=opted_out").words
    page.follow(f"Correct {office.email.value}").submit({"value": "b@mail.example"}, button="Save contact")
    assert "Everybody with an open invoice can be reached" in agent.open(path).words


def test_a_viewer_looks_and_decides_nothing(viewer: Person, office: Office) -> None:
    message = doubtful(office)
    office.work(lambda: contact_fails(office))
    path = f"/desk/messages/{message.public_id}"
    words = viewer.open(path).words
    assert "What you can do" not in words
    assert "Correct" not in viewer.open("/desk/messages/undeliverable").words.replace(
        "Correct the contact,", ""
    )
    for decision in ("send-again", "settle", "send-elsewhere", "clear"):
        assert viewer.client.post(f"{path}/{decision}").status_code == 403


def test_another_organisation_sees_and_decides_nothing(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    message, own = doubtful(office), doubtful(office_elsewhere)
    office.work(lambda: contact_fails(office))
    assert office.email.value not in agent_elsewhere.open("/desk/messages?state=doubtful").words
    assert "can be reached" in agent_elsewhere.open("/desk/messages/undeliverable").words
    form = agent_elsewhere.open(f"/desk/messages/{own.public_id}").form("Store that it arrived")
    data = form.filled_in({}, None)
    for decision in ("send-again", "settle", "send-elsewhere", "clear"):
        answer = agent_elsewhere.client.post(f"/desk/messages/{message.public_id}/{decision}", data=data)
        assert answer.status_code == 404
    assert office.now(message).state == MessageState.UNKNOWN
