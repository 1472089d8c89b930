"""The cost that a reminder with a term named is the most that is asked on all its invoices together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from core.law.collecting import ChargeKind
from dunning.bills import Omission, Why
from dunning.explaining import explain
from dunning.named_costs import shared_out
from dunning.simulation import simulate
from invoices.models import Invoice
from invoices.operations import end_exemptions, exempt
from messaging.charge_models import ChargeEnd
from messaging.charges import end
from messaging.models import MessageState
from tests.dunning.charging import charges, collecting, owing, pay, rows
from tests.dunning.conftest import Office, day, days

pytestmark = pytest.mark.usefixtures("rates")
MONDAY = day(2026, 11, 23)
FIRST_COST = day(2026, 12, 8)
LATER = FIRST_COST + days(7)
COLLECTION, PENALTY = ChargeKind.COLLECTION_COST, ChargeKind.PENALTY


def one_after_the_other(office: Office, *amounts: int, country: str = "NL") -> Sequence[Invoice]:
    """Let one notice be about these invoices, and all but the first be handled while that one is charged."""
    collecting(office)
    office.creditor.company_number = "0403.019.261"
    invoices = owing(office, *amounts, whom=office.debtor(country=country))
    office.run_and_send(MONDAY)
    held: dict[str, Any] = {"organisation_id": office.organisation.id, "asked_by": "action:7"}
    for invoice in invoices[1:]:
        exempt(**held, invoice_id=invoice.id, reason="complaint", now=MONDAY)
    office.run_and_send(FIRST_COST)
    end_exemptions(**held, end_reason="closed", now=FIRST_COST)
    return invoices


@pytest.mark.parametrize(
    ("country", "amounts", "asked"),
    [
        ("NL", (10000, 10000), (4000, 0)),
        ("NL", (20000, 10000), (4000, 500)),
        ("NL", (100000, 100000), (15000, 15000)),
        ("NL", (250000, 250000), (37500, 25000)),
        ("BE", (10000, 10000), (2000, 1500)),
        ("BE", (15000, 5000), (2000, 1500)),
    ],
)
def test_invoices_that_are_charged_apart_pay_no_more_than_their_letter_named(
    office: Office, country: str, amounts: tuple[int, int], asked: tuple[int, int]
) -> None:
    first, second = one_after_the_other(office, *amounts, country=country)
    office.run_and_send(LATER)
    assert tuple(sum(amount for _, amount in charges(one)) for one in (first, second)) == asked


def test_the_cost_is_named_over_what_was_open_when_the_letter_was_written(office: Office) -> None:
    collecting(office)
    small, large = owing(office, 5000, 100000, whom=office.debtor(country="NL"))
    run = office.propose(MONDAY)
    pay(office, large, 96000, MONDAY.date())
    office.confirm(run, MONDAY)
    assert sorted(line.amount for line in office.lines(run)) == [4000, 5000]
    office.end_messages(MessageState.SENT, MONDAY)
    held: dict[str, Any] = {"organisation_id": office.organisation.id, "asked_by": "action:7"}
    exempt(**held, invoice_id=large.id, reason="complaint", now=MONDAY)
    office.run_and_send(FIRST_COST)
    end_exemptions(**held, end_reason="closed", now=FIRST_COST)
    office.run_and_send(LATER)
    assert sum(amount for _, amount in charges(small, large)) == 4000


def test_what_is_left_of_the_named_cost_is_shared_by_those_who_come_later(office: Office) -> None:
    _, *later = one_after_the_other(office, 10000, 20000, 10000)
    office.run_and_send(LATER)
    # The letter named 60.00 on 400.00, and 40.00 of it was asked.
    assert [amount for _, amount in charges(*later)] == [1333, 667]


def test_a_cost_that_was_paid_or_let_go_was_asked_all_the_same(office: Office) -> None:
    first, second = one_after_the_other(office, 10000, 10000)
    (charge,) = rows([first])
    end(charge=charge, reason=ChargeEnd.PAID, member_id=office.agent.id, now=FIRST_COST)
    pay(office, first, 10000, date(2026, 12, 10))
    office.run_and_send(LATER)
    assert charges(second) == []


def test_a_cost_whose_message_came_back_was_not_asked(office: Office) -> None:
    first, second = one_after_the_other(office, 10000, 10000)
    office.messages()[-1].state = MessageState.BOUNCED
    pay(office, first, 10000, date(2026, 12, 10))
    office.run_and_send(LATER)
    assert charges(second) == [(COLLECTION, 4000)]


def test_the_page_says_that_the_named_cost_was_asked_already(office: Office) -> None:
    _, second = one_after_the_other(office, 10000, 10000)
    told = explain(organisation=office.organisation, invoice=second, on=LATER.date())
    (omission,) = told.added.omissions
    assert isinstance(omission, Omission)
    assert (told.added.costs, omission.why) == (0, Why.ASKED_BEFORE)


def test_a_simulation_asks_no_more_than_the_letter_named(office: Office) -> None:
    one_after_the_other(office, 10000, 10000)
    told = simulate(organisation=office.organisation, policy_id=office.policy.id, today=LATER.date())
    assert (told.total, told.added) == (1, {})


def test_a_letter_on_paper_names_its_cost_as_well(office: Office) -> None:
    collecting(office)
    owing(office, 10000, 10000)
    told = simulate(organisation=office.organisation, policy_id=office.policy.id, today=MONDAY.date())
    assert told.added == {2: {"EUR": 4000}}


@pytest.mark.parametrize(("amount", "weights"), [(4000, (1, 1, 1)), (0, (5, 7)), (1, (1, 1)), (999, (3, 5))])
def test_shares_add_up_to_what_is_shared(amount: int, weights: tuple[int, ...]) -> None:
    assert sum(shared_out(amount, weights)) == amount
