"""A creditor who cannot reclaim VAT: Dutch costs are named with it, asked with it, and kept with its row."""

from datetime import date

from core.law.collecting import ChargeKind
from tests import factories
from tests.dunning.charging import charges, collecting, owing, rows
from tests.dunning.conftest import FRIDAY, Office, day

MONDAY, FIRST_COST = day(2026, 11, 23), day(2026, 12, 9)
COST, FEE = ChargeKind.COLLECTION_COST, 4500


def cannot_reclaim(office: Office, since: date = FRIDAY.date()) -> None:
    office.creditor.adds_vat, office.creditor.adds_vat_from = True, since


def test_costs_come_with_vat_and_its_row(office: Office) -> None:
    cannot_reclaim(office)
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    (charge,) = rows([invoice])
    assert (charge.kind, charge.amount) == (COST, 5445)
    assert [row["id"] for row in charge.basis["rows"]] == ["nl.collection_cost.2012", "nl.vat.2012"]


def test_without_the_switch_there_is_none(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COST, FEE)]


def test_no_more_is_asked_than_the_reminder_with_the_term_named(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    cannot_reclaim(office, date(2026, 11, 24))
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COST, FEE)]


def test_costs_of_two_creditors_have_none_when_one_of_them_can_reclaim_it(office: Office) -> None:
    cannot_reclaim(office)
    collecting(office)
    debtor = office.debtor()
    (first,) = owing(office, 20000, whom=debtor)
    other = factories.creditor(office.organisation, code="LW", name="Lichtwerk")
    second = factories.invoice(debtor, other, amount=10000, due_on=first.due_on)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert sum(amount for _, amount in charges(first, second)) == FEE
