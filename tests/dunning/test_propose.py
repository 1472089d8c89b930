"""What a run proposes, and why it leaves the rest alone."""

from datetime import date

import pytest
from sqlalchemy import select

from core import tenancy
from core.database import db
from dunning import operations, queries
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, StageChannel
from invoices.models import Channel, ContactState
from invoices.operations import exempt, record_payment, withdraw
from messaging.models import MessageState
from tests import factories
from tests.dunning.conftest import FRIDAY, Office, counted, day, days


def notices(run: DunningRun) -> list[DunningNotice]:
    return list(db.session.scalars(select(DunningNotice).where(DunningNotice.run_id == run.id)))


def lines(notice: DunningNotice) -> dict[int, DunningNoticeInvoice]:
    rows = db.session.scalars(select(DunningNoticeInvoice).where(DunningNoticeInvoice.notice_id == notice.id))
    return {row.invoice_id: row for row in rows}


def test_a_debtor_gets_one_notice_in_the_highest_stage_of_all_invoices(office: Office) -> None:
    debtor = office.debtor()
    old = office.invoice(debtor, due_on=date(2026, 10, 20))
    office.run_and_send(day(2026, 10, 30))
    young = office.invoice(debtor, due_on=date(2026, 11, 10))
    (notice,) = notices(office.propose(FRIDAY))
    assert (notice.event, notice.stage_position) == ("reminder_2", 2)
    assert {i: line.stage_position for i, line in lines(notice).items()} == {old.id: 2, young.id: 1}


def test_every_overdue_invoice_is_either_in_a_notice_or_skipped_with_a_reason(office: Office) -> None:
    reachable, silent = office.debtor(), office.debtor(with_email=False)
    written = office.invoice(reachable)
    young = office.invoice(reachable, due_on=date(2026, 11, 18))
    nowhere = office.invoice(silent)
    office.invoice(reachable, due_on=date(2026, 11, 20))
    run = office.propose()
    assert {invoice for notice in notices(run) for invoice in lines(notice)} == {written.id}
    assert office.skips(run) == {young.id: ("not_due_yet", "2026-11-25"), nowhere.id: ("no_contact", "")}


def test_an_exempt_invoice_is_skipped_and_says_who_asked(office: Office) -> None:
    debtor = office.debtor()
    complaint, rest = office.invoice(debtor), office.invoice(debtor)
    exempt(
        organisation_id=office.organisation.id,
        invoice_id=complaint.id,
        asked_by="action:7",
        reason="complaint",
        now=FRIDAY,
    )
    run = office.propose()
    assert office.skips(run) == {complaint.id: ("exempt", "action:7")}
    assert set(lines(notices(run)[0])) == {rest.id}


def test_a_partly_exempt_invoice_is_reminded_of_the_rest(office: Office) -> None:
    invoice = office.invoice(office.debtor(), amount=50_000)
    exempt(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        asked_by="action:7",
        reason="complaint",
        amount=12_000,
        now=FRIDAY,
    )
    (notice,) = notices(office.propose())
    assert lines(notice)[invoice.id].amount == 38_000


def test_the_rest_of_a_partly_exempt_invoice_may_be_too_small(office: Office) -> None:
    office.policy.amount_minimum = 1_000
    invoice = office.invoice(office.debtor(), amount=50_000)
    exempt(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        asked_by="action:7",
        reason="complaint",
        amount=49_500,
        now=FRIDAY,
    )
    assert office.skips(office.propose()) == {invoice.id: ("below_minimum", "")}


def test_paid_and_withdrawn_invoices_are_not_spoken_of(office: Office) -> None:
    paid, withdrawn = office.invoice(office.debtor()), office.invoice(office.debtor())
    record_payment(
        organisation_id=office.organisation.id,
        invoice_id=paid.id,
        amount=paid.amount,
        paid_on=date(2026, 11, 1),
        reference="",
        now=FRIDAY,
        today=FRIDAY.date(),
    )
    withdraw(organisation_id=office.organisation.id, invoice_id=withdrawn.id, now=FRIDAY)
    run = office.propose()
    assert notices(run) == []
    assert office.skips(run) == {}


def test_a_message_that_waits_in_the_outbox_is_waited_for(office: Office) -> None:
    invoice = office.invoice(office.debtor())
    office.run(day(2026, 11, 6))
    run = office.propose(FRIDAY)
    assert office.skips(run) == {invoice.id: ("message_waiting", "")}


@pytest.mark.parametrize("end", [MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED])
def test_a_message_that_never_left_takes_its_invoice_no_stage_further(
    office: Office, end: MessageState
) -> None:
    office.invoice(office.debtor())
    office.run(day(2026, 11, 19))
    office.end_messages(end, day(2026, 11, 19))
    (notice,) = notices(office.propose(FRIDAY))
    assert notice.stage_position == 1


def test_a_message_that_came_back_is_written_again_in_the_same_stage_but_not_at_once(office: Office) -> None:
    debtor = office.debtor()
    invoice = office.invoice(debtor)
    first = day(2026, 11, 6)
    office.run_and_send(first)
    (message,) = office.messages()
    message.state = MessageState.BOUNCED
    early = office.propose(first + days(6))
    assert office.skips(early) == {invoice.id: ("gap", "2026-11-13")}
    operations.discard(run=early, member_id=None, now=FRIDAY)
    (notice,) = notices(office.propose(first + days(7)))
    assert notice.stage_position == 1


def test_a_message_of_unknown_fate_counts_as_sent(office: Office) -> None:
    invoice = office.invoice(office.debtor())
    first = day(2026, 11, 6)
    office.run(first)
    (message,) = office.messages()
    message.state, message.handed_at = MessageState.UNKNOWN, first
    assert office.skips(office.propose(FRIDAY - days(1))) == {invoice.id: ("gap", "2026-11-20")}


def test_a_stage_by_sms_goes_to_the_number_and_skips_who_has_none(office: Office) -> None:
    for stage in queries.stages_of(organisation_id=office.organisation.id, policy_id=office.policy.id):
        stage.channel = StageChannel.SMS
    with_number, without = office.debtor(), office.debtor()
    number = factories.contact_point(
        with_number, channel=Channel.SMS, value="+31612345678", is_preferred=False
    )
    office.invoice(with_number)
    skipped = office.invoice(without)
    run = office.propose()
    assert [notice.contact_point_id for notice in notices(run)] == [number.id]
    assert office.skips(run) == {skipped.id: ("no_channel", "sms")}


def test_an_address_that_failed_or_was_opted_out_is_not_written_to(office: Office) -> None:
    debtor = office.debtor(with_email=False)
    factories.contact_point(debtor, state=ContactState.FAILED)
    factories.contact_point(debtor, state=ContactState.OPTED_OUT)
    invoice = office.invoice(debtor)
    assert office.skips(office.propose()) == {invoice.id: ("no_contact", "")}


def test_a_second_proposal_of_a_policy_is_refused_and_names_the_first(office: Office) -> None:
    first = office.propose()
    with pytest.raises(operations.ProposalWaiting) as refusal:
        office.propose()
    assert refusal.value.run == first.public_id


def test_another_organisations_policy_is_unknown(office: Office) -> None:
    elsewhere = factories.organisation(name="Noorderlicht")
    with tenancy.scope(elsewhere.id), pytest.raises(queries.PolicyUnknown):
        operations.propose(organisation=elsewhere, policy_id=office.policy.id, now=FRIDAY)


def test_another_organisations_invoices_are_not_in_the_run(office: Office) -> None:
    elsewhere = factories.organisation(name="Noorderlicht")
    stranger = factories.debtor(elsewhere)
    factories.contact_point(stranger)
    factories.invoice(stranger, factories.creditor(elsewhere))
    run = office.propose()
    assert notices(run) == []
    assert office.skips(run) == {}


def test_the_number_of_statements_does_not_grow_with_the_number_of_invoices(office: Office) -> None:
    def statements_for(debtors: int) -> int:
        for _ in range(debtors):
            debtor = office.debtor()
            office.invoice(debtor)
            office.invoice(debtor, due_on=date(2026, 11, 18))
        with counted() as statements:
            run = office.propose()
        operations.discard(run=run, member_id=None, now=FRIDAY)
        return len(statements)

    assert statements_for(2) == statements_for(30) <= 29


def test_more_debtors_than_one_chunk_are_all_decided_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunning.overdue.DEBTORS_IN_A_CHUNK", 2)
    for _ in range(5):
        debtor = office.debtor()
        office.invoice(debtor)
        office.invoice(debtor)
    assert len(notices(office.propose())) == 5
