"""Messages: what went out, why something did not, and sending again."""

import pytest

from core.database import db
from messaging.models import Message, MessageAttempt, MessageState
from messaging.queueing import queue
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Visitor


def message_in(office: Office, state: MessageState = MessageState.NEW, **changes: object) -> Message:
    """Store a message to the office's debtor, about the first invoice, in this state."""

    def job() -> Message:
        message = queue(
            organisation_id=office.organisation.id,
            dedupe_key=f"test:{state}:{len(changes)}",
            event="reminder_1",
            channel=office.email.channel,
            language="nl",
            recipient=office.email.value,
            values={},
            debtor_id=office.debtor.id,
            contact_point_id=office.email.id,
            link_id=office.link.id,
            invoice_ids=[office.invoices[0].id],
            now=office.at,
        )
        for name, value in ({"state": state} | changes).items():
            setattr(message, name, value)
        db.session.flush()
        return message

    found: Message = office.work(job)
    return found


def failed(office: Office) -> Message:
    """Store a message that the provider refused, with its attempt."""
    message = message_in(
        office, MessageState.FAILED, state_reason="give_up 550 <b>mailbox full</b>", attempt=1
    )

    def note() -> None:
        db.session.add(
            MessageAttempt(
                organisation_id=office.organisation.id,
                message_id=message.id,
                attempt=1,
                started_at=office.at,
                outcome="give_up",
                code="550",
                words="mailbox full",
            )
        )

    office.work(note)
    return message


def test_the_list_shows_to_whom_what_and_what_became_of_it(agent: Person, office: Office) -> None:
    message_in(office)
    page = agent.open("/desk/messages")
    for words in (
        "Sanne de Wit",
        office.email.value,
        "First reminder",
        "E-mail",
        "Waiting",
        "1–1 of 1 shown",
    ):
        assert words in page.words, words


def test_the_list_is_filtered_by_state_and_searched(agent: Person, office: Office) -> None:
    message_in(office, MessageState.DELIVERED, sent_at=office.at, delivered_at=office.at)
    assert "1–1 of 1" in agent.open("/desk/messages?state=sent").words
    assert "No message fits these filters" in agent.open("/desk/messages?state=kept_back").words
    assert "1–1 of 1" in agent.open("/desk/messages?q=sanne").words
    assert "1–1 of 1" in agent.open(f"/desk/messages?q={office.email.value}").words
    assert "No message fits" in agent.open("/desk/messages?q=jansen").words
    assert "1–1 of 1" in agent.open("/desk/messages?state=anything").words


def test_the_rail_counts_messages_that_need_a_look(agent: Person, office: Office) -> None:
    failed(office)
    assert "Messages 1" in agent.open("/desk/debtors").words


def test_the_page_shows_the_copy_the_reason_and_the_attempts(agent: Person, office: Office) -> None:
    message = failed(office)
    page = agent.open(f"/desk/messages/{message.public_id}")
    assert page.heading == "First reminder"
    for words in (
        "This message has not left.",
        "The provider refused it. (550 <b>mailbox full</b>)",
        "mailbox full",
        office.invoices[0].number,
    ):
        assert words in page.words, words


def test_a_message_is_shown_as_it_was_sent(agent: Person, office: Office) -> None:
    message = message_in(
        office, MessageState.SENT, sent_at=office.at, subject="Uw facturen", body="Beste Sanne,\n<i>hallo</i>"
    )
    page = agent.open(f"/desk/messages/{message.public_id}")
    assert "Uw facturen" in page.words
    assert "Beste Sanne, <i>hallo</i>" in page.words
    assert "Send again" not in page.words


def test_a_failed_message_is_sent_again_once(agent: Person, office: Office) -> None:
    message = failed(office)
    stale = agent.open(f"/desk/messages/{message.public_id}")
    page = stale.submit(button="Send this message again")
    assert "The message is on its way again." in page.words
    assert office.now(message).state == MessageState.NEW
    assert (
        "This message cannot be sent again."
        in stale.submit(button="Send this message again", status=409).words
    )
    assert office.told().count("message.sent_again") == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("exempt", "A reaction to the invoices is being handled."),
        ("exempt, settled", "A reaction to the invoices is being handled. The invoices in it are paid."),
        ("link_ended", "The link in it no longer works."),
        ("something new", "something new"),
    ],
)
def test_why_a_message_was_kept_back_is_said_in_words(
    agent: Person, office: Office, reason: str, words: str
) -> None:
    message = message_in(office, MessageState.SUPPRESSED, state_reason=reason)
    assert words in agent.open(f"/desk/messages/{message.public_id}").words


def test_a_viewer_looks_and_sends_nothing(viewer: Person, office: Office) -> None:
    message = failed(office)
    path = f"/desk/messages/{message.public_id}"
    assert "Send again" not in viewer.open(path).words
    assert viewer.client.post(f"{path}/send-again").status_code == 403


def test_a_message_of_another_organisation_is_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    message, own = failed(office), failed(office_elsewhere)
    path = f"/desk/messages/{message.public_id}"
    agent_elsewhere.open(path, status=404)
    form = agent_elsewhere.open(f"/desk/messages/{own.public_id}").form("Send this message again")
    answer = agent_elsewhere.client.post(f"{path}/send-again", data=form.filled_in({}, None))
    assert answer.status_code == 404
    assert office.now(message).state == MessageState.FAILED
    assert office.email.value not in agent_elsewhere.open("/desk/messages").words


def test_a_stranger_is_led_to_sign_in(visitor: Visitor, office: Office) -> None:
    message = failed(office)
    assert visitor.open(f"/desk/messages/{message.public_id}").path.startswith("/desk/sign-in")
    assert visitor.client.post(f"/desk/messages/{message.public_id}/send-again").status_code == 401
