"""`portal dunning`: runs without a browser."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from core import tenancy
from core.database import db
from dunning import operations
from dunning.models import DunningPolicy, DunningRun
from messaging.models import Message
from tests import factories
from tests.moments import Clock


@pytest.fixture
def portal(run: Callable[..., Result]) -> Callable[..., Result]:
    """The command `portal dunning`."""
    return lambda *words: run("dunning", *words)


@pytest.fixture
def voltwerk(app: Flask, clock: Clock) -> str:
    """The public id of an organisation with three debtors, one of whom cannot be reached."""
    with app.app_context():
        owner = factories.organisation()
        creditor = factories.creditor(owner)
        for reachable in (True, True, False):
            debtor = factories.debtor(owner)
            factories.invoice(debtor, creditor)
            if reachable:
                factories.contact_point(debtor)
        with tenancy.scope(owner.id):
            operations.found_policy(organisation_id=owner.id)
            db.session.commit()
        return owner.public_id


def count(app: Flask, table: type[Message] | type[DunningRun]) -> int:
    with app.app_context(), tenancy.everywhere():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_run_is_proposed_with_its_reasons_and_approved(
    app: Flask, portal: Callable[..., Result], voltwerk: str
) -> None:
    proposed = portal("propose", voltwerk)
    assert proposed.exit_code == 0, proposed.output
    assert "2 messages about 2 invoices." in proposed.output
    assert "1 skipped: no_contact" in proposed.output
    assert count(app, Message) == 0
    run = proposed.output.split()[1].removesuffix(":")
    for _ in range(2):
        confirmed = portal("confirm", voltwerk, run)
        assert confirmed.exit_code == 0, confirmed.output
    assert count(app, Message) == 2


def test_a_second_proposal_is_refused_in_words(portal: Callable[..., Result], voltwerk: str) -> None:
    portal("propose", voltwerk)
    again = portal("propose", voltwerk)
    assert again.exit_code == 1
    assert "There is already a proposal." in again.output


def test_a_run_that_is_not_there_is_refused(portal: Callable[..., Result], voltwerk: str) -> None:
    assert portal("confirm", voltwerk, "nothing").exit_code == 1
    assert portal("propose", "nobody").exit_code == 1


def test_the_schedule_runs_what_is_due_once_a_day(
    app: Flask, portal: Callable[..., Result], voltwerk: str, clock: Clock
) -> None:
    assert "Voltwerk: 0 runs" in portal("run").output
    with app.app_context(), tenancy.everywhere():
        for policy in db.session.scalars(select(DunningPolicy)):
            policy.is_automatic = True
        db.session.commit()
    clock.move_to(datetime(2026, 11, 19, 9, 0, tzinfo=UTC))
    assert "Voltwerk: 1 runs" in portal("run").output
    assert "Voltwerk: 0 runs" in portal("run").output
    assert (count(app, DunningRun), count(app, Message)) == (1, 2)
