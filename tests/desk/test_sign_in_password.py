"""Choosing a password: forgotten, invited, changed."""

import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import event

from collections_portal.jobs import answer_password_requests, deliver_messages, run_schedule
from core import tenancy
from core.database import db
from core.members import operations
from core.members.models import Member, PasswordRequest, Role
from core.organisations.models import Organisation
from core.web import accounts
from core.web.accounts import WITHIN, LinkKind, hash_of_new_password, password_link
from messaging.models import Message, MessageState
from tests.desk.conftest import NEW, OLD
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor


def messages(app: Flask) -> list[Message]:
    with app.app_context(), tenancy.everywhere():
        found = db.session.query(Message).order_by(Message.id).all()
        db.session.expunge_all()
        return found


def ask(visitor: Visitor, email: str) -> Page:
    """Ask for a link, and let a worker look whose address it is."""
    page = visitor.open("/desk/forgotten-password").submit({"email": email})
    with visitor.client.application.app_context():
        answer_password_requests(visitor.client.application)
    return page


def link_to(app: Flask, member: Member, kind: LinkKind, *, now: datetime) -> str:
    with app.app_context(), tenancy.everywhere():
        fresh = db.session.query(Member).filter_by(id=member.id).one()
        return password_link(fresh, kind, valid_until=now + WITHIN[kind]).removeprefix("http://localhost")


def link_in(app: Flask, clock: Clock) -> str:
    """Deliver what is due into the mailbox of files, and return the path of the one link in it."""
    with app.app_context():
        deliver_messages(app)
    mails = list(app.config["PORTAL"].mailbox_dir.glob("**/*.eml"))
    text = "".join(
        part.get_content()
        for mail in mails
        if (part := message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",)))
    )
    (link,) = re.findall(r"http://localhost(/desk/\S+)", text)
    return str(link)


def may_sign_in(visitor: Visitor, password: str, *, email: str = "ada@voltwerk.example") -> bool:
    form = visitor.open("/desk/sign-in").form()
    sent = form.filled_in({"email": email, "password": password}, None)
    return visitor.client.post("/desk/sign-in", data=sent).status_code == 303


def test_a_forgotten_password_is_chosen_anew_with_a_link_by_mail(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock, new_visitor: Callable[[], Visitor]
) -> None:
    assert ask(visitor, "Ada@voltwerk.example").heading == "Look in your mail"
    (message,) = messages(app)
    assert (message.event, message.recipient, message.member_id) == (
        "password_reset",
        "ada@voltwerk.example",
        ada.id,
    )
    page = visitor.open(link_in(app, clock))
    assert page.submit({"password": NEW, "again": NEW}).heading == "Sign in"
    assert may_sign_in(new_visitor(), NEW)
    assert not may_sign_in(new_visitor(), OLD)


def test_an_unknown_address_gets_the_same_page_and_no_mail(app: Flask, visitor: Visitor, ada: Member) -> None:
    known, unknown = ask(visitor, ada.email), ask(visitor, "bob@voltwerk.example")
    assert known.words == unknown.words
    assert [message.member_id for message in messages(app)] == [ada.id]


def test_the_answer_is_made_of_the_same_steps_whoever_has_the_address(
    app: Flask, visitor: Visitor, ada: Member
) -> None:
    """Nobody can time what is not looked at: before the answer the database is asked the same."""
    asked: dict[str, list[str]] = {}
    answers = {}
    with app.app_context():
        engine = db.engine
    for email in (ada.email, "bob@voltwerk.example"):
        sent = visitor.open("/desk/forgotten-password").form().filled_in({"email": email}, None)
        asked[email] = []

        def note(*arguments: Any, to: list[str] = asked[email]) -> None:
            to.append(arguments[2])

        event.listen(engine, "before_cursor_execute", note)
        answer = visitor.client.post("/desk/forgotten-password", data=sent)
        event.remove(engine, "before_cursor_execute", note)
        answers[email] = (answer.status, answer.data, sorted(answer.headers))
    known, unknown = asked.values()
    assert known == unknown
    assert not [statement for statement in known if "members" in statement]
    assert len(set(map(str, answers.values()))) == 1


def test_a_request_is_gone_when_a_worker_has_looked(app: Flask, visitor: Visitor, ada: Member) -> None:
    for email in (ada.email, "bob@voltwerk.example"):
        ask(visitor, email)
    with app.app_context():
        assert db.session.query(PasswordRequest).all() == []
        assert answer_password_requests(app) == 0
    assert len(messages(app)) == 1


def test_a_request_that_no_worker_took_up_is_forgotten_when_its_link_would_have_ended(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    visitor.open("/desk/forgotten-password").submit({"email": ada.email})
    left = []
    for span in ({"minutes": 60}, {"seconds": 1}):
        clock.pass_by(**span)
        with app.app_context():
            run_schedule(app)
            left.append(db.session.query(PasswordRequest).count())
    assert left == [1, 0]


def test_no_key_lies_in_the_outbox_before_or_after_the_mail_left(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    ask(visitor, ada.email)
    before = messages(app)
    token = link_in(app, clock).rpartition("/")[2]
    for message in (*before, *messages(app)):
        assert token not in f"{message.values} {message.subject} {message.body}"
    assert messages(app)[0].state == MessageState.SENT


def test_a_mail_that_waited_for_a_newer_password_does_not_leave(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    ask(visitor, ada.email)
    visitor.open(link_to(app, ada, LinkKind.RESET, now=clock.now)).submit({"password": NEW, "again": NEW})
    with app.app_context():
        deliver_messages(app)
    (message,) = messages(app)
    assert (message.state, message.state_reason) == (MessageState.SUPPRESSED, "link_ended")


def test_a_disabled_member_gets_no_link(app: Flask, visitor: Visitor, ada: Member) -> None:
    with app.app_context(), tenancy.everywhere():
        db.session.query(Member).filter_by(id=ada.id).update({"active": False})
        db.session.commit()
    ask(visitor, ada.email)
    assert messages(app) == []


def test_the_fourth_request_within_an_hour_sends_nothing_known_or_not(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    for email in (ada.email, "bob@voltwerk.example"):
        for _ in range(3):
            ask(visitor, email)
            clock.pass_by(seconds=1)
        form = visitor.open("/desk/forgotten-password")
        assert "Retry-After" in form.submit({"email": email}, status=429).response.headers
    assert len(messages(app)) == 3


@pytest.mark.parametrize(("kind", "hours"), [(LinkKind.RESET, 1), (LinkKind.INVITATION, 48)])
def test_a_link_works_until_its_end_and_not_a_second_longer(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock, kind: LinkKind, hours: int
) -> None:
    link = link_to(app, ada, kind, now=clock.now)
    clock.pass_by(hours=hours)
    assert visitor.open(link).heading == "Choose a new password"
    clock.pass_by(seconds=1)
    assert "no longer works" in visitor.open(link, status=410).heading


@pytest.mark.parametrize("kind", list(LinkKind))
def test_a_link_works_once(app: Flask, visitor: Visitor, ada: Member, clock: Clock, kind: LinkKind) -> None:
    link = link_to(app, ada, kind, now=clock.now)
    page = visitor.open(link)
    page.submit({"password": NEW, "again": NEW})
    page.submit({"password": OLD, "again": OLD}, status=410)
    visitor.open(link, status=410)


def test_a_newer_password_or_being_disabled_ends_every_link(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    first, second = (link_to(app, ada, kind, now=clock.now) for kind in LinkKind)
    with app.app_context(), tenancy.scope(ada.organisation_id):
        where: dict[str, Any] = {"organisation_id": ada.organisation_id, "public_id": ada.public_id}
        operations.disable(**where, by=None, now=clock.now)
        operations.enable(**where, by=None, now=clock.now)
        db.session.commit()
    visitor.open(first, status=410)
    visitor.open(second, status=410)


def test_a_link_of_one_kind_or_with_one_sign_changed_opens_nothing(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    token = link_to(app, ada, LinkKind.RESET, now=clock.now).rpartition("/")[2]
    visitor.open(f"/desk/invitation/{token}", status=410)
    for place in range(0, len(token) - 1, 5):
        other = "A" if token[place] != "A" else "B"
        visitor.open(f"/desk/reset-password/{token[:place]}{other}{token[place + 1 :]}", status=410)


def test_looking_at_a_link_changes_nothing(app: Flask, visitor: Visitor, ada: Member, clock: Clock) -> None:
    link = link_to(app, ada, LinkKind.RESET, now=clock.now)
    for method in ("GET", "HEAD", "OPTIONS"):
        visitor.client.open(link, method=method)
    assert visitor.open(link).heading == "Choose a new password"


@pytest.mark.parametrize(
    "poor",
    [
        "elf tekens!",
        "passwordpassword",
        "qwertyuiop123",
        "123456789012",
        "Welkom2026!!",
        "Sommer2026!!",
        "ada@voltwerk",
        "AdaVisser2026",
    ],
)
def test_a_short_or_well_known_password_is_refused_at_the_field(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock, poor: str
) -> None:
    page = visitor.open(link_to(app, ada, LinkKind.RESET, now=clock.now))
    refused = page.submit({"password": poor, "again": poor}, status=422)
    assert "12 characters." in refused.words or "easy to guess" in refused.words
    assert may_sign_in(visitor, OLD)


@pytest.mark.parametrize("kind", list(LinkKind))
def test_the_organisations_name_with_trimmings_is_no_password(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock, kind: LinkKind
) -> None:
    with app.app_context(), tenancy.everywhere():
        db.session.query(Organisation).update({"name": "Zonnehoeve"})
        db.session.commit()
    page = visitor.open(link_to(app, ada, kind, now=clock.now))
    refused = page.submit({"password": "Zonnehoeve2026!", "again": "Zonnehoeve2026!"}, status=422)
    assert "easy to guess" in refused.words


@pytest.mark.parametrize(
    "good",
    [
        "all small letters here",
        "83948571029384756103",
        "winter op de waddenzee",
        "\u00e9\u00e9n z\u00eb\u00ebr l\u00e5ng passord " * 4,
        "\U0001f40c trage slak in de regen \U0001f327",
    ],
)
def test_any_signs_in_any_mix_make_a_password(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock, good: str, new_visitor: Callable[[], Visitor]
) -> None:
    page = visitor.open(link_to(app, ada, LinkKind.RESET, now=clock.now))
    page.submit({"password": good, "again": good})
    assert may_sign_in(new_visitor(), good)
    assert not may_sign_in(new_visitor(), good[:-1])


def test_two_different_passwords_are_not_saved(
    app: Flask, visitor: Visitor, ada: Member, clock: Clock
) -> None:
    page = visitor.open(link_to(app, ada, LinkKind.RESET, now=clock.now))
    refused = page.submit({"password": NEW, "again": OLD}, status=422)
    assert "not the same as the password above" in refused.words


def test_password_fields_are_passwords_and_may_be_pasted_into(visitor: Visitor) -> None:
    fields = {field.get("name"): field for field in visitor.open("/desk/sign-in").root.iter("input")}
    assert fields["password"].get("type") == "password"
    assert fields["password"].get("autocomplete") == "current-password"


def with_password(app: Flask, person: Person) -> None:
    with app.app_context(), tenancy.scope(person.organisation.id):
        row = db.session.query(Member).filter_by(id=person.member.id).one()
        row.password = hash_of_new_password(row, OLD, organisation_name="Voltwerk")
        db.session.commit()


def test_changing_the_password_needs_the_present_one_and_signs_other_browsers_out(
    app: Flask, clock: Clock, agent: Person, new_visitor: Callable[[], Visitor]
) -> None:
    with_password(app, agent)
    other = new_visitor()
    assert may_sign_in(other, OLD, email=agent.member.email)
    values = {"current": NEW, "password": NEW, "again": NEW}
    wrong = agent.open("/desk/account").submit(values, button="Save password", status=422)
    assert "This is not the password you have now." in wrong.words
    done = agent.open("/desk/account").submit(values | {"current": OLD}, button="Save password")
    assert "Your password was changed." in done.words
    assert agent.open("/desk/account").heading == "Your account"
    assert other.client.get("/desk/account").status_code == 303
    assert may_sign_in(new_visitor(), NEW, email=agent.member.email)


def test_guessing_the_present_password_in_a_borrowed_browser_is_stopped(app: Flask, agent: Person) -> None:
    with_password(app, agent)
    values = {"current": NEW, "password": NEW, "again": NEW}
    for _ in range(10):
        agent.open("/desk/account").submit(values, button="Save password", status=422)
    agent.open("/desk/account").submit(values, button="Save password", status=429)


def test_a_member_ends_one_of_their_browsers_and_nobody_elses(
    app: Flask, clock: Clock, agent: Person, administrator: Person, new_visitor: Callable[[], Visitor]
) -> None:
    with_password(app, agent)
    other = new_visitor()
    may_sign_in(other, OLD, email=agent.member.email)
    page = agent.open("/desk/account")
    action = page.form("Sign out there").action
    stolen = administrator.open("/desk/account").form("Save language").values["csrf_token"]
    administrator.client.post(action, data={"csrf_token": stolen})
    assert other.client.get("/desk/account").status_code == 200
    assert "That browser is signed out." in page.submit(button="Sign out there").words
    assert other.client.get("/desk/account").status_code == 303
    assert agent.open("/desk/account").status == 200


def test_a_member_chooses_the_language_of_the_desk(at_the_desk: Callable[..., Person]) -> None:
    person = at_the_desk(Role.VIEWER, language="en")
    page = person.open("/desk/account").submit({"language": "fr"}, to="/desk/account/language")
    assert page.root.get("lang") == "fr"
    assert person.open("/desk/account").root.get("lang") == "fr"


def test_what_is_stored_of_a_password_is_dear_to_guess(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least the memory and the rounds that OWASP asks of argon2id: 19 MiB and two."""
    monkeypatch.delitem(accounts.SETTINGS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS")
    with make_app().app_context():
        found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$.+", hash_password("Viooltjes! 12"))
    assert found
    assert (int(found[1]) >= 19 * 1024, int(found[2]) >= 2) == (True, True)
