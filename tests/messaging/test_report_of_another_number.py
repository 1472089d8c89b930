"""Reports that come late or at the same moment as something else: what they must leave alone."""

import threading
import time

import pytest
from sqlalchemy import select, text

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.transaction import writing
from invoices.models import ContactPoint, ContactState
from messaging import reports
from messaging.models import Message, MessageState
from messaging.providers.outcomes import Refused, Remedy
from messaging.reports import Reported
from messaging.sms_models import Report
from tests.messaging.outbox import Outbox
from tests.messaging.test_reports import NUMBER, SID, answer, handed, tell

CORRECTED = "+31687654321"
WAITED_FOR = 10


def contact_of(message: Message) -> ContactPoint:
    found = select(ContactPoint).where(ContactPoint.id == message.contact_point_id)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def set_contact(message: Message, **changes: object) -> None:
    with writing():
        for name, value in changes.items():
            setattr(contact_of(message), name, value)


def lines() -> list[tuple[str, str]]:
    found = select(AuditEvent).where(AuditEvent.what.startswith("contact.")).order_by(AuditEvent.id)
    return [(line.what, line.details["reason"]) for line in db.session.scalars(found)]


@pytest.mark.parametrize("code", [30005, 30006])
def test_a_number_that_was_corrected_since_does_not_fail_with_the_old_one(outbox: Outbox, code: int) -> None:
    message, _claim = handed(outbox)
    set_contact(message, value=CORRECTED)
    assert tell(outbox, message, Report.UNDELIVERED, code)
    assert outbox.fresh(message).state is MessageState.BOUNCED
    assert (contact_of(message).state, contact_of(message).state_reason) == (ContactState.USABLE, "")
    assert lines() == []


def test_what_arrived_at_the_old_number_says_nothing_of_the_new_one(outbox: Outbox) -> None:
    message, _claim = handed(outbox)
    set_contact(message, value=CORRECTED, state=ContactState.FAILED, state_reason="Twilio 30005")
    assert tell(outbox, message, Report.DELIVERED)
    assert outbox.fresh(message).state is MessageState.DELIVERED
    assert contact_of(message).state is ContactState.FAILED


def test_a_number_that_fails_and_then_works_has_a_line_for_each(outbox: Outbox) -> None:
    message, _claim = handed(outbox)
    tell(outbox, message, Report.UNDELIVERED, 30005)
    assert (contact_of(message).state, contact_of(message).state_reason) == (
        ContactState.FAILED,
        "Twilio 30005",
    )
    tell(outbox, message, Report.DELIVERED)
    assert contact_of(message).state is ContactState.USABLE
    assert lines() == [("contact.failed", "Twilio 30005"), ("contact.works_again", "Twilio 30005")]


def test_a_number_that_is_refused_at_once_has_a_line_too(outbox: Outbox) -> None:
    outbox.twilio.faults.always[NUMBER] = 21614
    message = outbox.write(outbox.debtor(sms=NUMBER))
    outbox.deliver()
    assert contact_of(message).state is ContactState.FAILED
    assert [what for what, _reason in lines()] == ["contact.failed"]


@pytest.mark.parametrize("status", [Report.UNDELIVERED, Report.DELIVERED])
def test_whoever_wants_no_messages_stays_so_whatever_is_reported(outbox: Outbox, status: Report) -> None:
    message, _claim = handed(outbox)
    set_contact(message, state=ContactState.OPTED_OUT, state_reason="STOP")
    tell(outbox, message, Report.UNDELIVERED, 30005)
    tell(outbox, message, status, 30005)
    assert (contact_of(message).state, contact_of(message).state_reason) == (ContactState.OPTED_OUT, "STOP")


def test_a_report_and_an_answer_that_both_pause_the_sender_do_not_wait_for_each_other(
    outbox: Outbox,
) -> None:
    message, claim = handed(outbox)
    faults: list[BaseException] = []

    def late_answer() -> None:
        try:
            with outbox.app.app_context(), tenancy.everywhere():
                answer(outbox, claim, Refused(Remedy.CHANNEL_STOPS, 20003, None, ""))
        except BaseException as fault:
            faults.append(fault)
            raise

    thread = threading.Thread(target=late_answer)
    with tenancy.everywhere(), writing():
        held = reports.message_named(public_id=message.public_id)
        thread.start()
        until_it_waits(thread)
        reported = Reported(SID, Report.FAILED, 30002)
        assert reports.take_report(message=held, attempt=1, reported=reported, now=outbox.now)
    thread.join()
    assert faults == []
    assert outbox.fresh(message).state is MessageState.NEW


def until_it_waits(thread: threading.Thread) -> None:
    """Return when the other transaction waits for a lock, or, on SQLite, soon."""
    if db.engine.dialect.name != "postgresql":
        time.sleep(0.2)
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    end = time.monotonic() + WAITED_FOR
    while not db.session.scalar(waiting):
        assert thread.is_alive()
        assert time.monotonic() < end, "The other one never waited."
        time.sleep(0.02)
