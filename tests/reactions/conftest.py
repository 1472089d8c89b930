"""A debtor at the counter: an organisation with its reaction types, two open invoices, a link and a visit."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from core import tenancy
from core.database import db
from core.members.models import Member
from core.organisations.models import Creditor, Organisation
from invoices.models import ContactPoint, Debtor, Invoice
from links.models import AccessLink, Visit
from reactions.models import Action, Reaction
from reactions.operations import submission
from reactions.operations.actions import close
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests import factories
from tests.fakes.receiver import Receiver, receiver

NOW = factories.NOW
_keys = count(1)


@dataclass
class Counter:
    """One debtor of one organisation, and what they can do."""

    organisation: Organisation
    creditor: Creditor
    member: Member
    debtor: Debtor
    contact: ContactPoint
    link: AccessLink
    visit: Visit
    invoices: list[Invoice]

    def react(
        self,
        type_key: str = "question",
        answers: Mapping[str, str] | None = None,
        *,
        about: list[Invoice] | None = None,
        key: str | None = None,
        language: str = "nl",
        now: datetime = NOW,
        debtor: Debtor | None = None,
    ) -> Reaction:
        """Submit a reaction, about all invoices unless told, in the scope of the organisation."""
        with tenancy.scope(self.organisation.id):
            return submit(
                organisation_id=self.organisation.id,
                debtor_id=(debtor or self.debtor).id,
                visit_id=self.visit.id,
                type_key=type_key,
                invoice_ids=[invoice.id for invoice in (self.invoices if about is None else about)],
                answers=ANSWERS[type_key] if answers is None else answers,
                submission_key=f"key-{next(_keys)}" if key is None else key,
                language=language,
                now=now,
            )

    def action_of(self, reaction: Reaction) -> Action:
        """Return the action as the database has it now."""
        with tenancy.scope(self.organisation.id):
            return db.session.scalars(
                select(Action)
                .where(Action.reaction_id == reaction.id)
                .execution_options(populate_existing=True)
            ).one()

    def close(self, action: Action, *, reason: str, answer: str, now: datetime) -> None:
        """Answer, as the member."""
        with self.scope():
            close(
                organisation_id=self.organisation.id,
                action_public_id=action.public_id,
                version=action.version,
                member_id=self.member.id,
                reason=reason,
                answer=answer,
                now=now,
            )

    def scope(self) -> AbstractContextManager[Any]:
        """Work for this organisation."""
        return tenancy.scope(self.organisation.id)


ANSWERS: dict[str, dict[str, str]] = {
    "complaint": {"reason": "amount", "explanation": "Er klopt iets niet."},
    "paid": {"paid_on-day": "18", "paid_on-month": "11", "paid_on-year": "2026"},
    "will_pay": {"pay_on": "2026-11-27"},
    "unknown": {"what": "not_ordered"},
    "not_approved": {
        "approver": "Inkoop",
        "expected_on-day": "1",
        "expected_on-month": "12",
        "expected_on-year": "2026",
    },
    "question": {"explanation": "Wat is dit?"},
}


def tell_what_is_open(organisation: Organisation, on: date) -> None:
    """Store an import of noon on this day (UTC) that says what is open: payments are known until then."""
    factories.import_of(organisation, at=datetime.combine(on, NOW.timetz().replace(hour=12)))


def counter_of(**changes: Any) -> Counter:
    """Store an organisation with a debtor who has two open invoices, and commit."""
    organisation = factories.organisation(**changes)
    with tenancy.scope(organisation.id):
        found_types(organisation_id=organisation.id)
    creditor = factories.creditor(organisation)
    debtor = factories.debtor(organisation)
    contact = factories.contact_point(debtor)
    link = factories.link(debtor, contact)
    counter = Counter(
        organisation=organisation,
        creditor=creditor,
        member=factories.member(organisation),
        debtor=debtor,
        contact=contact,
        link=link,
        visit=factories.visit(link),
        invoices=[
            factories.invoice(debtor, creditor),
            factories.invoice(debtor, creditor, amount=100000, due_on=date(2026, 11, 11)),
        ],
    )
    db.session.commit()
    return counter


@pytest.fixture
def counter(session: scoped_session[Session]) -> Counter:
    """The debtor at the counter."""
    return counter_of()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take more reactions of one debtor than a day allows, for tests that need many."""
    monkeypatch.setattr(submission, "MOST_IN_A_DAY", 1_000)


@pytest.fixture
def other_counter(session: scoped_session[Session]) -> Counter:
    """A debtor of another organisation."""
    return counter_of(name="Elders")


@pytest.fixture
def statements(session: scoped_session[Session]) -> Iterator[list[str]]:
    """The SQL statements sent since the test began, or since it cleared the list."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def system() -> Iterator[Receiver]:
    """A system that takes what it gets."""
    with receiver() as found:
        yield found
