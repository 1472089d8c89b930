"""A mail that came back, from the return path it went out with to the message, the address and the trail."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import select, update

from core.audit import Actor, AuditEvent
from core.database import db
from invoices.models import ContactPoint, ContactState
from messaging import opting
from messaging.bounces import read
from messaging.models import Message, MessageState
from messaging.return_path import ReturnPath
from messaging.returning import ReturnedToNobody, ReturnedTooLate, message_returned, take_in
from tests import factories
from tests.factories import NOW
from tests.messaging import returned_mail
from tests.messaging.outbox import Outbox

PATHS = ReturnPath("bounces.voltwerk.example", ("test-key-" + "k" * 32,))


def sent(outbox: Outbox) -> tuple[Message, str]:
    """Send a reminder; return it with the return path it went out with."""
    message = outbox.write()
    outbox.return_path = PATHS
    assert outbox.deliver() == {"sent": 1}
    return outbox.fresh(message), outbox.sink.received[-1].sender


def come_back(outbox: Outbox, mail: bytes, recipient: str) -> bool:
    """Take a returned mail in, as the command does."""
    returned = read(mail)
    message = message_returned(returned=returned, recipient=recipient, paths=PATHS)
    changed = take_in(message=message, returned=returned, now=outbox.now)
    db.session.commit()
    return changed


def contact_of(message: Message) -> ContactPoint:
    found = select(ContactPoint).where(ContactPoint.id == message.contact_point_id)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def told(what: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.what == what)))


def test_a_message_leaves_with_a_return_path_of_its_own(outbox: Outbox) -> None:
    message, path = sent(outbox)
    assert PATHS.message_of(path) == message.public_id
    assert outbox.sink.received[0].mail["From"] == "Voltwerk <portal@voltwerk.example>"


def test_without_a_domain_for_bounces_they_go_to_the_sender(outbox: Outbox) -> None:
    outbox.write()
    outbox.deliver()
    assert outbox.sink.received[0].sender == "portal@voltwerk.example"


def test_a_permanent_bounce_marks_message_and_address_and_says_why(outbox: Outbox) -> None:
    message, path = sent(outbox)
    outbox.pass_by(minutes=5)
    assert come_back(outbox, returned_mail.report(path), path)
    kept, contact = outbox.fresh(message), contact_of(message)
    assert (kept.state, kept.sent_at) == (MessageState.BOUNCED, message.sent_at)
    assert kept.state_reason == "contact_dead 5.1.1 550 5.1.1 No such user"
    assert (contact.state, contact.state_reason) == (ContactState.FAILED, "5.1.1 550 5.1.1 No such user")
    (event,) = told("message.bounced")
    assert (event.actor, event.at, event.debtor_id) == (Actor.SYSTEM, outbox.now, message.debtor_id)
    assert event.details["reason"] == kept.state_reason
    assert len(told("contact.failed")) == 1


def test_a_full_mailbox_bounces_the_message_and_leaves_the_address(outbox: Outbox) -> None:
    message, path = sent(outbox)
    assert come_back(outbox, returned_mail.report(path, status="5.2.2", diagnosis="552 Full"), path)
    assert outbox.fresh(message).state is MessageState.BOUNCED
    assert contact_of(message).state is ContactState.USABLE


def test_the_same_bounce_twice_changes_nothing_the_second_time(outbox: Outbox) -> None:
    _message, path = sent(outbox)
    assert come_back(outbox, returned_mail.report(path), path)
    assert not come_back(outbox, returned_mail.report(path), path)
    assert len(told("message.bounced")) == 1


@pytest.mark.parametrize(
    "mail",
    [
        returned_mail.away(),
        returned_mail.report(action="delayed"),
        returned_mail.complaint("x@y.z", kind="not-spam"),
    ],
)
def test_an_answering_machine_or_a_delay_changes_nothing(outbox: Outbox, mail: bytes) -> None:
    message, path = sent(outbox)
    assert not come_back(outbox, mail, path)
    assert outbox.fresh(message).state is MessageState.SENT
    assert contact_of(message).state is ContactState.USABLE


@pytest.mark.parametrize("by_field", [True, False])
def test_who_complains_gets_no_more_mail(outbox: Outbox, by_field: bool) -> None:
    message, path = sent(outbox)
    assert come_back(outbox, returned_mail.complaint(path, by_field=by_field), "fbl@voltwerk.example")
    assert outbox.fresh(message).state is MessageState.SENT
    assert contact_of(message).state is ContactState.OPTED_OUT
    assert not come_back(outbox, returned_mail.complaint(path, by_field=by_field), "fbl@voltwerk.example")
    assert len(told("contact.opted_out")) == 1


def test_a_complaint_counts_for_every_debtor_of_the_organisation_with_the_address(outbox: Outbox) -> None:
    message, path = sent(outbox)
    value, here = message.recipient, outbox.organisation
    second = factories.contact_point(factories.debtor(here), value=value)
    elsewhere = factories.contact_point(factories.debtor(factories.organisation()), value=value)
    third = factories.debtor(here)
    db.session.commit()
    assert come_back(outbox, returned_mail.complaint(path), "fbl@voltwerk.example")
    assert contact_of(message).state_reason == "complaint"
    db.session.refresh(second)
    db.session.refresh(elsewhere)
    assert (second.state, elsewhere.state) == (ContactState.OPTED_OUT, ContactState.USABLE)
    new = factories.contact_point(third, value=value)
    opting.show_on_all(organisation_id=outbox.organisation.id)
    db.session.refresh(new)
    assert (new.state, new.state_reason) == (ContactState.OPTED_OUT, "complaint")
    outbox.write((third, new), event="invoice_link", is_collection=False)
    assert outbox.deliver() == {"suppressed": 1}


def test_a_complaint_counts_in_whatever_capitals_the_address_stands(outbox: Outbox) -> None:
    message, path = sent(outbox)
    third = factories.debtor(outbox.organisation)
    capitals = message.recipient.replace("@", ".X@").title()
    contact_of(message).value = capitals.swapcase()
    db.session.execute(update(Message).values(recipient=capitals.swapcase()))
    second = factories.contact_point(factories.debtor(outbox.organisation), value=capitals)
    db.session.commit()
    assert come_back(outbox, returned_mail.complaint(path), "fbl@voltwerk.example")
    db.session.refresh(second)
    assert second.state is ContactState.OPTED_OUT
    new = factories.contact_point(third, value=capitals.lower())
    waiting = outbox.write((third, new), event="invoice_link", is_collection=False)
    assert outbox.deliver() == {"suppressed": 1}
    assert outbox.fresh(waiting).state_reason == "opted_out"
    opting.show_on_all(organisation_id=outbox.organisation.id)
    db.session.refresh(new)
    assert new.state is ContactState.OPTED_OUT
    assert opting.note_wanted(contact=second, member_id=factories.member(outbox.organisation).id, now=NOW)
    db.session.commit()
    assert [contact_of(message).state, second.state, new.state] == [ContactState.USABLE] * 3


def test_a_complaint_about_an_address_that_was_corrected_leaves_the_new_one(outbox: Outbox) -> None:
    message, path = sent(outbox)
    contact_of(message).value = "better@mail.example"
    db.session.commit()
    assert come_back(outbox, returned_mail.complaint(path), "fbl@voltwerk.example")
    assert contact_of(message).state is ContactState.USABLE


def test_a_bounce_does_not_undo_an_opt_out(outbox: Outbox) -> None:
    message, path = sent(outbox)
    come_back(outbox, returned_mail.complaint(path), path)
    come_back(outbox, returned_mail.report(path), path)
    assert contact_of(message).state is ContactState.OPTED_OUT


def test_an_address_that_was_corrected_since_is_not_marked(outbox: Outbox) -> None:
    message, path = sent(outbox)
    contact_of(message).value = "better@mail.example"
    db.session.commit()
    assert come_back(outbox, returned_mail.report(path), path)
    assert contact_of(message).state is ContactState.USABLE


def test_a_bounce_settles_what_was_doubtful_and_it_does_not_go_again(outbox: Outbox) -> None:
    message = outbox.write(event="invoice_link", is_collection=False)
    outbox.return_path = PATHS
    outbox.sink.faults.at_dot.append("cut")
    outbox.deliver()
    path = outbox.sink.received[-1].sender
    assert come_back(outbox, returned_mail.report(path), path)
    assert outbox.fresh(message).state is MessageState.BOUNCED
    outbox.pass_by(hours=3)
    assert outbox.deliver() == {}


@pytest.mark.parametrize(
    ("make", "days", "changed"),
    [(returned_mail.report, 30, MessageState.BOUNCED), (returned_mail.complaint, 90, MessageState.SENT)],
)
def test_what_comes_back_after_its_time_changes_nothing(
    outbox: Outbox, make: Callable[[str], bytes], days: int, changed: MessageState
) -> None:
    (message, path), (late, late_path) = sent(outbox), sent(outbox)
    outbox.pass_by(days=days)
    assert come_back(outbox, make(path), path)
    assert outbox.fresh(message).state is changed
    outbox.pass_by(seconds=1)
    with structlog.testing.capture_logs() as lines, pytest.raises(ReturnedTooLate):
        come_back(outbox, make(late_path), late_path)
    db.session.rollback()
    assert [(one["event"], one["id"], one["days"]) for one in lines] == [("returned too late", late.id, days)]
    assert outbox.fresh(late).state is MessageState.SENT
    assert contact_of(late).state is ContactState.USABLE


def test_a_bounce_nobody_of_us_signed_changes_nothing(outbox: Outbox) -> None:
    message, path = sent(outbox)
    forged = replace(PATHS, keys=("another-key-" + "a" * 32,)).address_of(message.public_id)
    nobody = PATHS.address_of("x" * 12)
    for address in (forged, nobody, "portal@voltwerk.example", ""):
        with pytest.raises(ReturnedToNobody):
            come_back(outbox, returned_mail.report(address), address)
        with pytest.raises(ReturnedToNobody):
            come_back(outbox, returned_mail.complaint(address), "fbl@voltwerk.example")
    assert path not in (forged, nobody)
    assert outbox.fresh(message).state is MessageState.SENT
    assert contact_of(message).state is ContactState.USABLE
