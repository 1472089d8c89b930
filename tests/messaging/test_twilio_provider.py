"""Twilio: its own client against a local server that checks what it is sent."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from messaging.providers.outcomes import (
    ListUnavailable,
    NotHanded,
    OutgoingSms,
    Refused,
    Remedy,
    Sent,
    Unknown,
    Withheld,
)
from messaging.providers.twilio import TwilioAccount, TwilioProvider
from messaging.providers.twilio_errors import REMEDIES, is_too_fast
from tests.fakes.twilio import REFUSALS, FakeTwilio

SMS = OutgoingSms("+31612345678", "Sanne, zie https://mijn.voltwerk.nl/k/ABC Vragen? 020-1234567")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def account_of(twilio: FakeTwilio, **changes: object) -> TwilioAccount:
    settings = {
        "account_sid": twilio.account_sid,
        "auth_token": twilio.auth_token,
        "sender": "Voltwerk",
        "base_url": twilio.base_url,
        "read_timeout": 5.0,
    }
    return TwilioAccount(**(settings | changes))  # type: ignore[arg-type]


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        yield twilio


@pytest.fixture
def provider(twilio: FakeTwilio) -> Iterator[TwilioProvider]:
    with TwilioProvider(account_of(twilio)) as provider:
        yield provider


def yes() -> bool:
    return True


def test_an_sms_is_created_with_the_fields_twilio_knows(twilio: FakeTwilio) -> None:
    span = timedelta(hours=2, seconds=0.5)
    message = OutgoingSms(SMS.recipient, SMS.text, span, public_id="abc", attempt=2)
    reports_to = "https://portal.example/hooks/{}/{}".format
    with TwilioProvider(account_of(twilio, reports_to=reports_to)) as provider:
        outcome = provider.hand_over(message, before_handing=yes)
    assert outcome == Sent(twilio.messages[0]["sid"])
    assert twilio.requests == [
        {
            "To": "+31612345678",
            "From": "Voltwerk",
            "Body": SMS.text,
            "StatusCallback": "https://portal.example/hooks/abc/2",
            "ValidityPeriod": "7200",
        }
    ]


def test_a_messaging_service_takes_the_place_of_a_sender(twilio: FakeTwilio) -> None:
    service = "MG" + "0" * 32
    with TwilioProvider(account_of(twilio, sender=None, messaging_service_sid=service)) as provider:
        assert isinstance(provider.hand_over(SMS, before_handing=yes), Sent)
    assert twilio.requests[0]["MessagingServiceSid"] == service
    assert "From" not in twilio.requests[0]


@pytest.mark.parametrize(
    ("valid_for", "said"), [(timedelta(0), "6"), (timedelta(days=14), "36000"), (timedelta(minutes=1), "60")]
)
def test_the_time_in_the_queue_stays_within_what_twilio_takes(
    twilio: FakeTwilio, provider: TwilioProvider, valid_for: timedelta, said: str
) -> None:
    message = OutgoingSms(SMS.recipient, SMS.text, valid_for=valid_for)
    assert isinstance(provider.hand_over(message, before_handing=yes), Sent)
    assert twilio.requests[0]["ValidityPeriod"] == said


@pytest.mark.parametrize(("sender", "service"), [(None, None), ("Voltwerk", "MG" + "0" * 32)])
def test_an_account_sends_from_exactly_one_thing(sender: str | None, service: str | None) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        TwilioAccount("AC1", "token", sender, service)


def test_a_shut_gate_asks_twilio_nothing(twilio: FakeTwilio, provider: TwilioProvider) -> None:
    assert provider.hand_over(SMS, before_handing=lambda: False) == Withheld()
    assert twilio.requests == []


@pytest.mark.parametrize(
    ("recipient", "text", "code", "remedy"),
    [
        ("0612345678", "x", 21211, Remedy.CONTACT_DEAD),
        ("+31612345678", "x" * 1_601, 21617, Remedy.GIVE_UP),
        ("+31612345678", "", 21619, Remedy.GIVE_UP),
    ],
)
def test_what_twilio_would_refuse_is_refused(
    twilio: FakeTwilio, provider: TwilioProvider, recipient: str, text: str, code: int, remedy: Remedy
) -> None:
    outcome = provider.hand_over(OutgoingSms(recipient, text), before_handing=yes)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.remedy) == (code, remedy)
    assert twilio.messages == []


# Those that ask to be left alone for a moment.
WAIT = {code for code, refusal in REFUSALS.items() if refusal.status == 429} - {63038}


@pytest.mark.parametrize("code", sorted((REMEDIES.keys() & REFUSALS.keys()) - WAIT))
def test_every_number_in_the_table_leads_to_its_remedy(
    twilio: FakeTwilio, provider: TwilioProvider, code: int
) -> None:
    twilio.faults.queue.append(code)
    outcome = provider.hand_over(SMS, before_handing=yes)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.remedy) == (code, REMEDIES[code])
    assert REFUSALS[code].message in outcome.reason


def test_somebody_who_sent_stop_has_opted_out_and_others_have_not(
    twilio: FakeTwilio, provider: TwilioProvider
) -> None:
    twilio.faults.always[SMS.recipient] = 21610
    outcome = provider.hand_over(SMS, before_handing=yes)
    assert isinstance(outcome, Refused)
    assert outcome.remedy is Remedy.OPTED_OUT
    assert outcome.permanent
    assert isinstance(provider.hand_over(OutgoingSms("+31687654321", "x"), before_handing=yes), Sent)


def test_a_wrong_password_stops_the_channel(twilio: FakeTwilio) -> None:
    with TwilioProvider(account_of(twilio, auth_token="wrong")) as provider:
        outcome = provider.hand_over(SMS, before_handing=yes)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.remedy) == (20003, Remedy.CHANNEL_STOPS)


def test_too_many_requests_means_nothing_was_sent_and_how_long_to_wait(
    twilio: FakeTwilio, provider: TwilioProvider
) -> None:
    twilio.faults.queue.append(20429)
    twilio.faults.retry_after = 7
    outcome = provider.hand_over(SMS, before_handing=yes)
    assert isinstance(outcome, NotHanded)
    assert outcome.retry_after == timedelta(seconds=7)
    assert outcome.is_too_fast
    assert twilio.messages == []


def test_a_full_queue_at_twilio_says_nothing_of_our_rate(
    twilio: FakeTwilio, provider: TwilioProvider
) -> None:
    twilio.faults.queue.append(21611)
    outcome = provider.hand_over(SMS, before_handing=yes)
    assert isinstance(outcome, NotHanded)
    assert not outcome.is_too_fast


@pytest.mark.parametrize(("code", "too_fast"), [(20429, True), (0, True), (99999, True), (21611, False)])
def test_429_with_a_number_that_nobody_knows_is_about_our_rate(code: int, too_fast: bool) -> None:
    assert is_too_fast(code) is too_fast


def test_a_refused_connection_means_nothing_was_sent(twilio: FakeTwilio) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with TwilioProvider(account_of(twilio, base_url=f"http://127.0.0.1:{free}")) as provider:
        assert isinstance(provider.hand_over(SMS, before_handing=yes), NotHanded)


@pytest.mark.parametrize(
    ("fault", "created"),
    [("500 after create", 1), ("cut after create", 1), ("not json after create", 1), ("cut", 0), (20500, 0)],
)
def test_errors_of_the_other_side_are_unknown_and_never_repeated_by_themselves(
    twilio: FakeTwilio, provider: TwilioProvider, fault: str | int, created: int
) -> None:
    twilio.faults.queue.append(fault)
    assert isinstance(provider.hand_over(SMS, before_handing=yes), Unknown)
    assert len(twilio.requests) == 1
    assert len(twilio.messages) == created


def test_a_time_out_is_unknown(twilio: FakeTwilio) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        TwilioProvider(
            account_of(twilio, base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", read_timeout=0.2)
        ) as provider,
    ):
        assert isinstance(provider.hand_over(SMS, before_handing=yes), Unknown)


def test_a_doubtful_message_is_found_in_the_list_by_its_token(
    twilio: FakeTwilio, provider: TwilioProvider
) -> None:
    twilio.faults.queue.append("500 after create")
    provider.hand_over(SMS, before_handing=yes)
    for number in range(120):
        twilio.create({"To": SMS.recipient, "Body": f"other {number}"})
    twilio.create({"To": "+31687654321", "Body": "/k/XYZ"})
    assert (
        provider.find(recipient=SMS.recipient, containing="/k/ABC", created_after=LONG_AGO)
        == (twilio.messages[0]["sid"])
    )
    assert provider.find(recipient=SMS.recipient, containing="/k/XYZ", created_after=LONG_AGO) is None
    assert provider.find(recipient="+31687654321", containing="/k/ABC", created_after=LONG_AGO) is None


def test_a_message_from_before_is_not_taken_for_this_one(
    twilio: FakeTwilio, provider: TwilioProvider
) -> None:
    provider.hand_over(SMS, before_handing=yes)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert provider.find(recipient=SMS.recipient, containing="/k/ABC", created_after=tomorrow) is None


def test_a_list_that_cannot_be_read_leaves_the_doubt(twilio: FakeTwilio, provider: TwilioProvider) -> None:
    twilio.faults.queue.append(20500)
    with pytest.raises(ListUnavailable):
        provider.find(recipient=SMS.recipient, containing="ABC", created_after=LONG_AGO)


def test_no_text_and_no_password_reaches_the_log(
    twilio: FakeTwilio, provider: TwilioProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        provider.hand_over(SMS, before_handing=yes)
        provider.find(recipient=SMS.recipient, containing="ABC", created_after=LONG_AGO)
    assert "/k/ABC" not in caplog.text
    assert twilio.auth_token not in caplog.text
    assert twilio.auth_token not in repr(account_of(twilio))


def test_an_unknown_field_is_refused_by_the_stand_in(twilio: FakeTwilio) -> None:
    known = {"To": "+31612345678", "From": "Voltwerk", "Body": "x"}
    assert twilio.refusal_of(known) is None
    assert twilio.refusal_of(known | {"Colour": "red"}) == 21621
    assert twilio.refusal_of(known | {"From": "A name too long"}) == 21606
    assert twilio.refusal_of(known | {"ValidityPeriod": "36001"}) == 63021
    assert twilio.refusal_of(known | {"StatusCallback": "ftp://x"}) == 21609
    assert twilio.refusal_of({"To": "+31612345678", "Body": "x"}) == 21603
