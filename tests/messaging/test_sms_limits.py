"""What SMS may cost and how fast they leave; and what follows when Twilio refuses the account."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from collections_portal.carriers import link_writer
from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from messaging import retries, senders
from messaging.delivery import deliver_due
from messaging.models import Message, MessageState
from messaging.sms_limits import country_of
from messaging.sms_models import OptOut, SendingAlarm, SmsDay
from tests.factories import NOW
from tests.messaging.outbox import Outbox

NUMBER = "+31612345678"


def text_messages(outbox: Outbox, many: int) -> list[Message]:
    return [outbox.write(outbox.debtor(sms=f"+316123456{number:02}")) for number in range(many)]


def paced(outbox: Outbox, per_minute: int) -> dict[str, int]:
    """Deliver with a sender that takes so many a minute."""
    return deliver_due(
        carriers=replace(outbox.carriers(), sms_per_minute=per_minute),
        links_of=link_writer(outbox.app.config["PORTAL"], lambda: outbox.now),
        clock=lambda: outbox.now,
        worker="worker",
    ).outcomes


def alarms(outbox: Outbox) -> list[tuple[str, str]]:
    found = [(one.subject, one.words.split(" ")[0]) for one in senders.alarms(now=outbox.now)]
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    ("number", "country"),
    [
        (NUMBER, "NL"),
        ("+32470123456", "BE"),
        ("+4915112345678", "DE"),
        ("+33612345678", "FR"),
        ("+4790123456", "NO"),
        ("+447400123456", "GB"),
        ("+12025550123", "US"),
        ("+881612345678", ""),
        ("+99912345678", ""),
        ("0612345678", ""),
    ],
)
def test_a_number_says_its_country(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize("number", ["+447400123456", "+12025550123", "+881612345678"])
def test_nothing_goes_to_a_country_that_the_organisation_did_not_name(outbox: Outbox, number: str) -> None:
    message = outbox.write(outbox.debtor(sms=number))
    assert outbox.deliver() == {"withheld": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.FAILED, "country_not_allowed")
    assert outbox.twilio.requests == []


def test_its_own_country_is_always_allowed_and_another_when_it_is_named(outbox: Outbox) -> None:
    outbox.organisation.country, outbox.organisation.sms_countries = "GB", "US"
    for number, outcome in (("+447400123456", "sent"), ("+12025550123", "sent"), (NUMBER, "withheld")):
        outbox.write(outbox.debtor(sms=number))
        assert outbox.deliver() == {outcome: 1}


def test_what_is_over_the_days_number_waits_for_the_next_day_of_the_organisation(outbox: Outbox) -> None:
    outbox.organisation.sms_per_day = 2
    messages = text_messages(outbox, 5)
    assert outbox.deliver() == {"sent": 2, "withheld": 3}
    waiting = [message for message in messages if outbox.fresh(message).state is MessageState.NEW]
    midnight = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    for message in waiting:
        kept = outbox.fresh(message)
        assert (kept.state_reason, kept.attempt, kept.not_before) == ("daily_limit", 0, midnight)
    outbox.now = midnight - timedelta(seconds=1)
    assert outbox.deliver() == {}
    outbox.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert outbox.deliver()["sent"] == 2
    assert sorted(db.session.scalars(select(SmsDay.handed))) == [2, 2]


def test_an_organisation_that_may_send_none_sends_none(outbox: Outbox) -> None:
    outbox.organisation.sms_per_day = 0
    text_messages(outbox, 1)
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.twilio.requests == []


def test_mail_is_not_counted(outbox: Outbox) -> None:
    outbox.organisation.sms_per_day = 0
    outbox.write()
    assert outbox.deliver() == {"sent": 1}
    assert db.session.scalar(select(SmsDay.id)) is None


def test_the_sender_keeps_its_pace_over_all_rounds(outbox: Outbox) -> None:
    text_messages(outbox, 20)
    assert paced(outbox, 6) == {"sent": 6}
    assert paced(outbox, 6) == {}
    outbox.pass_by(seconds=9)
    assert paced(outbox, 6) == {}
    outbox.pass_by(seconds=1)
    assert paced(outbox, 6) == {"sent": 1}
    outbox.pass_by(minutes=1)
    assert paced(outbox, 6) == {"sent": 6}
    assert len(outbox.twilio.messages) == 13


@pytest.mark.parametrize("code", [20003, 30002, 21606, 20404])
def test_a_refused_account_stops_sms_for_everybody_with_an_alarm(outbox: Outbox, code: int) -> None:
    messages = text_messages(outbox, 3)
    outbox.twilio.faults.queue.append(code) if code in (20003, 30002) else outbox.twilio.faults.always.update(
        {message.recipient: code for message in messages}
    )
    assert outbox.deliver() == {"channel_stops": 1}
    later = outbox.write(outbox.debtor(sms="+31687654321"))
    assert outbox.deliver() == {}
    assert alarms(outbox) == [("sender:sms", "channel_stops")]
    assert {outbox.fresh(message).attempt for message in (*messages, later)} == {0}
    outbox.twilio.faults.always.clear()
    outbox.pass_by(minutes=15)
    assert outbox.deliver() == {"sent": 4}
    assert alarms(outbox) == []


def test_after_the_accounts_daily_limit_it_waits_until_the_window_moves(outbox: Outbox) -> None:
    outbox.write(outbox.debtor(sms=NUMBER))
    assert outbox.deliver() == {"sent": 1}
    outbox.pass_by(hours=1)
    message = outbox.write(outbox.debtor(sms="+31687654321"))
    outbox.twilio.faults.queue.append(63038)
    assert outbox.deliver() == {"channel_pauses": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.attempt, kept.not_before) == (MessageState.NEW, 0, NOW + timedelta(hours=24))
    assert alarms(outbox) == [("sender:sms", "channel_pauses")]


def test_a_closed_country_fails_the_message_and_warns(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    outbox.twilio.faults.always[NUMBER] = 21408
    assert outbox.deliver() == {"failed": 1}
    assert outbox.attempts(message) == [(1, "country_closed", "21408")]
    assert alarms(outbox) == [("country:NL", "NL")]
    text_messages(outbox, 1)
    assert outbox.deliver() == {"sent": 1}
    assert alarms(outbox) == [("country:NL", "NL")]
    outbox.now += senders.SHOWN_FOR
    assert alarms(outbox) == []


def test_an_alarm_is_kept_once(outbox: Outbox) -> None:
    text_messages(outbox, 1)
    for _ in range(3):
        outbox.twilio.faults.queue.append(20003)
        outbox.deliver()
        outbox.now += retries.CHANNEL_PAUSE
    assert len(db.session.scalars(select(SendingAlarm)).all()) == 1


def test_who_sent_stop_to_twilio_has_a_row_and_no_other_organisation_has(outbox: Outbox) -> None:
    to = outbox.debtor(sms=NUMBER)
    outbox.twilio.faults.always[NUMBER] = 21610
    outbox.write(to)
    assert outbox.deliver() == {"failed": 1}
    (row,) = db.session.scalars(select(OptOut))
    assert (row.organisation_id, row.channel, row.value) == (outbox.organisation.id, Channel.SMS, NUMBER)
    contact = db.session.get_one(ContactPoint, to[1].id, populate_existing=True)
    assert (contact.state, contact.state_reason) == (ContactState.OPTED_OUT, "STOP (21610)")


def test_it_waits_in_twilios_queue_no_longer_than_its_link_works(outbox: Outbox) -> None:
    outbox.organisation.link_validity_hours = 1
    message = outbox.write(outbox.debtor(sms=NUMBER))
    outbox.pass_by(minutes=20)
    outbox.deliver()
    assert outbox.twilio.requests[0]["ValidityPeriod"] == "2400"
    assert f"/hooks/twilio/status/{message.public_id}-1-" in outbox.twilio.requests[0]["StatusCallback"]


def test_a_long_link_leaves_it_in_the_queue_for_ten_hours_at_most(outbox: Outbox) -> None:
    outbox.write(outbox.debtor(sms=NUMBER))
    outbox.deliver()
    assert outbox.twilio.requests[0]["ValidityPeriod"] == "36000"
