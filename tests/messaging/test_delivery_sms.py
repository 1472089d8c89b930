"""A queued SMS up to Twilio: its own client against a local stand-in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from collections_portal.carriers import link_writer
from core.database import db
from invoices.models import ContactPoint, ContactState
from messaging import retries, sms
from messaging.delivery import deliver_due
from messaging.models import Message, MessageState
from tests import factories
from tests.messaging.outbox import Outbox

NUMBER = "+31612345678"


def text_message(outbox: Outbox, number: str = NUMBER, **changes: str) -> Message:
    return outbox.write(outbox.debtor(sms=number, **changes))


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en", "nb"])
def test_it_arrives_once_with_its_link_in_one_part(outbox: Outbox, language: str) -> None:
    outbox.organisation.support_phone = "020-1234567"
    message = text_message(outbox, language=language, first_name="Wilhelmina")
    assert outbox.deliver() == {"sent": 1}
    assert outbox.deliver() == {}
    (arrived,) = outbox.twilio.messages
    assert (arrived["to"], arrived["from"]) == (NUMBER, "Voltwerk")
    assert outbox.address_of(message) in arrived["body"]
    text = sms.measure(arrived["body"])
    assert (text.encoding, text.parts) == (sms.Encoding.GSM_7, 1)


def test_what_came_of_it_is_kept_without_the_key(outbox: Outbox) -> None:
    message = text_message(outbox)
    outbox.deliver()
    kept = outbox.fresh(message)
    assert (kept.state, kept.provider_id) == (MessageState.SENT, outbox.twilio.messages[0]["sid"])
    token = outbox.address_of(message).rpartition("/")[2]
    assert "[link]" in kept.body
    assert all(token not in str(getattr(kept, column.name)) for column in Message.__table__.columns)


def test_too_many_requests_is_nothing_sent_and_waits_as_long_as_twilio_asks(outbox: Outbox) -> None:
    message = text_message(outbox)
    outbox.twilio.faults.queue.append(20429)
    outbox.twilio.faults.retry_after = 600
    assert outbox.deliver() == {"new": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.handed_at) == (MessageState.NEW, None)
    assert kept.not_before >= outbox.now + timedelta(seconds=600)
    outbox.now = kept.not_before
    assert outbox.deliver() == {"sent": 1}
    assert len(outbox.twilio.messages) == 1


def test_a_refused_connection_is_nothing_sent(outbox: Outbox) -> None:
    message = text_message(outbox)
    outbox.twilio.__exit__()
    assert outbox.deliver() == {"new": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.handed_at, kept.sent_at) == (MessageState.NEW, None, None)
    assert kept.state_reason.startswith("not_handed")
    outbox.twilio = type(outbox.twilio)()
    with outbox.twilio:
        outbox.now = kept.not_before
        assert outbox.deliver() == {"sent": 1}
        assert len(outbox.twilio.messages) == 1


@pytest.mark.parametrize("fault", [20500, "500 after create", "cut after create", "not json after create"])
def test_a_doubtful_answer_is_named_and_not_sent_again(outbox: Outbox, fault: int | str) -> None:
    message = text_message(outbox)
    outbox.twilio.faults.queue.append(fault)
    assert outbox.deliver() == {"unknown": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.sent_at, kept.handed_at) == (MessageState.UNKNOWN, None, outbox.now)
    assert kept.state_reason.startswith("line_cut")
    outbox.pass_by(days=2)
    assert outbox.deliver() == {}
    assert len(outbox.twilio.requests) == 1


def test_who_sent_stop_is_opted_out_and_gets_nothing_more(outbox: Outbox) -> None:
    to = outbox.debtor(sms=NUMBER)
    outbox.twilio.faults.always[NUMBER] = 21610
    message = outbox.write(to)
    assert outbox.deliver() == {"failed": 1}
    contact = db.session.scalars(
        select(ContactPoint).where(ContactPoint.id == to[1].id).execution_options(populate_existing=True)
    ).one()
    assert contact.state is ContactState.OPTED_OUT
    assert outbox.attempts(message) == [(1, "opted_out", "21610")]
    later = outbox.write(to, dedupe_key="another")
    assert outbox.deliver() == {"suppressed": 1}
    assert outbox.fresh(later).state_reason == "contact_unusable"
    assert len(outbox.twilio.requests) == 1


def test_a_number_that_is_none_is_marked(outbox: Outbox) -> None:
    to = outbox.debtor(sms=NUMBER)
    outbox.twilio.faults.always[NUMBER] = 21614
    outbox.write(to)
    outbox.deliver()
    outbox.fresh(outbox.write(to, dedupe_key="another"))
    found = select(ContactPoint.state).where(ContactPoint.id == to[1].id)
    assert db.session.scalar(found) is ContactState.FAILED


def test_the_accounts_daily_limit_pauses_the_channel_for_all(outbox: Outbox) -> None:
    messages = [text_message(outbox, f"+3161234567{digit}") for digit in range(4)]
    outbox.twilio.faults.queue.append(63038)
    assert outbox.deliver() == {"channel_pauses": 1}
    for message in messages:
        kept = outbox.fresh(message)
        assert (kept.state, kept.attempt) == (MessageState.NEW, 0)
        assert kept.not_before == outbox.now + retries.CHANNEL_PAUSE
    outbox.pass_by(minutes=15)
    assert outbox.deliver() == {"sent": 4}


def test_trouble_with_sms_does_not_hold_up_mail(outbox: Outbox) -> None:
    text_message(outbox)
    outbox.write()
    outbox.twilio.faults.queue.append(20003)
    assert outbox.deliver() == {"sent": 1, "channel_stops": 1}


def test_without_a_way_out_for_sms_it_waits(outbox: Outbox) -> None:
    message = text_message(outbox)
    done = deliver_due(
        carriers=replace(outbox.carriers(), sms=None),
        links_of=link_writer(outbox.app.config["PORTAL"], lambda: outbox.now),
        clock=lambda: outbox.now,
        worker="worker",
    )
    assert done.total == 0
    assert outbox.fresh(message).state is MessageState.NEW
    assert outbox.deliver() == {"sent": 1}


def test_a_company_is_not_greeted_by_a_first_name(outbox: Outbox) -> None:
    company = factories.company(outbox.organisation)
    contact = factories.contact_point(company, channel="sms", value=NUMBER)
    outbox.write((company, contact))
    outbox.deliver()
    assert outbox.twilio.messages[0]["body"].startswith("Goedendag, ")
