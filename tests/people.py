"""People with a browser at the desk: a viewer, an agent and an administrator here, and an agent elsewhere."""

from collections.abc import Callable

import pytest
from flask import Flask

from core import clock, tenancy
from core.database import db
from core.members import sessions
from core.members.models import Member, Role
from core.organisations.models import Organisation
from tests import factories
from tests.visitor import Visitor


class Person(Visitor):
    """A member with a browser; `member` and `organisation` are rows to be read."""

    def __init__(self, app: Flask, *, member: Member, organisation: Organisation) -> None:
        super().__init__(app)
        self.member = member
        self.organisation = organisation


@pytest.fixture
def at_the_desk(app: Flask, request: pytest.FixtureRequest) -> Callable[..., Person]:
    """Bring somebody in, signed in: `at_the_desk(Role.VIEWER, organisation, name="Ada")`.

    Without an organisation they get one of their own. A test that stops the clock stops it before this.
    """
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock")

    def bring(role: Role = Role.AGENT, organisation: Organisation | None = None, **changes: object) -> Person:
        with app.app_context():
            owner = organisation or factories.organisation()
            member = factories.member(owner, role=role, **{"language": "en"} | changes)
            with tenancy.scope(owner.id):
                secret = sessions.begin(member=member, browser="Firefox, Linux", now=clock.now())
                db.session.commit()
            db.session.expunge_all()
        person = Person(app, member=member, organisation=owner)
        person.client.set_cookie("desk", secret, domain="localhost", httponly=True, samesite="Strict")
        return person

    return bring


@pytest.fixture
def agent(at_the_desk: Callable[..., Person]) -> Person:
    """An agent of an organisation, signed in."""
    return at_the_desk(Role.AGENT)


@pytest.fixture
def viewer(at_the_desk: Callable[..., Person], agent: Person) -> Person:
    """Somebody of the agent's organisation who may only look."""
    return at_the_desk(Role.VIEWER, agent.organisation)


@pytest.fixture
def administrator(at_the_desk: Callable[..., Person], agent: Person) -> Person:
    """An administrator of the agent's organisation."""
    return at_the_desk(Role.ADMINISTRATOR, agent.organisation)


@pytest.fixture
def agent_elsewhere(at_the_desk: Callable[..., Person]) -> Person:
    """An agent of another organisation."""
    return at_the_desk(Role.AGENT)
