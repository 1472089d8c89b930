"""Who gets in: the guard before every page of the desk and the settings."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask

from core import tenancy
from core.database import db
from core.members import operations
from core.members.models import MemberSession, Role
from core.organisations.models import Organisation
from core.web import guards
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Visitor


def test_a_stranger_is_led_to_sign_in_and_back_to_where_they_wanted(visitor: Visitor) -> None:
    page = visitor.open("/desk/account?from=mail")
    assert page.path == "/desk/sign-in?next=/desk/account?from%3Dmail"
    assert page.form().values["next"] == ["/desk/account?from=mail"]


def test_a_stranger_who_posts_is_refused_before_the_form_is_looked_at(visitor: Visitor) -> None:
    assert visitor.client.post("/desk/sign-out").status_code == 401
    assert visitor.client.post("/desk/account/password").status_code == 401


def test_a_member_sees_their_page(agent: Person) -> None:
    page = agent.open("/desk/account")
    assert page.heading == "Your account"
    assert agent.member.name in page.words


def test_the_desk_speaks_the_language_of_the_member(at_the_desk: Callable[..., Person]) -> None:
    norwegian = at_the_desk(language="nb")
    assert norwegian.open("/desk/account").root.get("lang") == "nb"


def test_a_forged_secret_is_a_stranger(visitor: Visitor) -> None:
    visitor.client.set_cookie("desk", "x" * 43, domain="localhost")
    assert visitor.open("/desk/account").path.startswith("/desk/sign-in")


def test_a_session_ends_after_sixty_minutes_without_a_page(clock: Clock, agent: Person) -> None:
    clock.pass_by(minutes=59, seconds=59)
    assert agent.client.get("/desk/account").status_code == 200
    clock.pass_by(minutes=60)
    assert agent.client.get("/desk/account").status_code == 303


def test_a_session_ends_twelve_hours_after_sign_in_however_busy_it_was(clock: Clock, agent: Person) -> None:
    for _ in range(23):
        clock.pass_by(minutes=30)
        assert agent.client.get("/desk/account").status_code == 200
    clock.pass_by(minutes=29, seconds=59)
    assert agent.client.get("/desk/account").status_code == 200
    clock.pass_by(seconds=1)
    assert agent.client.get("/desk/account").status_code == 303


def test_being_seen_is_written_once_a_minute(app: Flask, clock: Clock, agent: Person) -> None:
    begun = clock.now
    clock.pass_by(seconds=59)
    agent.open("/desk/account")
    assert _seen_at(app, agent) == begun
    clock.pass_by(seconds=1)
    agent.open("/desk/account")
    assert _seen_at(app, agent) == clock.now


def test_a_disabled_member_is_out_on_the_next_request(
    app: Flask, agent: Person, administrator: Person, clock: Clock
) -> None:
    with app.app_context(), tenancy.scope(agent.organisation.id):
        operations.disable(
            organisation_id=agent.organisation.id,
            public_id=agent.member.public_id,
            by=administrator.member.id,
            now=clock.now,
        )
        db.session.commit()
    assert agent.client.get("/desk/account").status_code == 303
    assert agent.client.post("/desk/account/language").status_code == 401
    assert administrator.open("/desk/account").status == 200


def test_a_closed_organisation_lets_nobody_in(app: Flask, agent: Person, clock: Clock) -> None:
    with app.app_context():
        row = db.session.get(Organisation, agent.organisation.id)
        assert row is not None
        row.closed_at = clock.now
        db.session.commit()
    assert agent.client.get("/desk/account").status_code == 303


def test_a_role_that_is_too_low_is_refused_and_a_higher_one_is_not(app: Flask) -> None:
    ranks = {role: guards.RANKS[role] for role in Role}
    assert ranks[Role.VIEWER] < ranks[Role.AGENT] < ranks[Role.ADMINISTRATOR]


def test_a_view_without_a_mark_stops_the_start() -> None:
    app = Flask(__name__)
    pages = Blueprint("desk", __name__)
    pages.add_url_rule("/naked", "naked", lambda: "")
    app.register_blueprint(pages)
    with pytest.raises(guards.ViewWithoutMark, match=r"desk\.naked"):
        guards.require_marks(app, door="desk")


def _seen_at(app: Flask, person: Person) -> object:
    with app.app_context(), tenancy.everywhere():
        return db.session.query(MemberSession).filter_by(member_id=person.member.id).one().seen_at
