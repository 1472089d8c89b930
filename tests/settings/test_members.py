"""Members: invited, given a role, shut out and let in again."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from core import tenancy
from core.database import db
from core.members.models import Member, Role
from core.organisations.models import Creditor, Organisation
from messaging.models import Message
from reactions.models import Action
from reactions.operations.submission import submit
from tests import factories
from tests.moments import Clock
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


def test_trying_addresses_to_learn_who_signs_in_elsewhere_is_seen_and_stopped(
    office: Office, boss: Person, agent_elsewhere: Person, clock: Clock
) -> None:
    known = NEW | {"email": agent_elsewhere.member.email}
    for _ in range(5):
        boss.open(INVITE).submit(known, status=422)
    # From here on nobody learns anything: an address that is free gets the same answer.
    for typed in (known, NEW):
        refused = boss.open(INVITE).submit(typed, status=429)
        assert refused.response.headers["Retry-After"] == "3600"
    lines = office.lines("member.invitation_refused")
    assert [line.member_id for line in lines] == [boss.member.id] * 5
    assert agent_elsewhere.member.email not in str([line.details for line in lines])
    assert "invited somebody who signs in already" in boss.open("/settings/history").words
    clock.pass_by(minutes=59)
    boss.open(INVITE).submit(NEW, status=429)
    clock.pass_by(minutes=1)
    boss.open(INVITE).submit(NEW)


def test_invitations_that_go_out_or_miss_by_a_letter_are_not_counted(boss: Person) -> None:
    for number in range(8):
        boss.open(INVITE).submit(NEW | {"email": f"member{number}@new.example"})
        boss.open(INVITE).submit(NEW | {"email": "joris@voltwerk..example"}, status=422)


def test_what_one_organisation_tries_stops_no_other(
    boss: Person, agent_elsewhere: Person, at_the_desk: Callable[..., Person]
) -> None:
    for _ in range(5):
        boss.open(INVITE).submit(NEW | {"email": agent_elsewhere.member.email}, status=422)
    at_the_desk(Role.ADMINISTRATOR).open(INVITE).submit(NEW)


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


def busy(office: Office, person: Person) -> None:
    """Give two open complaints to somebody."""
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        organisation = db.session.get_one(Organisation, office.organisation.id)
        debtor = factories.debtor(organisation)
        about = factories.invoice(debtor, db.session.query(Creditor).one())
        for key in ("one", "two"):
            submit(
                organisation_id=organisation.id,
                debtor_id=debtor.id,
                visit_id=None,
                type_key="complaint",
                invoice_ids=[about.id],
                answers={"reason": "amount", "explanation": "Er klopt iets niet."},
                submission_key=key,
                language="nl",
                now=factories.NOW,
            )
        db.session.execute(update(Action).values(assignee_id=person.member.id))
        db.session.commit()


def assignees(office: Office) -> set[int | None]:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        return set(db.session.scalars(select(Action.assignee_id)))


def test_the_work_of_who_is_shut_out_goes_to_whom_one_chooses(
    office: Office, boss: Person, colleague: Person
) -> None:
    busy(office, colleague)
    page = boss.open(page_of(colleague))
    assert "2 open actions are assigned to them." in page.words
    page = page.submit({"successor": boss.member.public_id}, to="/disable")
    assert "2 open actions were handed over." in page.words
    assert "Ada Visser can no longer sign in." in page.words
    assert assignees(office) == {boss.member.id}


def test_the_work_of_who_is_shut_out_goes_to_nobody_unless_told(
    office: Office, boss: Person, colleague: Person
) -> None:
    busy(office, colleague)
    boss.open(page_of(colleague)).submit(to="/disable")
    assert assignees(office) == {None}


def test_who_cannot_work_on_actions_takes_none_over(
    office: Office, boss: Person, colleague: Person, at_the_desk: Callable[..., Person]
) -> None:
    busy(office, colleague)
    viewer = at_the_desk(Role.VIEWER, office.organisation, name="Kijker")
    elsewhere = at_the_desk(Role.AGENT, name="Elders")
    page = boss.open(page_of(colleague))
    for wrong in (viewer, elsewhere, colleague):
        data = page.form(to="/disable").values | {"successor": wrong.member.public_id}
        refused = boss.ask("POST", f"{page_of(colleague)}/disable", data=data, status=422)
        assert "This was not done" in refused.words
    assert assignees(office) == {colleague.member.id}
    colleague.open("/desk/account")


def test_the_page_names_the_types_whose_new_actions_nobody_gets_then(
    office: Office, boss: Person, colleague: Person
) -> None:
    sentence = "New actions go to nobody from then on: Complaint."
    assert sentence not in boss.open(page_of(colleague)).words
    chosen = {"assignee": colleague.member.public_id}
    boss.open(f"/settings/web/{office.type_id()}/parameters").submit(chosen, to="/parameters")
    assert sentence in boss.open(page_of(colleague)).words


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
