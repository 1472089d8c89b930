"""What the desk shows of SMS: who sent STOP, and that the provider refuses the account."""

from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from messaging import opting, senders
from messaging.sms_models import OptOutSource
from tests.desk.conftest import Office
from tests.manners import words_of
from tests.people import Person
from tests.visitor import Page


def said_stop(office: Office) -> None:
    """Let the debtor send STOP."""
    office.work(
        lambda: opting.opt_out(
            organisation_id=office.organisation.id,
            channel=Channel.SMS,
            value=office.mobile.value,
            source=OptOutSource.STOP,
            now=office.at,
        )
    )


def form_of(agent: Person, office: Office, contact: ContactPoint) -> Page:
    return agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/{contact.public_id}")


def test_the_contact_shows_that_its_owner_sent_stop(agent: Person, office: Office) -> None:
    said_stop(office)
    assert "Wants no messages here STOP" in form_of(agent, office, office.mobile).words
    assert "STOP" not in form_of(agent, office, office.email).words


def test_the_history_of_the_debtor_tells_stop_and_start_as_the_debtors_own(
    agent: Person, office: Office
) -> None:
    said_stop(office)
    said_stop(office)
    office.work(
        lambda: opting.opt_in(
            organisation_id=office.organisation.id,
            channel=Channel.SMS,
            value=office.mobile.value,
            now=office.at,
        )
    )
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    lines = next(element for element in page.root.iter("ol") if element.get("class") == "timeline")
    told = [(words_of(line), line.get("class") == "ours") for line in lines]
    for sentence in (
        "The receiver wants no messages any more: STOP",
        "The receiver wants messages again: START",
    ):
        assert [ours for words, ours in told if sentence in words] == [False]


def test_an_agent_cannot_take_stop_back(agent: Person, office: Office) -> None:
    said_stop(office)
    page = form_of(agent, office, office.mobile).submit({"is_usable": "y"}, button="Save contact", status=422)
    assert "Only an SMS with START from it takes that back." in page.words
    assert office.now(office.mobile).state is ContactState.OPTED_OUT


def test_another_debtor_with_that_number_gets_no_sms_either(agent: Person, office: Office) -> None:
    said_stop(office)
    number = office.mobile.value
    office.work(lambda: _remove(office.mobile))
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/new")
    page.submit({"channel": "sms", "value": number}, button="Add contact")
    assert "Wants no messages here" in agent.open(f"/desk/debtors/{office.debtor.public_id}").words


def _remove(contact: ContactPoint) -> None:
    db.session.delete(db.session.get_one(ContactPoint, contact.id))


def test_the_messages_say_that_the_provider_refuses_the_account(agent: Person, office: Office) -> None:
    assert "SMS wait" not in agent.open("/desk/messages").words
    for subject, words in (("sender:sms", "channel_stops 20003"), ("country:BE", "BE 21408")):
        _warn(office, subject, words)
    page = agent.open("/desk/messages")
    assert "SMS wait: the provider refuses our account." in page.words
    assert "The provider sends no SMS to Belgium." in page.words
    health = office.app.test_client().get("/health").json
    assert health is not None
    assert (health["status"], sorted(health["alarms"])) == ("ok", ["country:BE", "sender:sms"])


def test_a_full_day_is_told_apart_from_a_refusal(agent: Person, office: Office) -> None:
    _warn(office, "sender:sms", "channel_pauses 63038")
    words = agent.open("/desk/messages").words
    assert "SMS wait: we sent as many as the provider allows in a day." in words


def _warn(office: Office, subject: str, words: str) -> None:
    office.work(lambda: senders.warn(subject=subject, channel=Channel.SMS, words=words, now=office.at))
