"""Costs through a run: the vectors of the law, its terms, and its countries."""

from datetime import date
from typing import Any

import pytest

from core.database import db
from core.law.collecting import ChargeKind
from dunning.models import DunningStage
from dunning.policies import StageWish
from invoices.models import Invoice
from invoices.operations import end_exemptions, exempt
from messaging.models import MessageState
from tests.dunning.charging import (
    COSTS,
    FEE,
    MAIL,
    a_company,
    charges,
    collecting,
    follow,
    owing,
    pay,
    rows,
)
from tests.dunning.conftest import FRIDAY, Office, day, days

pytestmark = pytest.mark.usefixtures("rates")
MONDAY = day(2026, 11, 23)
FIRST_COST = day(2026, 12, 8)
COLLECTION, PENALTY, INTEREST = ChargeKind.COLLECTION_COST, ChargeKind.PENALTY, ChargeKind.INTEREST


@pytest.mark.parametrize(
    ("amount", "cost"),
    [
        (12500, 4000),
        (26666, 4000),
        (26668, 4000),
        (26674, 4001),
        (30000, 4500),
        (100000, 15000),
        (250000, 37500),
        (250100, 37510),
        (500000, 62500),
        (1000000, 87500),
        (20000000, 277500),
        (100000000, 677500),
        (100000100, 677500),
    ],
)
def test_a_run_after_the_dutch_term_adds_the_cost_of_the_scale(
    office: Office, amount: int, cost: int
) -> None:
    collecting(office)
    (invoice,) = owing(office, amount)
    office.run_and_send(MONDAY)
    assert charges(invoice) == []
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COLLECTION, cost)]


@pytest.mark.parametrize(
    ("amount", "most"),
    [
        (15000, 2000),
        (15001, 3000),
        (30000, 4500),
        (50000, 6500),
        (50001, 6500),
        (100000, 9000),
        (3920000, 200000),
        (9000000, 200000),
    ],
)
def test_a_run_adds_the_belgian_clause_up_to_its_cap(office: Office, amount: int, most: int) -> None:
    collecting(office)
    (invoice,) = owing(office, amount, whom=office.debtor(country="BE"))
    office.creditor.company_number = "0403.019.261"
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(PENALTY, most)]


def test_small_belgian_balances_cost_no_more_together_than_each_alone(office: Office) -> None:
    collecting(office)
    office.creditor.company_number = "0403.019.261"
    debtor = office.debtor(country="BE")
    invoices = owing(office, 15000, 15000, whom=debtor)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    # One balance of 300.00 would be 45.00.
    assert charges(*invoices) == [(PENALTY, 2000), (PENALTY, 2000)]


def test_nothing_is_added_on_the_last_day_of_the_term(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    run = office.run(FIRST_COST - days(1))
    assert office.skips(run) == {invoice.id: ("term_running", "2026-12-08")}
    assert charges(invoice) == []
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COLLECTION, 4500)]


def test_a_term_that_began_with_a_later_receipt_ends_later(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    (notice,) = office.run_and_send(MONDAY)
    notice.state, notice.delivered_at = MessageState.DELIVERED, MONDAY + days(2)
    run = office.run(FIRST_COST)
    assert office.skips(run) == {invoice.id: ("term_running", "2026-12-10")}


def test_a_notice_that_came_back_began_no_term(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    (notice,) = office.run_and_send(MONDAY)
    notice.state = MessageState.BOUNCED
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == []
    assert office.messages()[-1].event == "formal_notice"


def test_a_notice_of_which_nobody_knows_lets_nothing_be_added(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    (notice,) = office.run_and_send(MONDAY)
    notice.state, notice.sent_at = MessageState.UNKNOWN, None
    office.run_and_send(FIRST_COST)
    assert (office.messages()[-1].event, charges(invoice)) == ("reminder_3", [])


def test_the_principals_of_one_message_are_added_up_and_the_cost_shared_out(office: Office) -> None:
    collecting(office)
    invoices = owing(office, 10000, 10000, 10000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(*invoices) == [(COLLECTION, 1500)] * 3
    assert rows(invoices)[0].basis["principals"] == [10000] * 3


def test_the_highest_cost_is_reached_by_several_invoices_together(office: Office) -> None:
    collecting(office)
    invoices = owing(office, 40000000, 40000000, 40000001)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert sum(amount for _, amount in charges(*invoices)) == 677500


def test_shares_that_do_not_divide_lose_no_cent(office: Office) -> None:
    collecting(office)
    invoices = owing(office, 3333, 3333, 3334)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert [amount for _, amount in charges(*invoices)] == [1333, 1333, 1334]


def test_what_was_paid_within_the_term_costs_nothing(office: Office) -> None:
    collecting(office)
    paid, part, whole = owing(office, 10000, 30000, 20000)
    office.run_and_send(MONDAY)
    pay(office, paid, 10000, date(2026, 12, 1))
    pay(office, part, 10000, date(2026, 12, 7))
    office.run_and_send(FIRST_COST)
    assert charges(paid, part, whole) == [(COLLECTION, 3000), (COLLECTION, 3000)]


def test_no_more_is_charged_on_than_the_notice_spoke_of(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 100000)
    owner = office.organisation.id
    half: dict[str, Any] = {"organisation_id": owner, "invoice_id": invoice.id, "asked_by": "action:1"}
    exempt(**half, reason="paid", amount=50000, now=FRIDAY)
    office.run_and_send(MONDAY)
    end_exemptions(organisation_id=owner, asked_by="action:1", end_reason="closed", now=MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COLLECTION, 7500)]


def test_costs_are_added_once_however_often_a_reminder_follows(office: Office) -> None:
    follow(
        office,
        StageWish(1, MAIL, "formal_notice"),
        StageWish(20, MAIL, "reminder_2", 0, COSTS),
        StageWish(30, MAIL, "reminder_3", 0, COSTS),
    )
    (invoice,) = owing(office, 30000)
    for at in (MONDAY, day(2026, 12, 14), day(2026, 12, 28)):
        office.run_and_send(at)
    assert office.messages()[-1].event == "reminder_3"
    assert charges(invoice) == [(COLLECTION, 4500)]


def norwegian(office: Office, *amounts: int, **changes: object) -> list[Invoice]:
    office.organisation.country = "NO"
    return owing(office, *amounts, whom=office.debtor(country="NO", language="nb"), currency="NOK", **changes)


def test_norwegian_fees_by_reminder_and_demand(office: Office) -> None:
    invoices = norwegian(office, 100000, 200000)
    follow(
        office,
        StageWish(14, MAIL, "reminder_1", 0, FEE),
        StageWish(22, MAIL, "formal_notice", 0, FEE),
        StageWish(38, MAIL, "reminder_2", 0, COSTS),
    )
    for at in (day(2026, 11, 16), MONDAY + days(1), day(2026, 12, 10)):
        office.run_and_send(at)
    assert [(one.kind, one.amount) for one in rows(invoices)] == [
        (ChargeKind.REMINDER_FEE, 3700),
        (ChargeKind.REMINDER_FEE, 3700),
        (ChargeKind.DEMAND_FEE, 3733),
        (ChargeKind.DEMAND_FEE, 7467),
    ]


def test_a_third_reminder_costs_nothing_in_norway_also_when_the_fees_stand_on_another_invoice(
    office: Office,
) -> None:
    first, second = norwegian(office, 100000, 200000)
    follow(
        office,
        StageWish(14, MAIL, "reminder_1", 0, FEE),
        StageWish(22, MAIL, "reminder_2", 0, FEE),
        StageWish(30, MAIL, "reminder_3"),
    )
    third = db.session.query(DunningStage).filter_by(position=3).one()
    third.costs = FEE
    for at in (day(2026, 11, 16), MONDAY + days(1)):
        office.run_and_send(at)
    pay(office, first, 100000, date(2026, 12, 1))
    office.run_and_send(day(2026, 12, 7))
    assert office.messages()[-1].event == "reminder_3"
    assert charges(first, second) == [(ChargeKind.REMINDER_FEE, 3700)] * 2


def test_who_objected_in_norway_owes_no_cost_of_collection(office: Office) -> None:
    calm, disputed = norwegian(office, 100000, 200000, due_on=date(2026, 11, 1))
    owner = office.organisation.id
    at: dict[str, Any] = {"organisation_id": owner, "invoice_id": disputed.id, "asked_by": "action:1"}
    exempt(**at, reason="complaint", now=FRIDAY)
    end_exemptions(organisation_id=owner, asked_by="action:1", end_reason="closed", now=FRIDAY)
    follow(
        office,
        StageWish(15, MAIL, "formal_notice"),
        StageWish(30, MAIL, "reminder_2", 0, COSTS),
    )
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(calm, disputed) == [(ChargeKind.DEMAND_FEE, 11200)]


def test_the_first_belgian_reminder_is_free_and_the_next_costs_at_most_seven_fifty(office: Office) -> None:
    office.organisation.country = "BE"
    office.creditor.company_number = "0403.019.261"
    follow(
        office,
        StageWish(1, MAIL, "formal_notice"),
        StageWish(20, MAIL, "reminder_2", 0, FEE),
    )
    invoices = owing(office, 30000, 40000)
    office.run_and_send(MONDAY)
    assert charges(*invoices) == []
    office.run_and_send(day(2026, 12, 14))
    assert charges(*invoices) == [(ChargeKind.REMINDER_FEE, 750)]


def test_a_business_owes_the_fixed_sum_of_the_union_and_a_consumer_nothing(office: Office) -> None:
    follow(office, StageWish(7, MAIL, "reminder_2"))
    stage = db.session.query(DunningStage).one()
    stage.costs = COSTS
    (of_company,) = owing(office, 100000, whom=a_company(office, country="DE", language="de"))
    (of_person,) = owing(office, 100000, whom=office.debtor(country="DE", language="de"))
    office.run_and_send(MONDAY)
    assert charges(of_company) == [(ChargeKind.RECOVERY_SUM, 4000)]
    assert charges(of_person) == []


def test_an_amount_in_another_currency_than_the_laws_is_not_asked(office: Office) -> None:
    collecting(office)
    euro, pound = owing(office, 30000) + owing(office, 30000, currency="GBP")
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(euro, pound) == [(COLLECTION, 4500)]
