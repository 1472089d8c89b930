"""What an agent reads of where an answer goes, before an action is closed and after."""

from core.database import db
from invoices.models import ContactPoint, ContactState
from links.models import BY_MEMBER, AccessLink
from links.operations import revoke
from messaging.models import Message
from reactions.models import Action
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page


def form_of(agent: Person, action: Action) -> Page:
    """Open the form that answers and closes."""
    return agent.open(f"/desk/actions/{action.public_id}/close")


def close(page: Page, answer: str = "U hebt gelijk.") -> str:
    """Close the action and return what the page says."""
    return page.submit({"decision": "accepted", "answer": answer}, button="Close action").words


def answers(office: Office) -> int:
    """Return how many messages with an answer were queued."""
    return office.number_of(Message, Message.event == "action_closed")


def test_the_agent_reads_where_the_answer_goes(agent: Person, office: Office) -> None:
    page = form_of(agent, office.react("complaint"))
    assert f"It goes as a message to {office.email.value} too." in page.words
    assert f"Your text goes as a message to {office.email.value}." in close(page)
    assert answers(office) == 1


def test_the_answer_goes_to_the_corrected_address(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    contact = f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}"
    agent.open(contact).submit({"value": "sanne@new.example"}, button="Save contact")
    page = form_of(agent, action)
    assert "It goes as a message to sanne@new.example too." in page.words
    assert "Your text goes as a message to sanne@new.example." in close(page)
    assert answers(office) == 1


def test_after_a_revoked_link_the_agent_reads_that_no_message_goes(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    office.work(
        lambda: revoke(link=db.session.get_one(AccessLink, office.link.id), reason=BY_MEMBER, now=office.at)
    )
    page = form_of(agent, action)
    sentence = "No message goes out, because the link that the debtor came by was revoked."
    assert sentence in page.words
    assert sentence in close(page)
    assert answers(office) == 0


def test_without_a_contact_the_agent_reads_that_no_message_goes(agent: Person, office: Office) -> None:
    action = office.react("complaint")

    def fail() -> None:
        for contact in (office.email, office.mobile):
            db.session.get_one(ContactPoint, contact.id).state = ContactState.FAILED

    office.work(fail)
    page = form_of(agent, action)
    sentence = "because this debtor has no address or mobile number that can be used."
    assert sentence in page.words
    assert sentence in close(page)
    assert answers(office) == 0


def test_an_answer_without_words_goes_nowhere_and_the_agent_reads_so(agent: Person, office: Office) -> None:
    said = close(form_of(agent, office.react("complaint")), answer="")
    assert "The action was closed. No message goes out, because there is no text for the debtor." in said
    assert answers(office) == 0
