"""An office: an organisation with somebody at the desk, a debtor who reacted, and what lies around them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import tenancy
from core.audit import AuditEvent
from core.database import OfOrganisation, db
from core.members.models import Member
from core.organisations.models import Creditor, Organisation
from core.web.accounts import hash_of_new_password
from invoices.models import Channel, ContactPoint, Debtor, Invoice
from links.models import AccessLink, Visit
from reactions.models import Action, Reaction
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests import factories
from tests.moments import Clock
from tests.people import Person

Row = TypeVar("Row", bound=OfOrganisation)
_keys = count(1)
# The password of `ada`, and the one she chooses.
OLD = "vier natte schoenen"
NEW = "zeven droge laarzen"


@dataclass
class Office:
    """What there is of one organisation; rows are detached and are read again with `now`."""

    app: Flask
    organisation: Organisation
    creditor: Creditor
    debtor: Debtor
    email: ContactPoint
    mobile: ContactPoint
    link: AccessLink
    visit: Visit
    invoices: list[Invoice]
    at: datetime

    def work(self, job: Callable[[], Any]) -> Any:
        """Do something in the organisation's scope and commit it."""
        with self.app.app_context(), tenancy.scope(self.organisation.id):
            result = job()
            db.session.commit()
            db.session.expunge_all()
            return result

    def react(
        self,
        type_key: str = "unknown",
        answers: Mapping[str, str] | None = None,
        *,
        about: list[Invoice] | None = None,
    ) -> Action:
        """Let the debtor react, to both invoices unless told, and return the action."""

        def job() -> Action:
            reaction = submit(
                organisation_id=self.organisation.id,
                debtor_id=self.debtor.id,
                visit_id=self.visit.id,
                type_key=type_key,
                invoice_ids=[one.id for one in (self.invoices if about is None else about)],
                answers=ANSWERS[type_key] if answers is None else answers,
                submission_key=f"desk-{next(_keys)}",
                language="nl",
                now=self.at,
            )
            return db.session.scalars(select(Action).where(Action.reaction_id == reaction.id)).one()

        found: Action = self.work(job)
        return found

    def now(self, row: Row) -> Row:
        """Return the row as the database has it now."""
        found: Row = self.work(lambda: db.session.get_one(type(row), row.id))
        return found

    def reference_of(self, action: Action) -> str:
        """Return the reference of the action's reaction."""
        return str(self.work(lambda: db.session.get_one(Reaction, action.reaction_id)).reference)

    def number_of(self, table: type[OfOrganisation], *which: Any) -> int:
        """Return how many rows of the organisation there are."""
        return int(self.work(lambda: db.session.scalar(select(func.count(table.id)).where(*which))) or 0)

    def told(self) -> list[str]:
        """Return what the audit trail says happened, first things first."""
        return list(
            self.work(lambda: db.session.scalars(select(AuditEvent.what).order_by(AuditEvent.id)).all())
        )


ANSWERS: dict[str, dict[str, str]] = {
    "complaint": {"reason": "amount", "explanation": "Er klopt iets niet.", "amount": "100,00"},
    "paid": {"paid_on-day": "17", "paid_on-month": "11", "paid_on-year": "2026"},
    "will_pay": {"pay_on": "2026-11-27"},
    "unknown": {"what": "not_ordered", "explanation": "Wat is <b>dit</b>?"},
}


def _open_office(app: Flask, organisation: Organisation, at: datetime) -> Office:
    with app.app_context():
        with tenancy.scope(organisation.id):
            found_types(organisation_id=organisation.id)
        creditor = factories.creditor(organisation)
        debtor = factories.debtor(organisation, last_name="de Wit", sort_name="de wit sanne", country="NL")
        email = factories.contact_point(debtor)
        mobile = factories.contact_point(
            debtor, channel=Channel.SMS, value="+31612345678", is_preferred=False
        )
        link = factories.link(debtor, email, issued_at=at, expires_at=at + timedelta(days=14))
        office = Office(
            app=app,
            organisation=organisation,
            creditor=creditor,
            debtor=debtor,
            email=email,
            mobile=mobile,
            link=link,
            visit=factories.visit(link, started_at=at, seen_at=at, expires_at=at + timedelta(hours=8)),
            invoices=[
                factories.invoice(debtor, creditor),
                factories.invoice(debtor, creditor, amount=100000, due_on=date(2026, 12, 11)),
            ],
            at=at,
        )
        db.session.commit()
        db.session.expunge_all()
    return office


@pytest.fixture
def office(app: Flask, clock: Clock, agent: Person) -> Office:
    """The agent's organisation: Sanne de Wit with two open invoices, one of them past due."""
    return _open_office(app, agent.organisation, clock.now)


@pytest.fixture
def office_elsewhere(app: Flask, clock: Clock, agent_elsewhere: Person) -> Office:
    """The same of another organisation."""
    return _open_office(app, agent_elsewhere.organisation, clock.now)


@pytest.fixture
def ada(app: Flask, clock: Clock) -> Member:
    """A member with a password, apart from the database session."""
    with app.app_context():
        owner = factories.organisation()
        member = factories.member(owner, email="ada@voltwerk.example", name="Ada Visser", language="en")
        with tenancy.scope(owner.id):
            member.password = hash_of_new_password(member, OLD, organisation_name=owner.name)
            db.session.commit()
        db.session.expunge_all()
    return member
