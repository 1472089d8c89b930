"""What is asked once more when a message leaves: invoices, exemptions, link, contact, its own end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import db
from invoices import operations
from invoices.models import ContactPoint, ContactState
from links.models import AccessLink
from links.operations import revoke
from messaging.models import Message, MessageInvoice, MessageState, MessageTemplate
from tests.factories import NOW
from tests.messaging.outbox import Interrupted, Outbox


def exempt(outbox: Outbox, invoice_id: int, amount: int | None = None) -> None:
    operations.exempt(
        organisation_id=outbox.organisation.id,
        invoice_id=invoice_id,
        asked_by="action:7",
        reason="complaint",
        amount=amount,
        now=NOW,
    )
    db.session.commit()


def pay(outbox: Outbox, invoice_id: int, amount: int) -> None:
    operations.record_payment(
        organisation_id=outbox.organisation.id,
        invoice_id=invoice_id,
        amount=amount,
        paid_on=NOW.date(),
        reference="",
        now=NOW,
        today=NOW.date(),
    )
    db.session.commit()


def invoice_of(message: Message) -> int:
    found = select(MessageInvoice.invoice_id).where(MessageInvoice.message_id == message.id)
    return db.session.scalars(found).one()


def is_held_back(outbox: Outbox, message: Message, reason: str) -> bool:
    assert outbox.deliver() in ({"withheld": 1}, {"suppressed": 1})
    kept = outbox.fresh(message)
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    assert outbox.sink.received == []
    assert kept.handed_at is None
    return (kept.state, kept.state_reason) == (MessageState.SUPPRESSED, reason)


def test_about_an_exempt_invoice_nothing_is_handed_over(outbox: Outbox) -> None:
    message = outbox.write()
    exempt(outbox, invoice_of(message))
    assert is_held_back(outbox, message, "exempt")


def test_about_a_paid_invoice_nothing_is_handed_over(outbox: Outbox) -> None:
    message = outbox.write()
    pay(outbox, invoice_of(message), 125000)
    assert is_held_back(outbox, message, "settled")


def test_about_a_withdrawn_invoice_nothing_is_handed_over(outbox: Outbox) -> None:
    message = outbox.write()
    operations.withdraw(organisation_id=outbox.organisation.id, invoice_id=invoice_of(message), now=NOW)
    db.session.commit()
    assert is_held_back(outbox, message, "withdrawn")


def test_a_collection_message_about_no_invoice_is_not_sent(outbox: Outbox) -> None:
    assert is_held_back(outbox, outbox.write(about=()), "no_invoice")


def test_an_sms_is_held_back_as_well(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms="+31612345678"))
    exempt(outbox, invoice_of(message))
    assert is_held_back(outbox, message, "exempt")
    assert outbox.twilio.requests == []


def test_a_part_that_is_exempt_lets_the_rest_be_spoken_of(outbox: Outbox) -> None:
    message = outbox.write()
    exempt(outbox, invoice_of(message), amount=100000)
    assert outbox.deliver() == {"sent": 1}
    later = outbox.write()
    exempt(outbox, invoice_of(later), amount=100000)
    pay(outbox, invoice_of(later), 25000)
    outbox.deliver()
    assert outbox.fresh(later).state_reason == "exempt"


def test_an_exemption_that_ended_holds_nothing_back(outbox: Outbox) -> None:
    message = outbox.write()
    exempt(outbox, invoice_of(message))
    operations.end_exemptions(
        organisation_id=outbox.organisation.id, asked_by="action:7", end_reason="closed", now=NOW
    )
    db.session.commit()
    assert outbox.deliver() == {"sent": 1}


def test_when_one_of_two_invoices_is_exempt_the_message_is_about_the_other(outbox: Outbox) -> None:
    to = outbox.debtor()
    first, second = outbox.invoice(to[0]), outbox.invoice(to[0])
    message = outbox.write(to, about=(first, second))
    exempt(outbox, first.id)
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.sink.received == []
    assert outbox.deliver() == {"sent": 1}
    assert "1 open factuur bij Voltwerk" in outbox.words()
    assert invoice_of(message) == second.id
    assert outbox.fresh(message).attempt == 1


def test_when_only_invoices_are_left_that_are_behind_its_text_the_message_does_not_leave(
    outbox: Outbox,
) -> None:
    to = outbox.debtor()
    far, behind = outbox.invoice(to[0]), outbox.invoice(to[0])
    message = outbox.write(to, about=(far, behind), behind_ids=[behind.id], event="reminder_3")
    pay(outbox, far.id, 125000)
    assert is_held_back(outbox, message, "text_too_far")


def test_when_one_is_left_that_is_as_far_as_its_text_the_message_leaves(outbox: Outbox) -> None:
    to = outbox.debtor()
    paid, far, behind = (outbox.invoice(to[0]) for _ in range(3))
    outbox.write(to, about=(paid, far, behind), behind_ids=[behind.id], event="reminder_3")
    pay(outbox, paid.id, 125000)
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.deliver() == {"sent": 1}
    assert "2 open facturen" in outbox.words()


def test_an_answer_about_an_exempt_invoice_is_no_collection_message_and_leaves(outbox: Outbox) -> None:
    to = outbox.debtor()
    invoice = outbox.invoice(to[0])
    outbox.write(
        to,
        about=(invoice,),
        event="action_closed",
        is_collection=False,
        values={"reference": "R-4K7WQ2", "answer_text": "U heeft gelijk."},
    )
    exempt(outbox, invoice.id)
    assert outbox.deliver() == {"sent": 1}
    assert "U heeft gelijk." in outbox.words()


def test_a_revoked_link_is_not_sent(outbox: Outbox) -> None:
    message = outbox.write()
    revoke(link=db.session.get_one(AccessLink, message.link_id), reason="asked", now=NOW)
    db.session.commit()
    assert is_held_back(outbox, message, "link_ended")


@pytest.mark.parametrize(("seconds", "outcome"), [(-1, {"sent": 1}), (0, {"suppressed": 1})])
def test_a_link_is_sent_until_its_printed_end(outbox: Outbox, seconds: int, outcome: dict[str, int]) -> None:
    message = outbox.write(event="invoice_link", is_collection=False)
    outbox.now = db.session.get_one(AccessLink, message.link_id).expires_at + timedelta(seconds=seconds)
    assert outbox.deliver() == outcome


def test_a_link_that_is_revoked_while_the_mail_server_is_spoken_to_is_not_sent(outbox: Outbox) -> None:
    message = outbox.write()

    def take_back() -> None:
        revoke(link=db.session.get_one(AccessLink, message.link_id), reason="asked", now=NOW)
        db.session.commit()

    way_out = Interrupted(outbox.mail(), before_gate=take_back)
    assert outbox.deliver(mail=lambda: way_out) == {"withheld": 1}
    assert outbox.fresh(message).state_reason == "link_ended"
    assert outbox.sink.received == []


@pytest.mark.parametrize("state", [ContactState.FAILED, ContactState.OPTED_OUT])
def test_a_contact_that_may_not_be_used_gets_nothing(outbox: Outbox, state: ContactState) -> None:
    message = outbox.write()
    db.session.scalars(select(ContactPoint)).one().state = state
    db.session.commit()
    assert is_held_back(outbox, message, "contact_unusable")


def test_a_message_does_not_follow_an_address_that_was_corrected(outbox: Outbox) -> None:
    message = outbox.write()
    db.session.scalars(select(ContactPoint)).one().value = "corrected@mail.example"
    db.session.commit()
    assert is_held_back(outbox, message, "contact_changed")


def test_a_message_past_its_own_end_expires(outbox: Outbox) -> None:
    message = outbox.write(expires_at=NOW + timedelta(hours=1))
    outbox.now = NOW + timedelta(hours=1)
    assert outbox.deliver() == {}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.EXPIRED, "too_late")


def test_a_second_before_its_end_it_leaves(outbox: Outbox) -> None:
    outbox.write(expires_at=NOW + timedelta(hours=1))
    outbox.now = NOW + timedelta(minutes=59, seconds=59)
    assert outbox.deliver() == {"sent": 1}


@pytest.mark.parametrize(
    "words", ["Kijk op ((link)) en ((onzin)).", "Kijk in ((paused_invoices)) op ((link)).", "Geen adres."]
)
def test_a_message_that_cannot_be_written_fails_alone(outbox: Outbox, words: str) -> None:
    db.session.add(
        MessageTemplate(
            organisation_id=outbox.organisation.id,
            event="reminder_2",
            channel="email",
            language="nl",
            subject="Herinnering",
            body=words,
            updated_at=NOW,
        )
    )
    outbox.write()
    poison = outbox.write(event="reminder_2")
    outbox.write()
    assert outbox.deliver() == {"sent": 2, "failed": 1}
    kept = outbox.fresh(poison)
    assert kept.state_reason.startswith("not_rendered")
    assert outbox.attempts(poison) == [(1, "not_rendered", "")]


def test_a_message_with_an_endless_value_fails_alone(outbox: Outbox) -> None:
    poison = outbox.write(values={"creditor": "x" * 3_000_000})
    outbox.write()
    assert outbox.deliver() == {"failed": 1, "sent": 1}
    assert "too long" in outbox.fresh(poison).state_reason


def test_an_address_nobody_can_write_to_fails_alone(outbox: Outbox) -> None:
    debtor, contact = outbox.debtor()
    contact.value = "sanne@mail.example\r\nBcc: all@mail.example"
    poison = outbox.write((debtor, contact))
    outbox.write()
    assert outbox.deliver() == {"failed": 1, "sent": 1}
    assert outbox.fresh(poison).sent_at is None
    assert len(outbox.recipients()) == 1


def test_a_withheld_message_does_not_spoil_the_session_for_the_next(outbox: Outbox) -> None:
    held = outbox.write()
    exempt(outbox, invoice_of(held))
    others = [outbox.write() for _ in range(2)]
    assert outbox.deliver() == {"withheld": 1, "sent": 2}
    assert outbox.recipients() == [message.recipient for message in others]
