"""An office: an organisation with its reaction types, and the people who work there."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from core import audit, tenancy
from core.database import db
from core.members.models import Role
from core.organisations.models import Organisation
from reactions.models import ReactionType
from reactions.operations.founding import found_types
from tests import factories
from tests.people import Person


@dataclass
class Office:
    """One organisation, as tests look into its rows."""

    app: Flask
    organisation: Organisation

    def type_id(self, key: str = "complaint") -> str:
        """Return the public id of a reaction type."""
        with self.app.app_context(), tenancy.scope(self.organisation.id):
            found = db.session.scalars(select(ReactionType.public_id).where(ReactionType.key == key))
            return found.one()

    def now(self) -> Organisation:
        """Return the organisation as the database has it now."""
        with self.app.app_context():
            return db.session.get_one(Organisation, self.organisation.id)

    def lines(self, what: str) -> list[audit.AuditEvent]:
        """Return the lines of the trail with this name, oldest first."""
        with self.app.app_context(), tenancy.scope(self.organisation.id):
            found = db.session.scalars(
                select(audit.AuditEvent).where(audit.AuditEvent.what == what).order_by(audit.AuditEvent.id)
            )
            return list(found)


@pytest.fixture
def new_office(app: Flask) -> Callable[..., Office]:
    """Set an organisation up."""

    def found(**changes: object) -> Office:
        with app.app_context():
            organisation = factories.organisation(**changes)
            with tenancy.scope(organisation.id):
                found_types(organisation_id=organisation.id)
            factories.creditor(organisation, code="VW")
            db.session.commit()
            db.session.expunge_all()
        return Office(app, organisation)

    return found


@pytest.fixture
def office(new_office: Callable[..., Office]) -> Office:
    """The organisation of these tests."""
    return new_office()


@pytest.fixture
def boss(office: Office, at_the_desk: Callable[..., Person]) -> Person:
    """An administrator of the office."""
    return at_the_desk(Role.ADMINISTRATOR, office.organisation, name="Noor Bakker")


@pytest.fixture
def colleague(office: Office, at_the_desk: Callable[..., Person]) -> Person:
    """Another administrator."""
    return at_the_desk(Role.ADMINISTRATOR, office.organisation, name="Ada Visser")
