"""The lines of a run: kept once, with their law, and asked for only when their message left."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.database import db
from core.law import shelf
from core.law.collecting import ChargeKind
from dunning import operations, sending
from dunning.models import DunningStage
from dunning.policies import StageWish
from invoices.models import Channel
from invoices.operations import withdraw
from messaging import charges as asking
from messaging.models import Message, MessageState
from tests import factories
from tests.dunning.charging import (
    MAIL,
    charges,
    collecting,
    follow,
    owing,
    pay,
    rows,
)
from tests.dunning.conftest import Office, day

pytestmark = pytest.mark.usefixtures("rates")
MONDAY = day(2026, 11, 23)
FIRST_COST = day(2026, 12, 8)
COLLECTION, PENALTY, INTEREST = ChargeKind.COLLECTION_COST, ChargeKind.PENALTY, ChargeKind.INTEREST


def test_an_sms_names_no_amount_and_adds_none(office: Office) -> None:
    collecting(office)
    debtor = office.debtor(with_email=False)
    factories.contact_point(debtor, channel=Channel.SMS, value="+31612345678")
    follow(office, StageWish(1, MAIL, "reminder_1"))
    db.session.execute(update(DunningStage).values(adds_interest=True, channel="preferred"))
    (invoice,) = owing(office, 1000000, whom=debtor)
    office.run_and_send(MONDAY)
    assert (len(office.messages()), charges(invoice)) == (1, [])


def test_a_run_carried_out_again_adds_no_line_twice(office: Office) -> None:
    collecting(office)
    invoices = owing(office, 30000) + owing(office, 40000) + owing(office, 50000)
    office.run_and_send(MONDAY)
    run = office.propose(FIRST_COST)
    whole: dict[str, Any] = {"organisation": office.organisation, "run": run, "member_id": office.agent.id}
    assert operations.confirm(**whole, now=FIRST_COST, at_most=1) == 2
    for _ in range(3):
        sending.carry_out(organisation=office.organisation, run=run, now=FIRST_COST, at_most=None)
        operations.confirm(**whole, now=FIRST_COST)
    assert charges(*invoices) == [(COLLECTION, 4500), (COLLECTION, 6000), (COLLECTION, 7500)]


def test_the_database_refuses_a_second_line_of_one_kind_in_a_message(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    (message,) = office.run_and_send(FIRST_COST)
    (line,) = rows([invoice])
    again = {name: getattr(line, name) for name in ("kind", "amount", "currency", "principal", "until_on")}
    again |= {"message_id": message.id, "invoice_id": invoice.id, "from_on": None, "basis": {}}
    with pytest.raises(IntegrityError):
        asking.add_all(organisation_id=message.organisation_id, lines=[again], now=FIRST_COST)


def test_a_line_keeps_the_rows_it_was_computed_by_when_the_law_changes(
    office: Office, tmp_path: Path
) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    later = tmp_path / "later"
    later.mkdir()
    (later / "nl.toml").write_text(
        '[[rows]]\nid = "nl.collection_cost.2012"\nrule = "collection_cost"\nsegments = ["B2C"]\n'
        'valid_from = 2012-07-01\nstatus = "sure"\nsource = "Other"\nseen = "x"\ncurrency = "EUR"\n'
        "minimum = 1\nmaximum = 2\nslices = [{ percent = 1 }]\n",
        "utf-8",
    )
    shelf.use(later)
    (line,) = rows([invoice])
    (row,) = line.basis["rows"]
    assert (line.amount, line.principal, row["id"]) == (4500, 30000, "nl.collection_cost.2012")
    assert row["source"].startswith("Besluit vergoeding")
    assert row["values"]["slices"][0] == {"up_to": 2500, "percent": 15}
    assert (line.basis["country"], line.basis["segment"]) == ("NL", "B2C")


@pytest.mark.parametrize(
    ("state", "is_asked"),
    [
        (MessageState.SENT, True),
        (MessageState.DELIVERED, True),
        (MessageState.NEW, False),
        (MessageState.UNKNOWN, False),
        (MessageState.BOUNCED, False),
        (MessageState.FAILED, False),
        (MessageState.SUPPRESSED, False),
        (MessageState.EXPIRED, False),
    ],
)
def test_only_what_certainly_left_is_asked_for(office: Office, state: MessageState, is_asked: bool) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run(FIRST_COST)
    office.end_messages(state, FIRST_COST)
    of_it: dict[str, Any] = {"organisation_id": office.organisation.id, "invoice_ids": [invoice.id]}
    assert bool(asking.asked_for(**of_it)) is is_asked


def test_the_costs_of_a_message_that_came_back_are_added_by_the_next_one(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    (lost,) = office.run_and_send(FIRST_COST)
    lost.state = MessageState.BOUNCED
    (_again,) = office.run_and_send(FIRST_COST + timedelta(days=7))
    of_it: dict[str, Any] = {"organisation_id": office.organisation.id, "invoice_ids": [invoice.id]}
    assert len(charges(invoice)) == 2
    assert asking.total(asking.asked_for(**of_it)[invoice.id]) == 4500


def test_what_is_proposed_is_what_is_added(office: Office) -> None:
    collecting(office, interest=True)
    (invoice,) = owing(office, 1000000)
    office.run_and_send(MONDAY)
    run = office.propose(FIRST_COST)
    (line,) = office.lines(run)
    expected = (line.costs, line.interest)
    office.confirm(run, FIRST_COST)
    db.session.refresh(line)
    assert (line.costs, line.interest) == expected == (87500, 10644)
    assert charges(invoice) == [(COLLECTION, 87500), (INTEREST, 10644)]


def test_what_was_paid_since_the_proposal_counts_at_the_hand_over(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 100000)
    office.run_and_send(MONDAY)
    run = office.propose(FIRST_COST)
    pay(office, invoice, 50000, FIRST_COST.date())
    office.confirm(run, FIRST_COST)
    (line,) = office.lines(run)
    assert (line.costs, charges(invoice)) == (7500, [(COLLECTION, 7500)])


def test_a_withdrawn_invoice_gets_nothing_added(office: Office) -> None:
    collecting(office)
    gone, stays = owing(office, 30000, 30000)
    office.run_and_send(MONDAY)
    run = office.propose(FIRST_COST)
    withdraw(organisation_id=office.organisation.id, invoice_id=gone.id, now=FIRST_COST)
    office.confirm(run, FIRST_COST)
    assert charges(gone, stays) == [(COLLECTION, 4500)]


def test_nothing_is_asked_of_another_organisation(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    office.run_and_send(FIRST_COST)
    elsewhere = factories.organisation(name="Elders")
    assert asking.asked_for(organisation_id=elsewhere.id, invoice_ids=[invoice.id]) == {}
    assert isinstance(office.messages()[0], Message)
