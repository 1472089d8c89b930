"""The audit trail: lines are added, and nobody changes or takes one out, not even past the program."""

from collections.abc import Callable, Iterator

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import Executable, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import scoped_session

from core import audit, tenancy
from core.audit import Actor, AuditEvent
from core.database import db
from core.organisations.models import Organisation
from tests import factories
from tests.factories import NOW


@pytest.fixture
def owner(session: scoped_session[Session]) -> Iterator[Organisation]:
    """An organisation with one line in its trail."""
    with tenancy.everywhere():
        owner = factories.organisation()
        audit.record(
            organisation_id=owner.id, what="link.revoked", about="link", about_id=7, now=NOW, details={"a": 1}
        )
        session.flush()
        yield owner
        session.rollback()


CHANGES: dict[str, Callable[[], Executable]] = {
    "an update": lambda: update(AuditEvent).values(what="nothing.happened"),
    "a deletion": lambda: delete(AuditEvent),
    "an update in text": lambda: text("UPDATE audit_events SET what = 'nothing.happened'"),
    "a deletion in text": lambda: text("DELETE FROM audit_events"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_stays_as_it_was_written(owner: Organisation, change: str) -> None:
    with pytest.raises(DBAPIError, match="only added"):
        db.session.execute(CHANGES[change]())


def test_a_line_that_was_fetched_cannot_be_changed(owner: Organisation) -> None:
    event = db.session.scalars(select(AuditEvent)).one()
    event.what = "nothing.happened"
    with pytest.raises(DBAPIError, match="only added"):
        db.session.flush()


def test_it_says_who_did_it(owner: Organisation) -> None:
    agent, debtor = factories.member(owner), factories.debtor(owner)
    common = {"organisation_id": owner.id, "about": "link", "about_id": 7, "now": NOW}
    audit.record(what="by.member", member_id=agent.id, **common)  # type: ignore[arg-type]
    audit.record(what="by.debtor", by_debtor=True, debtor_id=debtor.id, **common)  # type: ignore[arg-type]
    db.session.flush()
    rows = select(AuditEvent.what, AuditEvent.actor, AuditEvent.member_id, AuditEvent.debtor_id)
    assert [tuple(row) for row in db.session.execute(rows.order_by(AuditEvent.id))] == [
        ("link.revoked", Actor.SYSTEM, None, None),
        ("by.member", Actor.MEMBER, agent.id, None),
        ("by.debtor", Actor.DEBTOR, None, debtor.id),
    ]


def test_a_line_goes_with_its_transaction(owner: Organisation) -> None:
    owner_id = owner.id
    db.session.rollback()
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.organisation_id == owner_id)).all() == []
