"""Interest through a run: from which day to which, on what, and where it stops."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.database import db
from core.law import shelf
from core.law.collecting import ChargeKind
from dunning.models import DunningStage
from dunning.policies import StageWish
from invoices.operations import end_exemptions, exempt, record_credit_note
from tests.dunning.charging import (
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


def test_the_ledger_of_a_belgian_business_comes_out_to_the_cent(office: Office) -> None:
    office.organisation.country = "BE"
    follow(office, StageWish(1, MAIL, "reminder_1", 0, adds_interest=False))
    stage = db.session.query(DunningStage).one()
    stage.adds_interest = True
    debtor = a_company(office, country="BE")
    (first,) = owing(office, 125000, whom=debtor, due_on=date(2022, 11, 25), invoiced_on=date(2022, 10, 25))
    (second,) = owing(office, 150000, whom=debtor, due_on=date(2023, 2, 10), invoiced_on=date(2023, 1, 10))
    office.run_and_send(day(2023, 4, 25))
    assert charges(first, second) == [(INTEREST, 5430), (INTEREST, 3193)]
    line = rows([first])[0]
    assert (line.from_on, line.until_on) == (date(2022, 11, 26), date(2023, 4, 25))
    assert line.basis["stretches"][0]["days"] == 151
    pay(office, second, 150000, date(2023, 4, 25))
    open_now = first.amount_open + second.amount_open
    assert open_now + 5430 + 3193 == 275000 + 8623 - 150000


def test_interest_goes_on_where_it_was_asked_to_before(office: Office) -> None:
    follow(
        office,
        StageWish(7, MAIL, "reminder_1", 0, adds_interest=True),
        StageWish(21, MAIL, "reminder_2", 0, adds_interest=True),
    )
    (invoice,) = owing(office, 1000000)
    office.run_and_send(MONDAY)
    office.run_and_send(MONDAY + days(14))
    found = charges(invoice)
    # 22 and 36 days at 10.5 percent on 10,000.00: rounded once over all of them.
    assert found == [(INTEREST, 6329), (INTEREST, 10356 - 6329)]
    assert rows([invoice])[1].basis["asked_before"] == 6329


def test_a_partial_payment_bears_interest_up_to_its_day(office: Office) -> None:
    follow(office, StageWish(7, MAIL, "reminder_1", 0, adds_interest=True))
    (invoice,) = owing(office, 1000000)
    pay(office, invoice, 400000, date(2026, 11, 11))
    office.run_and_send(MONDAY)
    # Ten days on 10,000.00 and twelve on 6,000.00.
    assert charges(invoice) == [(INTEREST, 2877 + 2071)]
    assert [one["days"] for one in rows([invoice])[0].basis["stretches"]] == [10, 12]


def test_what_was_credited_bears_no_interest_from_the_start(office: Office) -> None:
    follow(office, StageWish(7, MAIL, "reminder_1", 0, adds_interest=True))
    (invoice,) = owing(office, 1000000)
    record_credit_note(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        number="C1",
        amount=400000,
        credited_on=date(2026, 11, 20),
        now=FRIDAY,
        today=FRIDAY.date(),
    )
    office.run_and_send(MONDAY)
    assert charges(invoice) == [(INTEREST, 3797)]


def test_the_29th_of_february_is_a_day_like_any_other(office: Office, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    (later / "nl.toml").write_text(
        '[[rows]]\nid = "nl.leap"\nrule = "interest"\nsegments = ["B2C"]\nvalid_from = 2028-01-01\n'
        'status = "sure"\nsource = "A test"\nseen = "a test"\npercent = 36.5\n',
        "utf-8",
    )
    shelf.use(later)
    follow(office, StageWish(1, MAIL, "reminder_1", 0, adds_interest=True))
    (invoice,) = owing(office, 100000, due_on=date(2028, 2, 28), invoiced_on=date(2028, 1, 28))
    office.run_and_send(day(2028, 3, 1))
    # A tenth of a percent a day on 1,000.00: the 29th of February and the 1st of March.
    assert charges(invoice) == [(INTEREST, 200)]


def test_a_day_without_a_known_rate_leaves_interest_out_and_costs_in(office: Office) -> None:
    shelf.use(None)
    collecting(office, interest=True)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    assert charges(invoice) == [(COLLECTION, 4500)]


def test_belgian_consumers_owe_interest_only_after_the_term(office: Office) -> None:
    collecting(office, interest=True)
    office.creditor.company_number = "0403.019.261"
    (invoice,) = owing(office, 1000000, whom=office.debtor(country="BE"))
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST + days(1))
    (_, interest) = rows([invoice])
    # The first day that costs, 8 December, and the 9th.
    assert (interest.from_on, interest.amount) == (FIRST_COST.date(), 575)


def test_interest_stops_in_belgium_while_nobody_decides_on_a_plan(office: Office) -> None:
    collecting(office, interest=True)
    office.creditor.company_number = "0403.019.261"
    (invoice,) = owing(office, 1000000, whom=office.debtor(country="BE"))
    office.run_and_send(MONDAY)
    owner = office.organisation.id
    at: dict[str, Any] = {"organisation_id": owner, "invoice_id": invoice.id, "asked_by": "action:1"}
    exempt(**at, reason="plan", now=day(2026, 12, 10))
    end_exemptions(organisation_id=owner, asked_by="action:1", end_reason="closed", now=day(2027, 2, 1))
    office.run_and_send(day(2027, 2, 2))
    interest = rows([invoice])[-1]
    # 8 December to 9 January is before the 31st day; from the day of the decision it runs again.
    assert [(one["first"], one["last"]) for one in interest.basis["stretches"]] == [
        ("2026-12-08", "2027-01-09"),
        ("2027-02-01", "2027-02-02"),
    ]
