"""A new password puts everybody out who came in with the old one, also whoever is just coming in with it."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from core import tenancy, transaction
from core.database import db
from core.members import operations, sessions
from core.members.models import Member, MemberSession
from core.web import confirming
from core.web.accounts import hash_of_new_password, is_password_of
from desk.views import sign_in
from tests.desk.conftest import NEW, OLD
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

SAME_WORDS = "This e-mail address and password do not belong together."


def choose_another(app: Flask, member: Member, *, now: datetime) -> None:
    with app.app_context(), tenancy.scope(member.organisation_id):
        stored = hash_of_new_password(member, NEW, organisation_name="Voltwerk")
        with transaction.writing():
            operations.set_password(
                organisation_id=member.organisation_id,
                public_id=member.public_id,
                password_hash=stored,
                now=now,
            )


def disable(app: Flask, member: Member, *, now: datetime) -> None:
    with app.app_context(), tenancy.scope(member.organisation_id), transaction.writing():
        operations.disable(
            organisation_id=member.organisation_id, public_id=member.public_id, by=None, now=now
        )


def disable_and_enable(app: Flask, member: Member, *, now: datetime) -> None:
    disable(app, member, now=now)
    with app.app_context(), tenancy.scope(member.organisation_id), transaction.writing():
        operations.enable(
            organisation_id=member.organisation_id, public_id=member.public_id, by=None, now=now
        )


def after_looking(view: object, then: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Let something happen between the look at a password and what the view does next."""

    def look(member: Member | None, password: str) -> bool:
        is_right = is_password_of(member, password)
        # The request's own transaction and organisation are no part of what somebody else does meanwhile.
        elsewhere = threading.Thread(target=then)
        elsewhere.start()
        elsewhere.join()
        return is_right

    patch.setattr(view, "is_password_of", look)


def running(app: Flask, member: Member) -> int:
    with app.app_context(), tenancy.everywhere():
        return db.session.query(MemberSession).filter_by(member_id=member.id, ended_at=None).count()


def sign_in_as(visitor: Visitor, member: Member, password: str, *, status: int) -> Page:
    return visitor.open("/desk/sign-in").submit({"email": member.email, "password": password}, status=status)


@pytest.mark.parametrize("happens", [choose_another, disable, disable_and_enable])
def test_who_signs_in_while_the_member_changes_stays_out(
    app: Flask,
    visitor: Visitor,
    ada: Member,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[..., None],
) -> None:
    after_looking(sign_in, lambda: happens(app, ada, now=clock.now), monkeypatch)
    refused = sign_in_as(visitor, ada, OLD, status=422)
    assert SAME_WORDS in refused.words
    assert visitor.client.get_cookie("desk") is None
    assert running(app, ada) == 0


def test_a_new_password_waits_for_a_sign_in_that_has_begun_and_then_ends_it(
    app: Flask, ada: Member, clock: Clock
) -> None:
    waiting = threading.Thread(target=choose_another, args=(app, ada), kwargs={"now": clock.now})
    with app.app_context(), tenancy.scope(ada.organisation_id), transaction.writing():
        sessions.begin(member=ada, browser="Firefox", now=clock.now)
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
    waiting.join()
    assert running(app, ada) == 0


def test_a_borrowed_browser_does_not_take_back_the_password_that_was_just_chosen(
    app: Flask,
    agent: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    new_visitor: Callable[[], Visitor],
) -> None:
    with app.app_context(), tenancy.scope(agent.organisation.id):
        row = db.session.get_one(Member, agent.member.id)
        row.password = hash_of_new_password(row, OLD, organisation_name="Voltwerk")
        db.session.commit()
    page = agent.open("/desk/account")
    theirs = {"current": OLD, "password": "acht gele klompen", "again": "acht gele klompen"}
    with monkeypatch.context() as patch:
        after_looking(confirming, lambda: choose_another(app, agent.member, now=clock.now), patch)
        refused = page.submit(theirs, button="Save password", status=422)
    assert "This is not the password you have now." in refused.words
    assert sign_in_as(new_visitor(), agent.member, NEW, status=200).path.startswith("/desk")
