"""After a restore at the desk: everybody sees that nothing is sent, an administrator decides and releases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import db
from core.members.models import Role
from core.organisations import restores
from core.organisations.models import Restore
from dunning.models import DunningPolicy, DunningRun, RunState
from dunning.operations import found_policy
from messaging import restored
from messaging.models import Message, MessageState
from tests.desk.conftest import Office
from tests.desk.test_messages import message_in
from tests.people import Person
from tests.visitor import Page, Visitor

NOTICE = "A backup was restored. Nothing is sent and no run is approved"


def stand_still(office: Office) -> None:
    """Let the office stand still, as after a restore; sessions stay, for these tests."""

    def job() -> None:
        restore = restores.hold(
            organisation_id=office.organisation.id,
            backup_at=office.at - timedelta(hours=3),
            now=office.at,
        )
        restored.hold_back(restore=restore)

    office.work(job)


def waiting(office: Office, number: int = 1) -> list[Message]:
    """Store messages that wait, then let the office stand still."""
    made = [message_in(office, MessageState.NEW, dedupe_key=f"waiting:{each}") for each in range(number)]
    stand_still(office)
    return made


def is_released(office: Office) -> bool:
    restore: Restore = office.work(lambda: db.session.scalars(select(Restore)).one())
    return restore.released_at is not None


def token_of(person: Person) -> dict[str, list[str]]:
    """Return the token that a member's forms carry."""
    form = person.open("/desk/debtors").form(to="/sign-out")
    return {"csrf_token": form.values["csrf_token"]}


def decide(person: Person, button: str, *messages: Message, status: int = 200) -> Page:
    """Tick these messages, or the box for all of them, and press the button."""
    ticked = {"messages": [message.public_id for message in messages]} if messages else {"everything": "y"}
    return person.open("/desk/restore").submit(ticked, button=button, status=status)


def release(person: Person, ticked: dict[str, None] | None = None, *, status: int = 200) -> Page:
    """Press the last button of all."""
    return person.open("/desk/restore").submit(ticked, button="Send and remind again", status=status)


def test_everybody_is_told_on_every_page_and_the_administrator_where_to_go(
    agent: Person, administrator: Person, viewer: Person, office: Office
) -> None:
    assert NOTICE not in agent.open("/desk/debtors").words
    stand_still(office)
    for person in (viewer, agent, administrator):
        page = person.open("/desk/debtors")
        assert NOTICE in page.words
        assert ("Decide and release" in page.words) is (person is administrator)
    assert NOTICE in administrator.open("/settings/members").words


def test_another_organisation_sees_and_touches_nothing(
    at_the_desk: Callable[..., Person], office: Office
) -> None:
    (message,) = waiting(office)
    stranger = at_the_desk(Role.ADMINISTRATOR)
    page = stranger.open("/desk/restore")
    assert NOTICE not in page.words
    assert "No backup waits for its release." in page.words
    for form, data in (("decide", {"decision": "send", "messages": message.public_id}), ("release", {})):
        sent = stranger.client.post(f"/desk/restore/{form}", data=token_of(stranger) | data)
        assert sent.status_code == 409
    assert office.now(message).state is MessageState.NEW
    assert not is_released(office)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_an_administrator_decides_and_releases(
    at_the_desk: Callable[..., Person], office: Office, role: Role
) -> None:
    waiting(office)
    person = at_the_desk(role, office.organisation)
    person.open("/desk/restore", status=403)
    for form in ("decide", "release"):
        data = token_of(person) | {"decision": "send", "everything": "y"}
        assert person.client.post(f"/desk/restore/{form}", data=data).status_code == 403
    assert not is_released(office)


def test_who_is_not_signed_in_is_asked_to(visitor: Visitor, office: Office) -> None:
    assert visitor.open("/desk/restore").path.startswith("/desk/sign-in")
    assert visitor.client.post("/desk/restore/release").status_code == 401


def test_each_message_is_listed_and_decided_about(administrator: Person, office: Office) -> None:
    one, two, three = waiting(office, 3)
    page = administrator.open("/desk/restore")
    assert "What may have left since the backup of" in page.words
    assert office.email.value in page.words
    decide(administrator, "Has left already", one)
    decide(administrator, "Keep in the queue", two)
    page = decide(administrator, "Set aside", three)
    states = [office.now(message).state for message in (one, two, three)]
    assert states == [MessageState.SENT, MessageState.NEW, MessageState.SUPPRESSED]
    assert "Nothing is left to decide" in page.words
    assert "It was set aside after a backup was restored." in administrator.open("/desk/messages").words


def test_all_of_them_are_decided_about_at_once(administrator: Person, office: Office) -> None:
    made = waiting(office, 53)
    for number, shown in ((1, 50), (2, 3)):
        page = administrator.open(f"/desk/restore?page={number}")
        assert len(page.form(to="/decide").element.findall(".//tbody/tr")) == shown
    assert "Kept for 53 messages." in decide(administrator, "Has left already").words
    assert {office.now(message).state for message in (made[0], made[-1])} == {MessageState.SENT}


@pytest.mark.parametrize(
    "data", [{}, {"decision": "send"}, {"decision": "burn", "everything": "y"}, {"everything": "y"}]
)
def test_a_button_without_a_message_and_a_strange_button_change_nothing(
    administrator: Person, office: Office, data: dict[str, str]
) -> None:
    waiting(office)
    sent = token_of(administrator) | data
    page = administrator.ask("POST", "/desk/restore/decide", status=422, data=sent)
    assert "Tick the messages first" in page.words
    assert page.form(to="/decide").element.findall(".//tbody/tr")


def test_the_release_waits_until_every_message_is_decided_about(
    administrator: Person, office: Office
) -> None:
    waiting(office, 2)
    refused = release(administrator, status=409)
    assert "Decide about every message first. Left: 2." in refused.words
    assert not is_released(office)
    decide(administrator, "Keep in the queue")
    page = release(administrator)
    assert is_released(office)
    assert "The portal goes on" in page.words
    assert NOTICE not in page.words
    assert office.told()[-2:] == ["restore.decided", "restore.released"]


def test_a_second_press_finds_nothing_to_release(administrator: Person, office: Office) -> None:
    stand_still(office)
    before = administrator.open("/desk/restore")
    before.submit(button="Send and remind again")
    page = before.submit(button="Send and remind again", status=409)
    assert "There is nothing to release." in page.words


@pytest.mark.parametrize("ends", [True, False])
def test_links_and_plans_end_with_the_release_unless_unticked(
    administrator: Person, office: Office, ends: bool
) -> None:
    def automatic() -> None:
        found_policy(organisation_id=office.organisation.id).is_automatic = True

    office.work(automatic)
    stand_still(office)
    assert "These would run at the next hour: Herinneringen." in administrator.open("/desk/restore").words
    release(administrator, {} if ends else {"ends_links": None, "stops_plans": None})
    assert office.now(office.link).generation == (2 if ends else 1)
    policy: DunningPolicy = office.work(lambda: db.session.scalars(select(DunningPolicy)).one())
    assert policy.is_automatic is not ends


def test_a_run_cannot_be_approved_and_the_desk_says_why(agent: Person, office: Office) -> None:
    office.work(lambda: found_policy(organisation_id=office.organisation.id))
    stand_still(office)
    proposal = agent.open("/desk/dunning").submit(button="Propose a run")
    page = proposal.submit(to="/approve")
    assert "A backup was restored. Nothing is sent before an administrator releases it." in page.words
    run: DunningRun = office.work(lambda: db.session.scalars(select(DunningRun)).one())
    assert run.state is RunState.PROPOSED
    assert office.number_of(Message) == 0


def test_the_history_of_the_settings_tells_it(administrator: Person, office: Office) -> None:
    waiting(office)
    decide(administrator, "Keep in the queue")
    release(administrator)
    told = administrator.open("/settings/history").words
    assert "decided about messages after the restore: 1" in told
    assert "let the portal go on after the restore" in told
