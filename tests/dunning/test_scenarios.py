"""Six situations in which dunning goes wrong elsewhere, each up to the mail server and back."""

from datetime import date, datetime, timedelta

from core.database import db
from core.transaction import writing
from dunning.models import DunningRun
from invoices.operations import end_exemptions, exempt, record_payment
from messaging.models import MessageState
from tests.dunning.conftest import FRIDAY, Office, day, days
from tests.dunning.post import Post


def run_and_deliver(office: Office, post: Post, now: datetime = FRIDAY) -> DunningRun:
    with writing():
        run = office.run(now)
    post.deliver(now)
    return run


def test_an_invoice_50_days_overdue_gets_one_notice_in_two_days_and_the_next_after_the_gap(
    office: Office, post: Post
) -> None:
    invoice = office.invoice(office.debtor(), due_on=FRIDAY.date() - days(50), invoiced_on=date(2026, 9, 1))
    run_and_deliver(office, post, FRIDAY)
    same_day = run_and_deliver(office, post, FRIDAY + timedelta(hours=3))
    run_and_deliver(office, post, FRIDAY + days(1))
    assert len(post.recipients()) == 1
    assert office.skips(same_day) == {invoice.id: ("gap", "2026-12-04")}
    run_and_deliver(office, post, FRIDAY + days(13))
    assert len(post.recipients()) == 1
    run_and_deliver(office, post, FRIDAY + days(14))
    assert len(post.recipients()) == 2
    assert [message.event for message in office.messages()] == ["reminder_1", "reminder_2"]


def test_five_invoices_of_one_debtor_give_one_mail(office: Office, post: Post) -> None:
    debtor = office.debtor()
    for _ in range(5):
        office.invoice(debtor)
    run_and_deliver(office, post)
    assert len(post.recipients()) == 1
    assert "5 open facturen" in post.words()[0]


def test_an_exempt_invoice_brings_neither_a_word_about_it_nor_a_blank_message(
    office: Office, post: Post
) -> None:
    only, one_of_two = office.invoice(office.debtor()), office.invoice(other := office.debtor())
    office.invoice(other)
    for invoice in (only, one_of_two):
        office.hold_off(invoice.id)
    run_and_deliver(office, post)
    (words,) = post.words()
    assert "1 open factuur" in words


def test_an_exemption_that_ended_lets_the_invoice_be_reminded_again(office: Office, post: Post) -> None:
    invoice = office.invoice(office.debtor())
    exempt(
        organisation_id=office.organisation.id,
        invoice_id=invoice.id,
        asked_by="action:7",
        reason="complaint",
        now=FRIDAY,
    )
    for later in (0, 30, 400):
        run_and_deliver(office, post, FRIDAY + days(later))
    assert post.recipients() == []
    with writing():
        end_exemptions(
            organisation_id=office.organisation.id,
            asked_by="action:7",
            end_reason="closed",
            now=FRIDAY + days(402),
        )
    run_and_deliver(office, post, FRIDAY + days(402))
    assert len(post.recipients()) == 1


def test_approved_twice_and_delivered_twice_is_sent_once(office: Office, post: Post) -> None:
    office.invoice(office.debtor())
    run = run_and_deliver(office, post)
    with writing():
        office.confirm(run, FRIDAY + timedelta(seconds=1))
    post.deliver(FRIDAY + timedelta(seconds=2))
    assert len(post.recipients()) == 1


def test_while_the_mail_server_is_down_nothing_counts_as_sent_and_it_goes_out_later_once(
    office: Office, post: Post
) -> None:
    invoice = office.invoice(office.debtor())
    post.sink.stop()
    run_and_deliver(office, post)
    (message,) = office.messages()
    assert (message.state, message.sent_at) == (MessageState.NEW, None)
    assert message.state_reason
    tomorrow = run_and_deliver(office, post, FRIDAY + days(1))
    assert office.skips(tomorrow) == {invoice.id: ("message_waiting", "")}
    post.sink.start()
    post.deliver(FRIDAY + days(3))
    assert len(post.recipients()) == 1
    assert [message.state for message in office.messages()] == [MessageState.SENT]


def test_a_message_that_could_never_leave_is_written_anew_in_the_same_stage(
    office: Office, post: Post
) -> None:
    office.invoice(office.debtor())
    post.sink.stop()
    run_and_deliver(office, post)
    post.deliver(FRIDAY + days(8))
    (message,) = office.messages()
    assert message.state is MessageState.EXPIRED
    post.sink.start()
    run_and_deliver(office, post, FRIDAY + days(8))
    assert len(post.recipients()) == 1
    assert [message.event for message in office.messages()] == ["reminder_1", "reminder_1"]


def test_an_invoice_paid_before_the_run_or_before_the_hand_over_is_not_reminded(
    office: Office, post: Post
) -> None:
    debtor = office.debtor()
    early, late = office.invoice(debtor), office.invoice(debtor)

    def pay(invoice_id: int) -> None:
        with writing():
            record_payment(
                organisation_id=office.organisation.id,
                invoice_id=invoice_id,
                amount=125_000,
                paid_on=date(2026, 11, 19),
                reference="",
                now=FRIDAY,
                today=FRIDAY.date(),
            )

    pay(early.id)
    with writing():
        office.run()
    pay(late.id)
    post.deliver(FRIDAY)
    (message,) = office.messages()
    assert post.recipients() == []
    assert (message.state, message.state_reason) == (MessageState.SUPPRESSED, "settled")


def test_an_invoice_taken_out_of_its_message_at_the_last_moment_stays_in_its_stage(
    office: Office, post: Post
) -> None:
    debtor = office.debtor()
    disputed = office.invoice(debtor)
    office.invoice(debtor)
    with writing():
        office.run()
    with writing():
        exempt(
            organisation_id=office.organisation.id,
            invoice_id=disputed.id,
            asked_by="action:7",
            reason="complaint",
            now=FRIDAY,
        )
    post.deliver(FRIDAY)
    post.deliver(FRIDAY)
    assert ["1 open factuur" in words for words in post.words()] == [True]
    later = FRIDAY + days(14)
    with writing():
        end_exemptions(
            organisation_id=office.organisation.id, asked_by="action:7", end_reason="closed", now=later
        )
        run = office.propose(later)
    stages = {line.invoice_id: line.stage_position for line in office.lines(run)}
    assert stages[disputed.id] == 1
    assert sorted(stages.values()) == [1, 2]
    db.session.rollback()


def test_a_scheduler_that_was_down_on_the_exact_day_is_made_up_for_once(office: Office, post: Post) -> None:
    office.invoice(office.debtor(), due_on=date(2026, 11, 1))
    for moment in (day(2026, 11, 7), day(2026, 11, 13), day(2026, 11, 14), day(2026, 11, 16)):
        run_and_deliver(office, post, moment)
    assert len(post.recipients()) == 1
