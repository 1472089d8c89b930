"""What stops reminders beside the plan: a pause, enough messages in a week, payment data that is too old."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from core.database import db
from dunning import operations
from invoices.freshness import PaymentDataTooOld, require_fresh
from invoices.importing.kinds import FileKind
from invoices.operations import record_payment
from invoices.pauses import (
    NoPause,
    PauseEndOutOfRange,
    PauseReasonTooLong,
    PauseWithoutReason,
    end_pause,
    pause,
    pause_of,
)
from invoices.statements.prospects import prospects_of
from invoices.statements.reading import read_statements
from invoices.statements.taking_in import take_in
from messaging.models import Message
from tests import factories
from tests.dunning.conftest import FRIDAY, Office, days
from tests.invoices.statements.made import camt

TODAY = FRIDAY.date()


def pause_for(office: Office, debtor_id: int, ends_on: date, reason: str = "In hospital") -> None:
    pause(
        organisation=office.organisation,
        debtor_id=debtor_id,
        reason=reason,
        ends_on=ends_on,
        member_id=office.agent.id,
        now=FRIDAY,
    )


def stop_pause(office: Office, debtor_id: int) -> None:
    end_pause(organisation=office.organisation, debtor_id=debtor_id, member_id=office.agent.id, now=FRIDAY)


def imported(
    office: Office, at: datetime, kind: FileKind = FileKind.INVOICES, *, says_open: bool = True
) -> None:
    factories.import_of(office.organisation, at=at, kind=kind, says_open=says_open)


def stated(office: Office, closed_on: date, at: datetime = FRIDAY) -> None:
    """Take in an empty statement that ends on this day."""
    content = camt(number=closed_on.isoformat()).replace(b"2026-11-17", closed_on.isoformat().encode())
    take_in(
        organisation_id=office.organisation.id,
        member_id=None,
        file_name="statement.xml",
        content=content,
        prospects=prospects_of(
            organisation_id=office.organisation.id,
            statements=read_statements(content, today=at.date(), currency="EUR"),
        ),
        now=at,
        today=at.date(),
        when_settled=list,
    )


def test_a_run_leaves_a_debtor_in_a_pause_alone_until_its_day(office: Office) -> None:
    debtor = office.debtor()
    invoice = office.invoice(debtor)
    pause_for(office, debtor.id, TODAY + days(3))
    for offset in (0, 2):
        run = office.run(FRIDAY + days(offset))
        assert office.skips(run) == {invoice.id: ("paused", "2026-11-23")}
    assert len(office.run_and_send(FRIDAY + days(3))) == 1


def test_a_pause_between_proposal_and_approval_keeps_the_message_back(office: Office) -> None:
    debtor = office.debtor()
    invoice = office.invoice(debtor)
    run = office.propose()
    pause_for(office, debtor.id, TODAY + days(3))
    office.confirm(run)
    assert office.skips(run) == {invoice.id: ("paused", "2026-11-23")}
    assert office.messages() == []


@pytest.mark.parametrize(("reason", "ends_on", "refusal"), [
    ("  ", TODAY + days(3), PauseWithoutReason),
    ("x" * 201, TODAY + days(3), PauseReasonTooLong),
    ("In hospital", TODAY, PauseEndOutOfRange),
    ("In hospital", TODAY + days(367), PauseEndOutOfRange),
    ("In hospital", date.min, PauseEndOutOfRange),
])  # fmt: skip
def test_a_pause_without_a_reason_or_an_end_is_refused(
    office: Office, reason: str, ends_on: date, refusal: type[Exception]
) -> None:
    debtor = office.debtor()
    with pytest.raises(refusal):
        pause_for(office, debtor.id, ends_on, reason)


def test_a_second_pause_takes_the_place_of_the_first_and_ends_once(office: Office) -> None:
    debtor = office.debtor()
    pause_for(office, debtor.id, TODAY + days(1))
    pause_for(office, debtor.id, TODAY + days(366), "Debt counselling")
    whose = {"organisation_id": office.organisation.id, "debtor_id": debtor.id}
    found = pause_of(**whose, today=TODAY + days(365))
    assert found is not None
    assert found.reason == "Debt counselling"
    stop_pause(office, debtor.id)
    assert pause_of(**whose, today=TODAY) is None
    with pytest.raises(NoPause):
        stop_pause(office, debtor.id)


def test_after_as_many_messages_as_a_week_may_bring_a_run_waits_for_the_day_that_has_room(
    office: Office,
) -> None:
    office.policy.minimum_gap_days = 1
    office.organisation.collection_messages_a_week = 2
    debtor = office.debtor()
    for number in range(3):
        office.invoice(debtor, due_on=TODAY - days(7 - number), invoiced_on=date(2026, 9, 1))
    assert len(office.run_and_send(FRIDAY)) == 1
    assert len(office.run_and_send(FRIDAY + days(1))) == 1
    run = office.run(FRIDAY + days(2))
    assert [reason for reason in office.skips(run).values() if reason[0] == "week_full"] == [
        ("week_full", "2026-11-27")
    ]
    assert len(office.run_and_send(FRIDAY + days(7))) == 1


def test_a_link_that_was_sent_by_hand_counts_in_the_week_of_a_plan_too(office: Office) -> None:
    office.policy.minimum_gap_days = 1
    office.organisation.collection_messages_a_week = 1
    debtor = office.debtor()
    office.invoice(debtor, due_on=TODAY - days(7), invoiced_on=date(2026, 9, 1))
    assert len(office.run_and_send(FRIDAY)) == 1
    db.session.execute(update(Message).values(is_collection=False, is_approach=True, event="invoice_link"))
    office.invoice(debtor, due_on=TODAY - days(7), invoiced_on=date(2026, 9, 1))
    run = office.run(FRIDAY + days(2))
    assert ("week_full", "2026-11-27") in office.skips(run).values()


@pytest.mark.parametrize(("age", "stops"), [(0, False), (5, False), (6, True)])
def test_payment_data_that_is_too_old_stops_a_proposal_and_says_its_day(
    office: Office, age: int, stops: bool
) -> None:
    office.organisation.payment_data_days = 5
    office.invoice(office.debtor())
    imported(office, FRIDAY - days(age))
    if not stops:
        assert len(office.lines(office.propose())) == 1
        return
    with pytest.raises(PaymentDataTooOld, match="2026-11-14"):
        office.propose()


def test_what_says_nothing_about_all_payments_makes_the_data_no_newer(office: Office) -> None:
    office.organisation.payment_data_days = 5
    invoice = office.invoice(office.debtor())
    imported(office, FRIDAY, FileKind.DEBTORS)
    imported(office, FRIDAY, says_open=False)
    record_payment(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        amount=100,
        paid_on=TODAY,
        reference="",
        now=FRIDAY,
        today=TODAY,
    )
    with pytest.raises(PaymentDataTooOld) as refused:
        office.propose()
    assert refused.value.newest_on is None


@pytest.mark.parametrize(("age", "stops"), [(5, False), (6, True), (263, True)])
def test_a_statement_counts_by_the_day_it_ends_not_by_the_day_it_comes(
    office: Office, age: int, stops: bool
) -> None:
    office.organisation.payment_data_days = 5
    office.invoice(office.debtor())
    ends_on = TODAY - days(age)
    stated(office, ends_on - days(1))
    stated(office, ends_on)
    if not stops:
        assert len(office.lines(office.propose())) == 1
        return
    with pytest.raises(PaymentDataTooOld) as refused:
        office.propose()
    assert refused.value.newest_on == ends_on


def test_a_statement_of_tomorrow_tells_about_the_day_it_came(office: Office) -> None:
    office.organisation.payment_data_days = 5
    office.invoice(office.debtor())
    stated(office, TODAY + days(1))
    require_fresh(organisation=office.organisation, now=FRIDAY + days(5))
    with pytest.raises(PaymentDataTooOld, match="2026-11-20"):
        require_fresh(organisation=office.organisation, now=FRIDAY + days(6))


def test_a_proposal_is_not_approved_on_data_that_has_become_too_old(office: Office) -> None:
    office.organisation.payment_data_days = 5
    office.invoice(office.debtor())
    imported(office, FRIDAY)
    run = office.propose()
    with pytest.raises(PaymentDataTooOld):
        office.confirm(run, FRIDAY + days(6))
    assert office.messages() == []


def test_an_automatic_run_does_not_begin_on_old_data(office: Office) -> None:
    office.organisation.payment_data_days = 5
    office.policy.is_automatic = True
    office.invoice(office.debtor())
    imported(office, FRIDAY - days(6))
    with pytest.raises(PaymentDataTooOld):
        operations.begin_automatic(organisation=office.organisation, now=FRIDAY)
    imported(office, FRIDAY - timedelta(hours=1))
    assert len(operations.begin_automatic(organisation=office.organisation, now=FRIDAY)) == 1


def test_without_a_limit_the_age_of_the_data_is_not_looked_at(office: Office) -> None:
    office.invoice(office.debtor())
    assert len(office.lines(office.propose())) == 1
