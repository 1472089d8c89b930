"""The term of a reminder on paper: it counts from when a letter arrives, in a run, on paper and in a plan."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.database import db
from core.law.collecting import ChargeKind
from dunning import lawful_charges as law
from dunning.models import DunningStage, StageChannel
from dunning.operations import discard
from dunning.policies import StageWish
from dunning.simulation import simulate
from messaging import posting
from messaging.letter_batches import batches_of
from messaging.letter_models import LetterBatchState
from tests.dunning.charging import COSTS, MAIL, charges, follow, owing
from tests.dunning.conftest import Office, day
from tests.dunning.press import Press

pytestmark = pytest.mark.usefixtures("rates")
MONDAY = day(2026, 11, 23)
LETTER = StageChannel.LETTER
HOME: dict[str, Any] = {
    "street": "Dorpsstraat",
    "house_number": "12",
    "postcode": "1234 AB",
    "city": "Utrecht",
}
# Monday 23 November; the days on which each land's law first lets a letter's term be over.
VECTORS = [
    ("NL", day(2026, 12, 9), day(2026, 12, 10), (ChargeKind.COLLECTION_COST, 15000)),
    ("BE", day(2026, 12, 9), day(2026, 12, 10), (ChargeKind.PENALTY, 9000)),
    ("NO", day(2026, 12, 7), day(2026, 12, 8), (ChargeKind.DEMAND_FEE, 11200)),
]


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path / "shelf")


def in_country(office: Office, country: str) -> None:
    """Let the office's plan be a letter with a term, and costs by mail as soon as the law lets them be."""
    office.organisation.country = country
    office.organisation.currency = "NOK" if country == "NO" else "EUR"
    office.organisation.register_number = "0403.019.261"
    office.creditor.company_number = "0403.019.261"
    first = 15 if country == "NO" else 1
    then = first + (15 if country == "NO" else 17)
    follow(office, StageWish(first, LETTER, "formal_notice"), StageWish(then, MAIL, "reminder_3", 0, COSTS))
    # The run and not the plan has to keep the term: a plan of before this rule may be closer together.
    db.session.execute(
        update(DunningStage).where(DunningStage.position == 2).values(days_after_due=first + 1)
    )
    db.session.expire_all()


def post_letters(office: Office, press: Press, now: datetime) -> None:
    """Print what waits and say that it was posted."""
    press.print(now)
    batch = next(
        batch
        for batch in batches_of(organisation_id=office.organisation.id)[0]
        if batch.state is LetterBatchState.MADE
    )
    posting.mark_posted(
        batch=batch, edition=batch.edition, posted_on=now.date(), member_id=office.agent.id, now=now
    )
    db.session.commit()


@pytest.mark.parametrize(("country", "too_soon", "first_cost", "charge"), VECTORS)
def test_a_letter_s_costs_wait_for_its_own_term(
    office: Office,
    press: Press,
    country: str,
    too_soon: datetime,
    first_cost: datetime,
    charge: tuple[ChargeKind, int],
) -> None:
    in_country(office, country)
    currency = "NOK" if country == "NO" else "EUR"
    whom = office.debtor(**HOME, country=country)
    (invoice,) = owing(office, 100000, whom=whom, currency=currency)
    office.run(MONDAY)
    post_letters(office, press, MONDAY)
    early = office.propose(too_soon)
    assert office.skips(early) == {invoice.id: ("term_running", first_cost.date().isoformat())}
    discard(run=early, member_id=office.agent.id, now=too_soon)
    office.run_and_send(first_cost)
    assert charges(invoice) == [charge]


@pytest.mark.parametrize(("country", "first_cost"), [("NL", day(2026, 12, 10)), ("BE", day(2026, 12, 10))])
def test_a_plan_on_paper_knows_the_term_of_a_letter(
    office: Office, country: str, first_cost: datetime
) -> None:
    in_country(office, country)
    owing(office, 100000, whom=office.debtor(**HOME, country=country))
    found = simulate(
        organisation=office.organisation, policy_id=office.policy.id, today=MONDAY.date(), days=30
    )
    assert [(one.day, one.messages) for one in found.days] == [
        (MONDAY.date(), {1: 1}),
        (first_cost.date(), {2: 1}),
    ]
    assert list(found.added) == [2]


def test_who_has_no_address_gets_the_term_of_a_mail(office: Office) -> None:
    follow(
        office,
        StageWish(1, StageChannel.LETTER_EMAIL, "formal_notice"),
        StageWish(18, MAIL, "reminder_3", 0, COSTS),
    )
    (invoice,) = owing(office, 100000)
    office.run_and_send(MONDAY)
    early = office.propose(day(2026, 12, 7))
    assert office.skips(early)[invoice.id] == ("term_running", "2026-12-08")


@pytest.mark.parametrize("country", ["NL", "BE"])
@pytest.mark.parametrize("channel", [LETTER, StageChannel.EMAIL_LETTER])
def test_a_plan_leaves_a_letter_the_days_of_post(office: Office, country: str, channel: StageChannel) -> None:
    office.organisation.country = country
    office.creditor.company_number = "0403.019.261"
    notice = StageWish(1, channel, "formal_notice")
    with pytest.raises(law.CostsWithinTerm, match="at least 17 days"):
        follow(office, notice, StageWish(17, MAIL, "reminder_3", 0, COSTS))
    follow(office, notice, StageWish(18, MAIL, "reminder_3", 0, COSTS))
    stages = db.session.scalars(select(DunningStage.days_after_due).order_by(DunningStage.position))
    assert stages.all() == [1, 18]
