"""Members: who is invited, what they may do, and who can no longer be kept out of settings."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from core import audit, tenancy
from core.database import db
from core.members import operations, sessions
from core.members.models import Member, Role
from core.members.queries import MemberUnknown, SessionEnded, session_behind, sessions_of
from core.organisations.models import Organisation
from tests import factories
from tests.factories import NOW


@pytest.fixture
def voltwerk(session: scoped_session[Session]) -> Iterator[Organisation]:
    """An organisation whose rows this test works on."""
    owner = factories.organisation()
    with tenancy.scope(owner.id):
        yield owner


def invite(owner: Organisation, **changes: object) -> Member:
    values: dict[str, Any] = {"email": "ada@voltwerk.example", "name": "Ada Visser", "role": Role.AGENT}
    values |= {"language": "nl", "by": None, "now": NOW} | changes
    return operations.invite(organisation_id=owner.id, **values)


def trail() -> list[str]:
    return [event.what for event in db.session.query(audit.AuditEvent).order_by(audit.AuditEvent.id)]


def test_an_invited_member_has_no_password_and_a_small_address(voltwerk: Organisation) -> None:
    member = invite(voltwerk, email=" Ada.Visser@VOLTWERK.example ", name=" Ada Visser ")
    assert (member.email, member.name, member.password) == ("ada.visser@voltwerk.example", "Ada Visser", None)
    assert trail() == ["member.invited"]


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@voltwerk.example", "a b@c.example", "ada@x\r\nBcc: y"]
)
def test_what_is_no_address_is_refused(voltwerk: Organisation, email: str) -> None:
    with pytest.raises(operations.EmailNotValid):
        invite(voltwerk, email=email)


def test_an_address_signs_in_at_one_organisation_only(voltwerk: Organisation) -> None:
    other = factories.organisation()
    factories.member(other, email="ada@voltwerk.example")
    with pytest.raises(operations.EmailAlreadyKnown):
        invite(voltwerk, email="ADA@voltwerk.example")


def test_a_language_the_desk_does_not_speak_is_refused(voltwerk: Organisation) -> None:
    with pytest.raises(operations.LanguageUnknown):
        invite(voltwerk, language="es")


@pytest.mark.parametrize(
    "change",
    [
        lambda values: operations.change_role(role=Role.VIEWER, **values),
        lambda values: operations.disable(**values),
    ],
)
def test_the_last_active_administrator_stays(
    voltwerk: Organisation, change: Callable[[dict[str, object]], object]
) -> None:
    boss = factories.member(voltwerk, role=Role.ADMINISTRATOR)
    factories.member(voltwerk, role=Role.ADMINISTRATOR, active=False)
    factories.member(factories.organisation(), role=Role.ADMINISTRATOR)
    values: dict[str, object] = {"organisation_id": voltwerk.id, "public_id": boss.public_id}
    values |= {"by": None, "now": NOW}
    with pytest.raises(operations.LastAdministrator):
        change(values)
    factories.member(voltwerk, role=Role.ADMINISTRATOR)
    change(values)
    assert boss.role is Role.VIEWER or not boss.active


def test_nobody_disables_themselves(voltwerk: Organisation) -> None:
    member = factories.member(voltwerk)
    with pytest.raises(operations.NotYourself):
        operations.disable(organisation_id=voltwerk.id, public_id=member.public_id, by=member.id, now=NOW)


def test_another_organisations_member_is_not_there(voltwerk: Organisation) -> None:
    stranger = factories.member(factories.organisation())
    with pytest.raises(MemberUnknown):
        operations.end_sessions(organisation_id=voltwerk.id, public_id=stranger.public_id, by=None, now=NOW)


def test_disabling_ends_every_session_and_enabling_opens_none(voltwerk: Organisation) -> None:
    member = factories.member(voltwerk)
    secret = sessions.begin(member=member, browser="", now=NOW)
    values: dict[str, Any] = {"organisation_id": voltwerk.id, "public_id": member.public_id}
    operations.disable(**values, by=None, now=NOW)
    operations.enable(**values, by=None, now=NOW)
    with pytest.raises(SessionEnded):
        session_behind(secret=secret, now=NOW)
    assert trail() == ["member.signed_in", "member.disabled", "member.enabled"]


def test_an_administrator_signs_a_member_out_everywhere(voltwerk: Organisation) -> None:
    member, bystander = factories.member(voltwerk), factories.member(voltwerk)
    for _ in range(2):
        sessions.begin(member=member, browser="", now=NOW)
    kept = sessions.begin(member=bystander, browser="", now=NOW)
    values: dict[str, Any] = {"organisation_id": voltwerk.id, "public_id": member.public_id}
    assert operations.end_sessions(**values, by=bystander.id, now=NOW) == 2
    assert sessions_of(organisation_id=voltwerk.id, member_id=member.id, now=NOW) == []
    assert session_behind(secret=kept, now=NOW).member.id == bystander.id


def test_a_role_that_is_the_same_leaves_no_line(voltwerk: Organisation) -> None:
    member = factories.member(voltwerk, role=Role.AGENT)
    values: dict[str, Any] = {"organisation_id": voltwerk.id, "public_id": member.public_id}
    operations.change_role(**values, role=Role.AGENT, by=None, now=NOW)
    assert trail() == []
    operations.change_role(**values, role=Role.ADMINISTRATOR, by=None, now=NOW)
    assert trail() == ["member.role_changed"]


def test_a_session_is_over_at_its_end_and_runs_the_second_before(voltwerk: Organisation) -> None:
    secret = sessions.begin(member=factories.member(voltwerk), browser="", now=NOW)
    session_behind(secret=secret, now=NOW + timedelta(minutes=59, seconds=59))
    with pytest.raises(SessionEnded):
        session_behind(secret=secret, now=NOW + timedelta(minutes=60))


def test_what_the_guard_hands_out_outlives_its_transaction(voltwerk: Organisation) -> None:
    secret = sessions.begin(member=factories.member(voltwerk, name="Ada"), browser="", now=NOW)
    db.session.commit()
    found = session_behind(secret=secret, now=NOW)
    db.session.rollback()
    db.session.close()
    assert (found.member.name, found.organisation.name) == ("Ada", "Voltwerk")
