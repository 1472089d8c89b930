"""A run approved: one message for each debtor, asked about once more, and never twice."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import tenancy, transaction
from core.audit import AuditEvent
from core.database import db
from core.organisations.models import Organisation
from dunning import choosing, operations, queries
from dunning.models import DunningNotice, DunningRun, NoticeState, RunState
from invoices.models import Channel, ContactPoint, ContactState
from links.models import AccessLink
from messaging.models import MessageInvoice, MessageState
from messaging.queueing import queue
from tests import factories
from tests.at_once import at_once
from tests.dunning.conftest import FRIDAY, Office, counted, day, days


def states(run: DunningRun) -> list[NoticeState]:
    rows = select(DunningNotice.state).where(DunningNotice.run_id == run.id).order_by(DunningNotice.id)
    return list(db.session.scalars(rows))


def test_five_invoices_of_one_debtor_give_one_message_with_one_link(office: Office) -> None:
    debtor = office.debtor()
    invoices = [office.invoice(debtor) for _ in range(5)]
    office.run()
    (message,) = office.messages()
    about = db.session.scalars(
        select(MessageInvoice.invoice_id).where(MessageInvoice.message_id == message.id)
    )
    assert set(about) == {invoice.id for invoice in invoices}
    link = db.session.get_one(AccessLink, message.link_id)
    assert (link.debtor_id, message.debtor_id, message.event) == (debtor.id, debtor.id, "reminder_1")
    assert message.is_collection
    assert message.values == {"creditor": ""}


def test_a_creditor_with_another_name_is_named(office: Office) -> None:
    debtor = office.debtor()
    factories.invoice(debtor, factories.creditor(office.organisation, name="Tandarts Bos"))
    office.run()
    assert office.messages()[0].values["creditor"] == "Tandarts Bos"


def test_approved_twice_queues_nothing_more(office: Office) -> None:
    office.invoice(office.debtor())
    run = office.run()
    office.confirm(run, FRIDAY + timedelta(minutes=1))
    assert len(office.messages()) == 1
    assert db.session.scalar(select(func.count()).select_from(AccessLink)) == 1
    approvals = select(func.count()).where(AuditEvent.what == "dunning_run.confirmed")
    assert db.session.scalar(approvals) == 1


def test_an_invoice_that_was_exempted_since_is_left_out_of_the_message(office: Office) -> None:
    debtor = office.debtor()
    first, second = office.invoice(debtor), office.invoice(debtor)
    run = office.propose()
    office.hold_off(first.id)
    office.confirm(run)
    (message,) = office.messages()
    about = db.session.scalars(
        select(MessageInvoice.invoice_id).where(MessageInvoice.message_id == message.id)
    )
    assert list(about) == [second.id]
    assert office.skips(run) == {first.id: ("exempt", "action:7")}


def test_when_the_highest_invoice_falls_out_the_text_is_that_of_the_rest(office: Office) -> None:
    debtor = office.debtor()
    old = office.invoice(debtor)
    office.run_and_send(day(2026, 11, 2))
    office.invoice(debtor)
    run = office.propose()
    office.hold_off(old.id)
    office.confirm(run)
    assert [message.event for message in office.messages()] == ["reminder_1", "reminder_1"]


def test_when_nothing_is_left_to_say_no_message_is_written(office: Office) -> None:
    invoice = office.invoice(office.debtor())
    run = office.propose()
    office.hold_off(invoice.id)
    office.confirm(run)
    assert office.messages() == []
    assert states(run) == [NoticeState.HELD_BACK]


def test_an_address_that_failed_since_is_not_written_to(office: Office) -> None:
    invoice = office.invoice(office.debtor())
    run = office.propose()
    db.session.scalars(select(ContactPoint)).one().state = ContactState.FAILED
    office.confirm(run)
    assert office.messages() == []
    assert office.skips(run) == {invoice.id: ("no_contact", "")}


def test_a_debtor_who_was_written_to_since_is_left_in_peace(office: Office) -> None:
    debtor = office.debtor()
    invoice = office.invoice(debtor)
    run = office.propose()
    queue(
        organisation_id=office.organisation.id,
        dedupe_key="by hand",
        event="reminder_1",
        channel=Channel.EMAIL,
        language="nl",
        recipient="sanne@mail.example",
        values={},
        now=FRIDAY,
        debtor_id=debtor.id,
        is_collection=True,
    )
    office.end_messages(MessageState.SENT, FRIDAY)
    office.confirm(run, FRIDAY + days(1))
    assert [message.dedupe_key for message in office.messages()] == ["by hand"]
    assert office.skips(run) == {invoice.id: ("gap", "2026-11-27")}


def test_a_debtor_left_out_gets_nothing_and_stands_among_the_skipped(office: Office) -> None:
    kept, left = office.debtor(), office.debtor()
    office.invoice(kept)
    invoice = office.invoice(left)
    run = office.propose()
    choosing.leave_out(run=run, debtor_id=left.id, now=FRIDAY, member_id=office.agent.id)
    office.confirm(run)
    assert [message.debtor_id for message in office.messages()] == [kept.id]
    assert office.skips(run) == {invoice.id: ("left_out", "")}


def test_a_debtor_left_out_can_be_taken_back_in(office: Office) -> None:
    debtor = office.debtor()
    office.invoice(debtor)
    run = office.propose()
    choosing.leave_out(run=run, debtor_id=debtor.id, now=FRIDAY, member_id=None)
    shown = kept = [debtor.public_id]
    assert choosing.choose(run=run, shown=shown, kept=kept, now=FRIDAY, member_id=None) == 1
    office.confirm(run)
    assert len(office.messages()) == 1


def test_nobody_can_be_left_out_after_the_decision(office: Office) -> None:
    debtor = office.debtor()
    office.invoice(debtor)
    run = office.run()
    with pytest.raises(choosing.RunDecided):
        choosing.leave_out(run=run, debtor_id=debtor.id, now=FRIDAY, member_id=None)


def test_a_discarded_run_sends_nothing_and_cannot_be_approved(office: Office) -> None:
    office.invoice(office.debtor())
    run = office.propose()
    operations.discard(run=run, member_id=office.agent.id, now=FRIDAY)
    with pytest.raises(choosing.RunDecided):
        office.confirm(run)
    assert office.messages() == []


def test_an_approved_run_cannot_be_discarded(office: Office) -> None:
    run = office.run()
    with pytest.raises(choosing.RunDecided):
        operations.discard(run=run, member_id=None, now=FRIDAY)
    assert run.state is RunState.CONFIRMED


def test_a_run_is_carried_out_in_parts_and_gone_on_with(office: Office) -> None:
    for _ in range(5):
        office.invoice(office.debtor())
    run = office.propose()
    left = operations.confirm(
        organisation=office.organisation, run=run, member_id=None, now=FRIDAY, at_most=2
    )
    assert (left, len(office.messages())) == (3, 2)
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=2) == 1
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=2) == 0
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=2) == 0
    assert len({message.debtor_id for message in office.messages()}) == 5


def test_two_people_who_approve_at_the_same_moment_send_one_message_each_debtor(
    app: Flask, office: Office
) -> None:
    for _ in range(10):
        office.invoice(office.debtor())
    run = office.propose()
    organisation_id, public_id = office.organisation.id, run.public_id
    db.session.commit()

    def approve() -> None:
        with tenancy.scope(organisation_id), transaction.writing():
            organisation = db.session.get_one(Organisation, organisation_id)
            mine = queries.run_by_public_id(organisation_id=organisation_id, public_id=public_id)
            operations.confirm(organisation=organisation, run=mine, member_id=None, now=FRIDAY)

    at_once(app, approve, approve)
    assert len(office.messages()) == 10
    assert db.session.scalar(select(func.count()).select_from(AccessLink)) == 10


def test_a_chunk_takes_no_more_statements_for_thirty_debtors_than_for_two(office: Office) -> None:
    def statements_for(debtors: int) -> list[str]:
        for _ in range(debtors):
            debtor = office.debtor()
            office.invoice(debtor)
            objected.append(office.invoice(debtor).id)
        run = office.propose()
        for invoice_id in objected:
            office.hold_off(invoice_id)
        objected.clear()
        with counted() as statements:
            office.confirm(run)
        office.end_messages(MessageState.SENT, FRIDAY)
        return statements

    objected: list[int] = []
    few, many = statements_for(2), statements_for(30)
    assert [one.split()[:3] for one in few] == [one.split()[:3] for one in many]
    # Six decide and tell, eleven ask, two leave invoices alone, five queue and settle, three or four end it.
    assert len(few) <= 30
