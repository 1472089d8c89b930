"""Costs and interest at the desk: shown with their law, noted as paid, let go, and only by who may."""

import pytest
from flask import Flask

from core import tenancy
from core.database import db
from core.law.collecting import ChargeKind
from desk.charge_words import KINDS, WHYS
from dunning import operations
from dunning.bills import Why
from dunning.models import DunningStage, StageCosts
from messaging.charge_models import Charge, ChargeEnd
from tests.charges import charged
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page


def add(office: Office) -> Charge:
    """Let a reminder that was sent add costs to the first invoice."""
    charge: Charge = office.work(lambda: charged(office.invoices[0], office.at))
    return charge


def shown(person: Person, office: Office) -> Page:
    """Open the page of the invoice."""
    return person.open(f"/desk/invoices/{office.invoices[0].public_id}")


def test_the_invoice_shows_what_was_added_by_which_law(agent: Person, office: Office) -> None:
    assert "Costs and interest" not in shown(agent, office).words
    add(office)
    words = shown(agent, office).words
    for said in ("Collection costs", "€40.00", "A law a.row", "Asked", "Asked beside the open amount"):
        assert said in words, said


def test_the_invoice_says_that_vat_is_in_an_amount_only_where_it_is(agent: Person, office: Office) -> None:
    add(office)
    assert "VAT" not in shown(agent, office).words
    office.work(lambda: charged(office.invoices[1], office.at, has_vat=True))
    page = agent.open(f"/desk/invoices/{office.invoices[1].public_id}")
    assert "Collection costs (incl. VAT)" in page.words


@pytest.mark.parametrize(
    ("button", "said", "reason", "told"),
    [
        ("Note as paid", "The amount was noted as paid.", ChargeEnd.PAID, "noted as paid: €40.00"),
        ("Let go of this amount", "The amount was let go.", ChargeEnd.LET_GO, "let go of €40.00"),
    ],
)
def test_an_amount_is_ended_with_its_reason_and_told_on_the_timeline(
    agent: Person, office: Office, button: str, said: str, reason: ChargeEnd, told: str
) -> None:
    charge = add(office)
    page = shown(agent, office).submit(button=button)
    assert said in page.words
    assert told in page.words
    assert button not in page.words
    stored = office.now(charge)
    assert (stored.end_reason, stored.ended_by_id) == (reason, agent.member.id)


def test_an_amount_ended_twice_keeps_its_first_reason(agent: Person, office: Office) -> None:
    charge = add(office)
    page = shown(agent, office)
    page.submit(button="Note as paid")
    assert "Somebody has already settled this amount." in page.submit(button="Let go of this amount").words
    assert office.now(charge).end_reason is ChargeEnd.PAID


def test_only_an_agent_of_the_organisation_ends_an_amount(
    agent: Person, viewer: Person, agent_elsewhere: Person, office: Office
) -> None:
    charge = add(office)
    form = shown(agent, office).form("Note as paid")
    assert "Note as paid" not in shown(viewer, office).words
    for nobody_here, status in ((viewer, 403), (agent_elsewhere, 404)):
        own = nobody_here.open("/desk/account").form(to="/desk/account/language")
        data = {"csrf_token": own.values["csrf_token"][0]}
        assert nobody_here.client.post(form.action, data=data).status_code == status
    assert office.now(charge).ended_at is None


def test_the_plan_says_what_its_steps_add_and_the_page_about_an_invoice_why_not(
    app: Flask, administrator: Person, office: Office
) -> None:
    with app.app_context(), tenancy.scope(office.organisation.id):
        operations.found_policy(organisation_id=office.organisation.id)
        db.session.commit()
    page = administrator.open("/desk/dunning/policy").submit(
        {
            "stages-0-channel": "email",
            "stages-0-event": "formal_notice",
            "stages-2-channel": "email",
            "stages-2-costs": "collection",
            "stages-2-adds_interest": "y",
        }
    )
    assert "E-mail, Collection costs, interest" in page.words
    stages = office.work(lambda: db.session.query(DunningStage).order_by(DunningStage.position).all())
    assert [one.costs for one in stages] == [StageCosts.NONE, StageCosts.NONE, StageCosts.COLLECTION]
    forecast = administrator.open("/desk/dunning").follow("Dry run")
    assert "What these messages add 3. Third reminder €" in forecast.words
    refused = administrator.open("/desk/dunning/policy").submit({"stages-0-event": "reminder_1"}, status=422)
    assert "the law wants a reminder with a term before it (Art. 6:96(6) BW" in refused.words
    reminder = administrator.open(f"/desk/invoices/{office.invoices[0].public_id}/reminder")
    assert "What the reminder adds" not in reminder.words
    office.work(lambda: db.session.query(DunningStage).update({"adds_interest": True}))
    reminder = administrator.open(f"/desk/invoices/{office.invoices[0].public_id}/reminder")
    said = "No interest is added: the portal knows no rule of law for it"
    assert said in reminder.words


def test_every_kind_and_every_reason_has_words() -> None:
    assert set(WHYS) == set(Why)
    assert set(KINDS) == set(ChargeKind)
