"""What an action's page says of the reaction on its way to the organisation's own system."""

from datetime import timedelta

import pytest

from reactions.forwarding import queueing
from reactions.forwarding.models import ForwardedReaction, ForwardingState
from reactions.forwarding.targets import forward_to, stop_forwarding
from reactions.models import Action
from tests.desk.conftest import Office
from tests.people import Person

URL = "https://credit.example/reactions"


@pytest.fixture
def action(office: Office) -> Action:
    """A reaction that is to be forwarded."""
    office.work(lambda: forward_to(organisation_id=office.organisation.id, url=URL, now=office.at))
    return office.react("complaint")


def came_to(office: Office, why_not: str, *, given_up: bool = False) -> None:
    """Let a try come to this."""

    def job() -> None:
        claim = queueing.claim_next(now=office.at, without=())
        assert claim is not None
        later = office.at + (queueing.KEEPS_TRYING if given_up else timedelta())
        assert queueing.settle(claim, now=later, why_not=why_not)

    office.work(job)


def words_of(person: Person, action: Action) -> str:
    return person.open(f"/desk/actions/{action.public_id}").words


def test_it_tells_how_far_the_reaction_came(agent: Person, office: Office, action: Action) -> None:
    assert "Your own system On its way" in words_of(agent, action)
    came_to(office, "answered_503")
    said = words_of(agent, action)
    assert (
        "Not delivered yet Your system answered with 503. Next try: Wednesday 18 November 2026 at 12:01."
        in said
    )
    assert "Send again" not in said


@pytest.mark.parametrize(
    ("why_not", "words"),
    [
        ("", "Delivered Wednesday 18 November 2026 at 12:00"),
        ("timeout", "Not delivered yet Your system did not answer in time."),
        ("no_connection", "Not delivered yet Your system could not be reached."),
        ("not_trusted", "Not delivered yet The certificate of your system is not valid."),
        ("failed", "Not delivered yet The portal could not put it together."),
    ],
)
def test_what_a_try_came_to_is_said_in_words(
    agent: Person, office: Office, action: Action, why_not: str, words: str
) -> None:
    came_to(office, why_not)
    assert words in words_of(agent, action)


def test_what_was_given_up_is_sent_again_once(agent: Person, office: Office, action: Action) -> None:
    came_to(office, "no_connection", given_up=True)
    page = agent.open(f"/desk/actions/{action.public_id}")
    assert "Not delivered Your system could not be reached." in page.words
    sent = page.submit({}, button="Send again")
    assert "The reaction is sent to your own system again." in sent.words
    assert "Your own system On its way" in sent.words
    assert f"{agent.member.name} had the reaction sent to your own system again" in sent.words
    assert office.number_of(ForwardedReaction, ForwardedReaction.state == ForwardingState.WAITING) == 1
    again = page.submit({}, button="Send again")
    assert "This reaction cannot be sent again." in again.words


def test_a_viewer_sees_it_and_sends_nothing(viewer: Person, office: Office, action: Action) -> None:
    came_to(office, "timeout", given_up=True)
    said = words_of(viewer, action)
    assert "Not delivered Your system did not answer in time." in said
    assert "Send again" not in said


def test_once_it_was_stopped_there_is_nowhere_to_send_it(
    agent: Person, office: Office, action: Action
) -> None:
    office.work(lambda: stop_forwarding(organisation_id=office.organisation.id, now=office.at))
    said = words_of(agent, action)
    assert "Forwarding was stopped before this one was delivered." in said
    assert "Send again" not in said


def test_without_a_system_the_page_says_nothing_of_it(agent: Person, office: Office) -> None:
    assert "Your own system" not in words_of(agent, office.react("complaint"))
