"""Members: invited, given a role, shut out and let in again."""

from collections.abc import Callable

import pytest

from core import tenancy
from core.database import db
from core.members.models import Member, Role
from messaging.models import Message
from tests.people import Person
from tests.settings.conftest import Office

INVITE = "/settings/members/invite"
NEW = {"name": "Joris de Boer", "email": "joris@voltwerk.example", "role": "agent", "language": "nl"}


def stored(office: Office, email: str) -> Member:
    with office.app.app_context(), tenancy.everywhere():
        return db.session.query(Member).filter_by(email=email).one()


def page_of(person: Person) -> str:
    return f"/settings/members/{person.member.public_id}"


def test_somebody_is_invited_with_a_message(office: Office, boss: Person) -> None:
    page = boss.open(INVITE).submit(NEW)
    assert "Joris de Boer gets an e-mail" in page.words
    assert "Invited" in page.words
    member = stored(office, NEW["email"])
    assert (member.role, member.language, member.password) == (Role.AGENT, "nl", None)
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        message = db.session.query(Message).one()
    assert (message.event, message.recipient) == ("member_invited", NEW["email"])
    assert message.values["invited_by"] == "Noor Bakker"


def test_an_invitation_can_be_sent_again(office: Office, boss: Person) -> None:
    boss.open(INVITE).submit(NEW)
    member = stored(office, NEW["email"])
    boss.open(f"/settings/members/{member.public_id}").submit(button="Send the invitation again")
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        assert db.session.query(Message).count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Fill this in."),
        ({"email": ""}, "Fill this in."),
        ({"email": "joris"}, "This is not an e-mail address."),
        ({"name": "x" * 121}, "At most 120 characters fit."),
    ],
)
def test_a_wrong_invitation_goes_nowhere(
    office: Office, boss: Person, typed: dict[str, str], sentence: str
) -> None:
    page = boss.open(INVITE).submit(NEW | typed, status=422)
    assert page.words.count(sentence) == 2
    assert page.form().values["role"] == ["agent"]
    assert office.lines("member.invited") == []


def test_an_address_that_signs_in_somewhere_already_is_refused(boss: Person, agent_elsewhere: Person) -> None:
    page = boss.open(INVITE).submit(NEW | {"email": agent_elsewhere.member.email.upper()}, status=422)
    assert "Somebody already signs in with this e-mail address." in page.words


def test_a_new_role_counts_from_the_next_page_on(office: Office, boss: Person, colleague: Person) -> None:
    colleague.open("/settings/web")
    boss.open(page_of(colleague)).submit({"role": "viewer"}, to="/role")
    colleague.open("/settings/web", status=403)
    assert office.lines("member.role_changed")[0].details == {"from": "administrator", "to": "viewer"}


def test_the_last_administrator_stays_one(boss: Person) -> None:
    page = boss.open(page_of(boss)).submit({"role": "agent"}, to="/role", status=409)
    assert "This is the only administrator." in page.words


def test_who_is_shut_out_is_out_at_once_and_can_come_back(boss: Person, colleague: Person) -> None:
    page = boss.open(page_of(colleague)).submit(to="/disable")
    assert "Ada Visser can no longer sign in." in page.words
    assert colleague.client.get("/desk/account").status_code == 303
    page = page.submit(to="/enable")
    assert "Ada Visser can sign in again." in page.words


def test_nobody_shuts_themselves_out(boss: Person, colleague: Person) -> None:
    page = boss.open(page_of(boss))
    assert all("/disable" not in form.action for form in page.forms)
    token = page.form(to="/role").values["csrf_token"]
    refused = boss.ask("POST", f"{page_of(boss)}/disable", data={"csrf_token": token}, status=409)
    assert "You cannot do this to yourself." in refused.words


def test_an_administrator_signs_somebody_out_everywhere(boss: Person, colleague: Person) -> None:
    boss.open(page_of(colleague)).submit(to="/members/" + colleague.member.public_id + "/sign-out")
    assert colleague.client.get("/desk/account").status_code == 303


def test_members_of_another_organisation_are_not_there(
    boss: Person, agent_elsewhere: Person, new_office: Callable[..., Office]
) -> None:
    boss.open(page_of(agent_elsewhere), status=404)
    token = boss.open(page_of(boss)).form(to="/role").values["csrf_token"]
    for action in ("role", "disable", "enable", "sign-out", "invite-again"):
        data = {"csrf_token": token, "role": "agent"}
        boss.ask("POST", f"{page_of(agent_elsewhere)}/{action}", data=data, status=404)
    agent_elsewhere.open("/desk/account")
