"""What the law wants said and nobody knows: refused when a plan is stored and when a run begins."""

from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from flask import Flask

from core.organisations.models import Organisation
from core.web.languages import sentence_of, speak
from dunning import operations, policies
from dunning.lawful_values import CreditorNumberUnknown, LawRowMissing
from dunning.models import DunningPolicy, RunState, StageChannel
from dunning.policies import PolicyWish, StageWish
from messaging.models import MessageState
from tests import factories
from tests.dunning.conftest import FRIDAY, Office

NUMBER = "0403.019.261"
# The last days of the last rate that is shipped, and the first day without one.
IN_JUNE = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
IN_JULY = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
STAGES = (
    StageWish(7, StageChannel.PREFERRED, "reminder_1"),
    StageWish(21, StageChannel.EMAIL, "formal_notice"),
)


def store(office: Office, now: datetime, *, country: str = "", segment: str = "") -> DunningPolicy:
    """Let the plan, or one for these debtors, have a reminder with a term as its second step."""
    wish = PolicyWish("Plan", STAGES, 7, 0, False, 9, segment, country)
    by: dict[str, Any] = {"wish": wish, "member_id": office.agent.id, "now": now}
    if country or segment:
        return policies.add_policy(organisation_id=office.organisation.id, **by)
    policies.change_policy(policy=office.policy, **by)
    return office.policy


def begin(office: Office, policy: DunningPolicy, now: datetime) -> None:
    operations.begin(organisation=office.organisation, policy_id=policy.id, now=now)


def moved(organisation: Organisation, country: str) -> None:
    organisation.country = country


def test_a_norwegian_plan_is_stored_as_long_as_there_is_a_rate_and_refused_after_it(office: Office) -> None:
    store(office, IN_JUNE, country="NO")
    moved(office.organisation, "NO")
    with pytest.raises(LawRowMissing) as refused:
        store(office, IN_JULY)
    assert refused.value.values == {"step": 2, "country": "NO", "name": "interest", "on": "2026-07-01"}
    assert "Ask who runs the portal to add the row" in str(refused.value)


def test_a_norwegian_run_is_refused_as_a_whole_where_every_message_would_fail(office: Office) -> None:
    moved(office.organisation, "NO")
    store(office, IN_JUNE)
    office.invoice(office.debtor())
    with pytest.raises(LawRowMissing, match="interest"):
        begin(office, office.policy, FRIDAY)
    assert office.messages() == []


def test_with_the_rates_of_the_half_year_it_runs(office: Office, rates: None) -> None:
    moved(office.organisation, "NO")
    store(office, FRIDAY)
    office.invoice(office.debtor())
    assert office.propose().state is RunState.PROPOSED


def test_an_automatic_run_of_such_a_plan_does_not_begin_and_those_of_others_do(office: Office) -> None:
    policy = store(office, IN_JUNE, country="NO")
    policy.is_automatic = office.policy.is_automatic = True
    with structlog.testing.capture_logs() as lines:
        made = operations.begin_automatic(organisation=office.organisation, now=FRIDAY)
    assert [run.policy_id for run in made] == [office.policy.id]
    (line,) = [one for one in lines if one["event"] == "no automatic run"]
    assert (line["plan"], "interest" in line["why"]) == (policy.id, True)


def test_a_plan_without_a_term_needs_no_rate(office: Office) -> None:
    moved(office.organisation, "NO")
    office.invoice(office.debtor())
    assert office.propose().state is RunState.PROPOSED


def test_a_belgian_plan_names_the_creditor_without_a_number(office: Office) -> None:
    moved(office.organisation, "BE")
    with pytest.raises(CreditorNumberUnknown, match="enter that of Voltwerk in the settings"):
        store(office, FRIDAY)
    office.creditor.company_number = NUMBER
    store(office, FRIDAY)


def test_a_belgian_run_is_refused_when_a_creditor_without_a_number_asks_for_something(
    office: Office,
) -> None:
    moved(office.organisation, "BE")
    office.creditor.company_number = NUMBER
    store(office, FRIDAY)
    other = factories.creditor(office.organisation, code="LW", name="Lichtwerk")
    invoice = factories.invoice(office.debtor(), other)
    with pytest.raises(CreditorNumberUnknown, match="Lichtwerk"):
        begin(office, office.policy, FRIDAY)
    invoice.amount_open = 0
    begin(office, office.policy, FRIDAY)


def test_what_is_accepted_leaves(office: Office, rates: None) -> None:
    moved(office.organisation, "NO")
    store(office, FRIDAY)
    office.invoice(office.debtor())
    assert [one.state for one in office.run_and_send()] == [MessageState.SENT]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "de wet (Nederland) vereist"),
        ("fr", "la loi (Pays-Bas) y exige"),
        ("de", "das Gesetz (Niederlande) verlangt"),
        ("en", "the law (Netherlands) wants"),
        ("nb", "loven (Nederland) krever"),
    ],
)
def test_a_country_is_named_in_the_readers_language(app: Flask, language: str, said: str) -> None:
    refusal = CreditorNumberUnknown(step=1, country="NL", creditor="Voltwerk")
    with app.test_request_context():
        speak(language)
        assert said in sentence_of(refusal)
