"""Several plans: whose is whose, what contradicts, and steps with amounts."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from dunning import operations, policies, queries
from dunning.assigned import policies_by_debtor
from dunning.models import DunningPolicy, StageChannel
from dunning.policies import PolicyWish, StageWish
from dunning.policy_refusals import (
    DefaultStays,
    NameKnown,
    NameMissing,
    PolicyRefused,
    SelectorContradicts,
    SelectorKnown,
    StagesNotAscending,
)
from dunning.selection import Selector, policy_for
from messaging.models import MessageState
from tests import factories
from tests.dunning.conftest import FRIDAY, Office

STEPS = (
    StageWish(10, StageChannel.EMAIL_SMS, "reminder_1"),
    StageWish(20, StageChannel.PREFERRED, "reminder_2"),
)
BELGIUM, COMPANIES, BOTH, EVERYBODY, CHOSEN = (
    Selector(2, country="BE"),
    Selector(3, segment="company"),
    Selector(4, segment="company", country="BE"),
    Selector(1),
    Selector(5, is_by_hand=True),
)
ALL = (BELGIUM, COMPANIES, BOTH, EVERYBODY, CHOSEN)


def wish(**changes: Any) -> PolicyWish:
    values: dict[str, Any] = {
        "name": "Belgium",
        "stages": STEPS,
        "minimum_gap_days": 7,
        "amount_minimum": 0,
        "is_automatic": False,
        "runs_from_hour": 9,
        "country": "BE",
    }
    return PolicyWish(**(values | changes))


def add(office: Office, **changes: Any) -> DunningPolicy:
    return policies.add_policy(
        organisation_id=office.organisation.id, wish=wish(**changes), member_id=office.agent.id, now=FRIDAY
    )


@pytest.mark.parametrize(("segment", "country", "assigned", "chosen"), [
    ("person", "NL", None, 1),
    ("company", "NL", None, 3),
    ("person", "BE", None, 2),
    ("company", "BE", None, 4),
    ("company", "BE", 5, 5),
    ("company", "BE", 1, 1),
    ("company", "BE", 99, 4),
])  # fmt: skip
def test_the_most_specific_plan_wins(segment: str, country: str, assigned: int | None, chosen: int) -> None:
    for order in (ALL, tuple(reversed(ALL))):
        found = policy_for(selectors=order, segment=segment, country=country, assigned=assigned)
        assert found == chosen


def test_country_comes_before_kind_and_nobody_gets_a_plan_by_hand_by_itself() -> None:
    assert policy_for(selectors=(BELGIUM, COMPANIES), segment="company", country="BE") == 2
    assert policy_for(selectors=(CHOSEN,), segment="person", country="NL") is None


def test_each_run_writes_only_to_the_debtors_of_its_plan(office: Office) -> None:
    belgian = add(office)
    here, there = office.debtor(country="NL"), office.debtor(country="BE")
    unknown, moved = office.debtor(country=""), office.debtor(country="NL")
    policies.put_on(
        organisation_id=office.organisation.id,
        debtor=moved,
        policy=belgian,
        member_id=office.agent.id,
        now=FRIDAY,
    )
    invoices = {one.id: office.invoice(one).id for one in (here, there, unknown, moved)}
    owner = office.organisation
    by_default = office.lines(office.propose())
    by_belgian = office.lines(operations.propose(organisation=owner, policy_id=belgian.id, now=FRIDAY))
    assert {line.invoice_id for line in by_default} == {invoices[here.id], invoices[unknown.id]}
    assert {line.invoice_id for line in by_belgian} == {invoices[there.id], invoices[moved.id]}


def test_after_a_plan_has_ended_its_debtors_go_on_with_the_one_that_fits(office: Office) -> None:
    belgian = add(office)
    debtor = office.debtor(country="BE")
    policies.put_on(
        organisation_id=office.organisation.id,
        debtor=debtor,
        policy=belgian,
        member_id=office.agent.id,
        now=FRIDAY,
    )
    policies.end_policy(policy=belgian, member_id=office.agent.id, now=FRIDAY)
    chosen = policies_by_debtor(organisation=office.organisation, debtor_ids=(debtor.id,))
    assert chosen == {debtor.id: office.policy.id}
    of_plans = select(AuditEvent.what).where(AuditEvent.about == "dunning_policy").order_by(AuditEvent.id)
    assert db.session.scalars(of_plans).all() == ["dunning_policy.added", "dunning_policy.ended"]
    add(office, name="Belgium again")


@pytest.mark.parametrize(("changes", "refusal"), [
    ({"name": "Flanders"}, SelectorKnown),
    ({"country": "", "name": "Everybody"}, SelectorKnown),
    ({"country": "FR"}, NameKnown),
    ({"country": "FR", "name": ""}, NameMissing),
    ({"country": "FR", "name": "x" * 81}, NameMissing),
    ({"name": "By hand", "is_by_hand": True}, SelectorContradicts),
    ({"country": "FR", "name": "France", "stages": tuple(reversed(STEPS))}, StagesNotAscending),
])  # fmt: skip
def test_a_plan_that_contradicts_another_one_or_itself_is_refused(
    office: Office, changes: dict[str, Any], refusal: type[PolicyRefused]
) -> None:
    add(office)
    with pytest.raises(refusal):
        add(office, **changes)
    assert len(queries.policies_of(organisation_id=office.organisation.id)) == 2


def test_the_plan_for_everybody_stays_for_everybody(office: Office) -> None:
    with pytest.raises(DefaultStays):
        policies.end_policy(policy=office.policy, member_id=office.agent.id, now=FRIDAY)
    with pytest.raises(DefaultStays):
        policies.change_policy(
            policy=office.policy, wish=wish(name="Mine"), member_id=office.agent.id, now=FRIDAY
        )


def test_a_plan_of_another_organisation_is_not_there(office: Office) -> None:
    other = factories.organisation(name="Elsewhere")
    with pytest.raises(queries.PolicyUnknown):
        queries.policy_by_public_id(organisation_id=other.id, public_id=office.policy.public_id)


def test_small_amounts_stop_before_the_step_that_asks_for_more(office: Office) -> None:
    steps = (STEPS[0], StageWish(20, StageChannel.EMAIL, "reminder_2", amount_minimum=5_000))
    belgian = add(office, stages=steps)
    due_on = FRIDAY.date() - timedelta(days=10)
    small = office.invoice(office.debtor(country="BE"), amount=4_999, due_on=due_on)
    large = office.invoice(office.debtor(country="BE"), amount=5_000, due_on=due_on)
    reached = []
    skipped = {}
    for days in (0, 10):
        now = FRIDAY + timedelta(days=days)
        run = operations.propose(organisation=office.organisation, policy_id=belgian.id, now=now)
        office.confirm(run, now)
        reached.append({line.invoice_id: line.event for line in office.lines(run)})
        office.end_messages(MessageState.SENT, now)
        skipped = office.skips(run)
    assert reached == [{small.id: "reminder_1", large.id: "reminder_1"}, {large.id: "reminder_2"}]
    assert skipped == {small.id: ("below_minimum", "")}
