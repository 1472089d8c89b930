"""A reaction against a dunning run, at the same moment, a hundred times and more."""

import time

import pytest
from flask import Flask
from sqlalchemy import select

from core import tenancy, transaction
from core.database import db
from core.organisations.models import Organisation
from dunning import operations
from invoices.models import ContactPoint, Debtor, Invoice
from messaging.models import Message, MessageState
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests.at_once import at_once
from tests.dunning.conftest import FRIDAY, Office
from tests.dunning.post import Post
from tests.faults.suite import RACES

HANDED = (MessageState.HANDING, MessageState.SENT)


@pytest.mark.timeout(300)
def test_nothing_is_handed_over_after_a_reaction_was_stored(app: Flask, office: Office, post: Post) -> None:
    """The debtor reacts later in each round: before the run, while it queues, while it sends, after.

    The wait is a share of how long the run before took, so that a slow machine meets all of these too.
    """
    found_types(organisation_id=office.organisation.id)
    organisation_id, policy_id = office.organisation.id, office.policy.id
    db.session.commit()
    seen: list[bool] = []
    took = 0.1
    for number in range(RACES.here):
        debtor = office.debtor()
        invoice = office.invoice(debtor)
        db.session.commit()
        wait = took * (number % 20) / 14
        race = Race(post, organisation_id, policy_id, debtor, invoice, wait=wait)
        at_once(app, race.dun, race.react)
        took = race.took
        (address,) = race.address()
        was_handed_over = race.seen_by_reaction in HANDED
        assert (address in post.recipients()) == was_handed_over, (number, race.seen_by_reaction)
        seen.append(was_handed_over)
    assert set(seen) == {True, False}


class Race:
    """One round: a run that writes to one debtor, and the debtor's reaction to the same invoice."""

    def __init__(
        self,
        post: Post,
        organisation_id: int,
        policy_id: int,
        debtor: Debtor,
        invoice: Invoice,
        *,
        wait: float,
    ) -> None:
        self.post = post
        self.organisation_id = organisation_id
        self.policy_id = policy_id
        self.debtor_id = debtor.id
        self.invoice_id = invoice.id
        self.wait = wait
        self.took = 0.0
        self.seen_by_reaction: MessageState | None = None

    def dun(self) -> None:
        """Propose, approve and send, and note how long that took."""
        begun = time.monotonic()
        with tenancy.scope(self.organisation_id), transaction.writing():
            organisation = db.session.get_one(Organisation, self.organisation_id)
            run = operations.propose(organisation=organisation, policy_id=self.policy_id, now=FRIDAY)
            operations.confirm(organisation=organisation, run=run, member_id=None, now=FRIDAY)
        self.post.deliver(FRIDAY)
        self.took = time.monotonic() - begun

    def react(self) -> None:
        """Store a complaint; while its transaction holds the invoice, look whether the message is gone."""
        time.sleep(self.wait)
        with tenancy.scope(self.organisation_id), transaction.writing():
            submit(
                organisation_id=self.organisation_id,
                debtor_id=self.debtor_id,
                visit_id=None,
                type_key="complaint",
                invoice_ids=[self.invoice_id],
                answers={"reason": "amount", "explanation": "Dit klopt niet."},
                submission_key=f"round-{self.invoice_id}",
                language="nl",
                now=FRIDAY,
            )
            self.seen_by_reaction = db.session.scalar(
                select(Message.state).where(
                    Message.debtor_id == self.debtor_id, Message.is_collection.is_(True)
                )
            )

    def address(self) -> list[str]:
        """Return where the debtor gets mail."""

        rows = select(ContactPoint.value).where(ContactPoint.debtor_id == self.debtor_id)
        return list(db.session.scalars(rows))
