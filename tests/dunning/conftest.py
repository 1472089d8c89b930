"""An organisation with a policy of three reminders, for tests of dunning runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy import event, select, update
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import db
from core.law import shelf
from core.members.models import Member
from core.organisations.models import Creditor, Organisation
from dunning import operations
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningPolicy, DunningRun, DunningSkip
from invoices.models import Debtor, Invoice
from invoices.operations import exempt
from messaging.models import Message, MessageState
from tests import factories
from tests.dunning.law_rows import write_rates
from tests.dunning.post import Post
from tests.fakes.smtp import SmtpSink

# A Friday, three and a half weeks after the due date of the invoices of the factories.
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass
class Office:
    """The organisation at work: it proposes, approves and sends."""

    organisation: Organisation
    creditor: Creditor
    policy: DunningPolicy
    agent: Member

    def debtor(self, *, with_email: bool = True, **changes: Any) -> Debtor:
        """Store a debtor who can be written to."""
        debtor = factories.debtor(self.organisation, **changes)
        if with_email:
            factories.contact_point(debtor)
        return debtor

    def invoice(self, debtor: Debtor, **changes: Any) -> Invoice:
        """Store an open invoice, due since 25 October 2026."""
        return factories.invoice(debtor, self.creditor, **changes)

    def hold_off(self, invoice_id: int) -> None:
        """Exempt an invoice, as a complaint about it does."""
        exempt(
            organisation_id=self.organisation.id,
            invoice_id=invoice_id,
            asked_by="action:7",
            reason="complaint",
            now=FRIDAY,
        )

    def propose(self, now: datetime = FRIDAY) -> DunningRun:
        """Propose a run."""
        return operations.propose(organisation=self.organisation, policy_id=self.policy.id, now=now)

    def confirm(self, run: DunningRun, now: datetime = FRIDAY) -> int:
        """Approve a run."""
        return operations.confirm(organisation=self.organisation, run=run, member_id=self.agent.id, now=now)

    def run(self, now: datetime = FRIDAY) -> DunningRun:
        """Propose and approve a run."""
        run = self.propose(now)
        self.confirm(run, now)
        return run

    def run_and_send(self, now: datetime = FRIDAY) -> list[Message]:
        """Propose, approve and send; return the new messages."""
        known = {message.id for message in self.messages()}
        self.run(now)
        self.end_messages(MessageState.SENT, now)
        return [message for message in self.messages() if message.id not in known]

    def messages(self) -> list[Message]:
        """Return every message, oldest first."""
        return list(
            db.session.scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True))
        )

    def end_messages(self, state: MessageState, at: datetime) -> None:
        """Let every waiting message come to this end."""
        moments = {"handed_at": at, "sent_at": at} if state is MessageState.SENT else {}
        db.session.execute(
            update(Message).where(Message.state == MessageState.NEW).values(state=state, **moments)
        )

    def lines(self, run: DunningRun) -> list[DunningNoticeInvoice]:
        """Return the invoices of a run's notices."""
        return list(
            db.session.scalars(
                select(DunningNoticeInvoice)
                .join(DunningNotice, DunningNotice.id == DunningNoticeInvoice.notice_id)
                .where(DunningNotice.run_id == run.id)
            )
        )

    def skips(self, run: DunningRun) -> dict[int, tuple[str, str]]:
        """Return reason and detail of each invoice the run leaves alone."""
        rows = db.session.scalars(select(DunningSkip).where(DunningSkip.run_id == run.id))
        return {row.invoice_id: (row.reason, row.detail) for row in rows}


def days(number: int) -> timedelta:
    """Return a span of days."""
    return timedelta(days=number)


def day(year: int, month: int, number: int) -> datetime:
    """Return the morning of a day."""
    return datetime.combine(date(year, month, number), FRIDAY.timetz())


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are made inside."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def office(session: scoped_session[Session]) -> Iterator[Office]:
    """Voltwerk with a creditor, an agent and the policy every organisation starts with."""
    organisation = factories.organisation()
    creditor, agent = factories.creditor(organisation), factories.member(organisation)
    with tenancy.scope(organisation.id):
        policy = operations.found_policy(organisation_id=organisation.id)
        yield Office(organisation, creditor, policy, agent)
        session.rollback()


@pytest.fixture
def post(app: Flask, tmp_path: Path) -> Iterator[Post]:
    """A worker and a mail server."""
    with SmtpSink(tmp_path, starttls=False) as sink:
        yield Post(app, sink)


@pytest.fixture
def rates(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Rates of interest for the days of these tests; the application began with those that are shipped."""
    folder = tmp_path / "law"
    folder.mkdir()
    write_rates(folder)
    shelf.use(folder)
    yield
    shelf.use(None)
