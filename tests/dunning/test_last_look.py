"""A proposal approved days later: what is no longer due, or no longer of this plan, is left alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from dunning import operations, policies
from dunning.models import DunningPolicy, StageChannel
from dunning.policies import PolicyWish, StageWish
from invoices.models import DebtorKind
from messaging.models import MessageInvoice
from tests.dunning.conftest import FRIDAY, Office, days

MONDAY = FRIDAY + days(3)
TODAY = MONDAY.date()


def another_plan(office: Office, **selector: Any) -> DunningPolicy:
    stages = (StageWish(10, StageChannel.EMAIL, "reminder_1"),)
    return policies.add_policy(
        organisation_id=office.organisation.id,
        wish=PolicyWish("Gentle", stages, 7, 0, False, 9, **selector),
        member_id=office.agent.id,
        now=FRIDAY,
    )


@pytest.mark.parametrize(
    ("due_on", "skipped"),
    [
        # The first reminder is of seven days after the due date.
        (TODAY - days(7), None),
        (TODAY - days(6), TODAY + days(1)),
        (TODAY, TODAY + days(7)),
        (TODAY + timedelta(weeks=1), TODAY + days(14)),
    ],
)
def test_an_invoice_whose_due_date_was_put_off_waits_for_the_day_of_its_step(
    office: Office, due_on: date, skipped: date | None
) -> None:
    invoice = office.invoice(office.debtor())
    run = office.propose()
    invoice.due_on = due_on
    office.confirm(run, MONDAY)
    assert len(office.messages()) == (1 if skipped is None else 0)
    assert office.skips(run) == (
        {} if skipped is None else {invoice.id: ("not_due_yet", skipped.isoformat())}
    )
    if skipped is not None:
        before = office.propose(MONDAY + (skipped - TODAY) - days(1))
        assert office.lines(before) == []
        operations.discard(run=before, member_id=None, now=MONDAY)
        assert len(office.lines(office.propose(MONDAY + (skipped - TODAY)))) == 1


def test_the_others_of_the_debtor_go_out_in_their_own_words(office: Office) -> None:
    debtor = office.debtor()
    old = office.invoice(debtor)
    office.run_and_send(FRIDAY - days(18))
    other = office.invoice(debtor)
    run = office.propose()
    old.due_on = TODAY
    office.confirm(run, MONDAY)
    message = office.messages()[-1]
    about = select(MessageInvoice.invoice_id).where(MessageInvoice.message_id == message.id)
    assert (message.event, list(db.session.scalars(about))) == ("reminder_1", [other.id])
    assert office.skips(run) == {old.id: ("not_due_yet", (TODAY + days(21)).isoformat())}


def test_what_was_paid_is_said_to_be_paid_whenever_it_is_due(office: Office) -> None:
    invoice = office.invoice(office.debtor())
    run = office.propose()
    invoice.due_on, invoice.amount_open = TODAY, 0
    office.confirm(run, MONDAY)
    assert office.skips(run) == {invoice.id: ("settled", "")}


def put_on_by_hand(office: Office) -> tuple[Any, Callable[[], object]]:
    plan, debtor = another_plan(office, is_by_hand=True), office.debtor()
    return debtor, lambda: policies.put_on(
        organisation_id=office.organisation.id,
        debtor=debtor,
        policy=plan,
        member_id=office.agent.id,
        now=MONDAY,
    )


def moved_abroad(office: Office) -> tuple[Any, Callable[[], object]]:
    another_plan(office, country="BE")
    debtor = office.debtor()
    return debtor, lambda: setattr(debtor, "country", "BE")


def turned_out_a_company(office: Office) -> tuple[Any, Callable[[], object]]:
    another_plan(office, segment="company")
    debtor = office.debtor(company_name="Bos BV")
    return debtor, lambda: setattr(debtor, "kind", DebtorKind.COMPANY)


def plan_added(office: Office) -> tuple[Any, Callable[[], object]]:
    return office.debtor(country="BE"), lambda: another_plan(office, country="BE")


@pytest.mark.parametrize("change", [put_on_by_hand, moved_abroad, turned_out_a_company, plan_added])
def test_a_debtor_whose_plan_is_another_one_since_waits_for_the_run_of_that_plan(
    office: Office, change: Callable[[Office], tuple[Any, Callable[[], object]]]
) -> None:
    debtor, happen = change(office)
    invoice = office.invoice(debtor)
    stays = office.invoice(office.debtor())
    run = office.propose()
    happen()
    db.session.flush()
    office.confirm(run, MONDAY)
    assert [message.debtor_id for message in office.messages()] == [stays.debtor_id]
    assert office.skips(run) == {invoice.id: ("other_plan", "")}
    plan = db.session.scalars(select(DunningPolicy).where(DunningPolicy.name == "Gentle")).one()
    its_own = operations.propose(organisation=office.organisation, policy_id=plan.id, now=MONDAY)
    assert [line.invoice_id for line in office.lines(its_own)] == [invoice.id]


def test_a_proposal_of_a_plan_that_ended_writes_to_nobody(office: Office) -> None:
    plan = another_plan(office, country="BE")
    invoice = office.invoice(office.debtor(country="BE"))
    run = operations.propose(organisation=office.organisation, policy_id=plan.id, now=FRIDAY)
    policies.end_policy(policy=plan, member_id=office.agent.id, now=MONDAY)
    office.confirm(run, MONDAY)
    assert office.messages() == []
    assert office.skips(run) == {invoice.id: ("other_plan", "")}


def test_a_step_that_the_plan_has_no_more_still_needs_an_invoice_past_due(office: Office) -> None:
    debtor = office.debtor()
    one, other = office.invoice(debtor), office.invoice(debtor)
    office.run_and_send(FRIDAY - days(18))
    run = office.propose()
    policies.change_policy(
        policy=office.policy,
        wish=PolicyWish("One", (StageWish(7, StageChannel.EMAIL, "reminder_1"),), 7, 0, False, 9),
        member_id=office.agent.id,
        now=FRIDAY,
    )
    one.due_on, other.due_on = TODAY, TODAY - days(1)
    office.confirm(run, MONDAY)
    assert office.skips(run) == {one.id: ("not_due_yet", (TODAY + days(1)).isoformat())}
    assert [message.event for message in office.messages()] == ["reminder_1", "reminder_2"]
