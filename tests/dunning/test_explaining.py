"""What explains is what decides: for any invoice and any day, and for a policy over ninety days."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core.database import db
from dunning.billing import NO_BILL
from dunning.explaining import explain
from dunning.models import DunningRun, StageChannel, StageCosts
from dunning.queries import stages_of
from dunning.simulation import simulate
from invoices.models import Channel, ContactState
from invoices.operations import exempt
from invoices.pauses import pause
from messaging.models import Message, MessageState
from tests import factories
from tests.dunning.conftest import FRIDAY, Office, counted, days

TODAY = FRIDAY.date()
HOME = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Utrecht"}


def reasons(office: Office, invoice: object, on: date = TODAY) -> list[tuple[str, str]]:
    found = explain(organisation=office.organisation, invoice=invoice, on=on)  # type: ignore[arg-type]
    return [(one.reason, one.detail) for one in found.objections]


def test_an_invoice_that_goes_out_is_told_with_stage_text_and_address(office: Office) -> None:
    debtor = office.debtor()
    invoice = office.invoice(debtor)
    told = explain(organisation=office.organisation, invoice=invoice, on=TODAY)
    assert told.goes_out
    assert told.stage is not None
    assert told.contact is not None
    assert (told.stage.position, told.stage.event) == (1, "reminder_1")
    assert (told.contact.debtor_id, told.contact.channel) == (debtor.id, Channel.EMAIL)
    assert told.policy.id == office.policy.id


def test_all_reasons_are_told_in_the_order_in_which_they_decide(office: Office) -> None:
    debtor = office.debtor(with_email=False)
    factories.contact_point(debtor, state=ContactState.FAILED)
    invoice = office.invoice(debtor, due_on=TODAY - days(2))
    owner = office.organisation.id
    exempt(organisation_id=owner, invoice_id=invoice.id, asked_by="action:7", reason="complaint", now=FRIDAY)
    pause(
        organisation=office.organisation,
        debtor_id=debtor.id,
        reason="In hospital",
        ends_on=TODAY + days(3),
        member_id=office.agent.id,
        now=FRIDAY,
    )
    assert reasons(office, invoice) == [
        ("exempt", "action:7"),
        ("paused", "2026-11-23"),
        ("not_due_yet", "2026-11-25"),
        ("no_contact", ""),
    ]
    assert [reason for reason, _ in reasons(office, invoice, TODAY + days(3))] == [
        "exempt",
        "not_due_yet",
        "no_contact",
    ]


def test_what_is_explained_for_a_day_is_what_a_run_on_that_day_does(office: Office) -> None:
    plain, far = office.invoice(office.debtor()), office.invoice(office.debtor(), due_on=TODAY - days(3))
    unreachable = office.invoice(office.debtor(with_email=False))
    for offset in (0, 4, 13, 14, 28, 42):
        now = FRIDAY + days(offset)
        told = {
            invoice.id: explain(organisation=office.organisation, invoice=invoice, on=now.date())
            for invoice in (plain, far, unreachable)
        }
        run = office.run(now)
        lines = {line.invoice_id: line.event for line in office.lines(run)}
        skips = office.skips(run)
        for invoice_id, one in told.items():
            if one.goes_out:
                assert one.stage is not None
                assert lines[invoice_id] == one.stage.event
            else:
                first = one.objections[0]
                assert skips[invoice_id] == (first.reason, first.detail)
        office.end_messages(MessageState.SENT, now)


@pytest.mark.parametrize(
    ("channel", "reason"),
    [(StageChannel.PREFERRED, ("no_contact", "")), (StageChannel.EMAIL_SMS, ("no_contact", ""))],
)
def test_a_debtor_who_is_reached_only_by_post_has_no_contact_for_a_stage_without_letters(
    office: Office, channel: StageChannel, reason: tuple[str, str]
) -> None:
    for stage in stages_of(organisation_id=office.organisation.id, policy_id=office.policy.id):
        stage.channel, stage.adds_interest = channel, True
    invoice = office.invoice(office.debtor(with_email=False, **HOME))
    told = explain(organisation=office.organisation, invoice=invoice, on=TODAY)
    assert [(one.reason, one.detail) for one in told.objections] == [reason]
    assert (told.contact, told.goes_to, told.added) == (None, "", NO_BILL)
    assert office.skips(office.run()) == {invoice.id: reason}


def test_a_debtor_who_is_reached_only_by_post_gets_the_letter_of_a_stage_that_prints_one(
    office: Office,
) -> None:
    for stage in stages_of(organisation_id=office.organisation.id, policy_id=office.policy.id):
        stage.channel = StageChannel.EMAIL_LETTER
    invoice = office.invoice(office.debtor(with_email=False, **HOME))
    told = explain(organisation=office.organisation, invoice=invoice, on=TODAY)
    assert (told.goes_out, told.contact) == (True, None)
    assert "Dorpsstraat 12" in told.goes_to


@pytest.mark.parametrize("country", ["NL", "NO"])
@pytest.mark.parametrize("on", [date.min, TODAY, date.max])
@pytest.mark.parametrize("due_on", [date(1, 1, 2), date.max])
def test_no_day_is_too_far_to_be_explained(office: Office, country: str, on: date, due_on: date) -> None:
    for stage in stages_of(organisation_id=office.organisation.id, policy_id=office.policy.id):
        stage.adds_interest = True
        stage.costs = StageCosts.REMINDER if stage.position < 3 else StageCosts.COLLECTION
    invoice = office.invoice(office.debtor(country=country), due_on=due_on, invoiced_on=date.min)
    # Nothing comes after the last day, so it is also the day of every stage of an invoice that is due on it.
    is_late = due_on < on or due_on == on == date.max
    assert ("not_due_yet" not in dict(reasons(office, invoice, on))) is is_late
    simulate(organisation=office.organisation, policy_id=office.policy.id, today=TODAY)


def test_a_stage_tries_its_channels_in_order(office: Office) -> None:
    for stage in stages_of(organisation_id=office.organisation.id, policy_id=office.policy.id):
        stage.channel = StageChannel.SMS_EMAIL
    both, only_mail = office.debtor(), office.debtor()
    factories.contact_point(both, channel=Channel.SMS, value="+31612345678", is_preferred=False)
    told = [
        explain(organisation=office.organisation, invoice=office.invoice(one), on=TODAY)
        for one in (both, only_mail)
    ]
    assert [one.contact.channel for one in told if one.contact] == [Channel.SMS, Channel.EMAIL]


def test_a_simulation_is_what_runs_on_every_working_day_would_send(office: Office) -> None:
    for late in (-40, -3, 1, 8, 30):
        office.invoice(office.debtor(), due_on=TODAY - days(late), invoiced_on=date(2026, 9, 1))
    two = office.debtor()
    office.invoice(two, due_on=TODAY - days(9))
    office.invoice(two, due_on=TODAY - days(2))
    told = simulate(organisation=office.organisation, policy_id=office.policy.id, today=TODAY)
    sent: dict[date, dict[int, int]] = {}
    for offset in range(90):
        now = FRIDAY + days(offset)
        if now.weekday() >= 5:
            continue
        for message in office.run_and_send(now):
            of_day = sent.setdefault(now.date(), {})
            position = int(message.event.removeprefix("reminder_"))
            of_day[position] = of_day.get(position, 0) + 1
    assert {one.day: one.messages for one in told.days} == sent
    assert (told.debtors, told.is_complete) == (6, True)


def test_a_simulation_writes_nothing_and_asks_the_same_number_of_times_for_many(office: Office) -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            office.invoice(office.debtor())
        db.session.flush()
        with counted() as made:
            simulate(organisation=office.organisation, policy_id=office.policy.id, today=TODAY)
        assert all(one.lstrip().upper().startswith("SELECT") for one in made)
        return len(made)

    assert statements(2) == statements(30)
    for table in (DunningRun, Message):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(("most", "complete"), [(2, False), (3, True), (None, True)])
def test_a_simulation_over_some_debtors_says_so(office: Office, most: int | None, complete: bool) -> None:
    for _ in range(3):
        office.invoice(office.debtor())
    told = simulate(
        organisation=office.organisation, policy_id=office.policy.id, today=TODAY, most_debtors=most
    )
    assert told.is_complete is complete
    assert told.debtors == (most or 3)
    assert told.last == TODAY + timedelta(days=89)
