"""Reports of an attempt: in any order, again and again, before our own commit, after a worker's death."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from core import tenancy
from core.database import db
from core.transaction import writing
from invoices.models import ContactPoint, ContactState
from messaging import claims, reports
from messaging.callbacks import AttemptUnknown, name_of, read
from messaging.claims import Claim
from messaging.models import Message, MessageAttempt, MessageState
from messaging.providers.outcomes import Outcome, Sent, Unknown
from messaging.reports import Reported
from messaging.settlement import Attempt, settle
from messaging.sms_models import ProviderEvent, Report
from tests.factories import NOW
from tests.faults.suite import ORDERS
from tests.messaging.outbox import Outbox

NUMBER = "+31612345678"
SID = "SM" + "0" * 32
LIFE = (Report.QUEUED, Report.SENDING, Report.SENT, Report.UNDELIVERED, Report.FAILED, Report.DELIVERED)
KEYS = ("k" * 32, "newest" * 6)


def handed(outbox: Outbox, *, worker: str = "worker") -> tuple[Message, Claim]:
    """Return an SMS that a worker holds and has begun to hand over."""
    message = outbox.write(outbox.debtor(sms=NUMBER))
    claim = claim_of(message, worker)
    begin_again(message, claim)
    return message, claim


def claim_of(message: Message, worker: str) -> Claim:
    return Claim(
        id=message.id,
        organisation_id=message.organisation_id,
        event=message.event,
        channel=message.channel,
        recipient=message.recipient,
        is_collection=message.is_collection,
        attempt=1,
        created_at=message.created_at,
        expires_at=message.expires_at,
        owner=worker,
    )


def begin_again(message: Message, claim: Claim) -> None:
    """Put the message back to the moment at which its worker hands it over."""
    with tenancy.everywhere(), writing():
        for table in (ProviderEvent, MessageAttempt):
            db.session.execute(delete(table).where(table.message_id == message.id))
        db.session.execute(update(ContactPoint).values(state=ContactState.USABLE, state_reason=""))
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(
                state=MessageState.HANDING,
                state_reason="",
                attempt=1,
                claimed_by=claim.owner,
                leased_until=NOW + claims.LEASE,
                handed_at=NOW,
                sent_at=None,
                delivered_at=None,
                provider_id=None,
                not_before=NOW,
            )
        )


def tell(
    outbox: Outbox,
    message: Message,
    status: Report,
    code: int | None = None,
    *,
    attempt: int = 1,
    sid: str = SID,
) -> bool:
    """Let the provider report."""
    with tenancy.everywhere(), writing():
        found = reports.message_named(public_id=message.public_id)
        reported = Reported(sid, status, code)
        return reports.take_report(message=found, attempt=attempt, reported=reported, now=outbox.now)


def answer(outbox: Outbox, claim: Claim, outcome: Outcome) -> None:
    """Let the worker learn what the provider answered."""
    with tenancy.scope(claim.organisation_id):
        settle(Attempt(claim, NOW), outcome, outbox.now)


def ending(outbox: Outbox, message: Message) -> tuple[object, ...]:
    kept = outbox.fresh(message)
    contact = db.session.get_one(ContactPoint, message.contact_point_id, populate_existing=True)
    attempts = outbox.attempts(message)
    db.session.rollback()
    return kept.state, kept.state_reason, kept.provider_id, contact.state, contact.state_reason, attempts


@pytest.mark.parametrize("code", [30005, 30008, 30007, 30002])
def test_any_order_and_repetition_of_reports_has_the_same_end(outbox: Outbox, code: int) -> None:
    message, claim = handed(outbox)
    known: dict[frozenset[object], tuple[object, ...]] = {}

    @settings(
        max_examples=ORDERS.here,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(st.sampled_from((*LIFE, "answer")), min_size=1, max_size=12))
    def runs(happenings: Sequence[Report | str]) -> None:
        begin_again(message, claim)
        seen_delivered = False
        for one in happenings:
            if isinstance(one, Report):
                tell(outbox, message, one, code if one in reports.DEAD else None)
            else:
                answer(outbox, claim, Sent(SID))
            seen_delivered |= one is Report.DELIVERED
            state = db.session.scalar(select(Message.state).where(Message.id == message.id))
            db.session.rollback()
            assert (state is MessageState.DELIVERED) == seen_delivered, "Never back from delivered."
        # The worker's answer says no more than that the provider took it, as each report does.
        told = frozenset(happenings) - {"answer"}
        if told:
            ended = ending(outbox, message)
            assert ended == known.setdefault(told, ended)

    runs()
    assert len(known) >= 20


@pytest.mark.parametrize("status", [Report.QUEUED, Report.SENT, Report.DELIVERED])
def test_a_report_before_our_own_commit_settles_the_attempt(outbox: Outbox, status: Report) -> None:
    message, claim = handed(outbox)
    assert tell(outbox, message, status)
    before = ending(outbox, message)
    for outcome in (Sent(SID), Unknown("time-out")):
        answer(outbox, claim, outcome)
        assert ending(outbox, message) == before
    outbox.pass_by(days=3)
    assert outbox.deliver() == {}
    assert outbox.twilio.requests == []


@pytest.mark.parametrize("status", [Report.QUEUED, Report.SENT, Report.DELIVERED])
def test_fifty_attempts_whose_workers_died_are_settled_and_not_sent_again(
    outbox: Outbox, status: Report
) -> None:
    messages = []
    for number in range(50):
        message = outbox.write(outbox.debtor(sms=f"+316123456{number:02}"))
        begin_again(message, claim_of(message, "dead"))
        messages.append(message)
    outbox.pass_by(minutes=2)
    assert outbox.deliver() == {}
    assert {outbox.fresh(message).state for message in messages} == {MessageState.UNKNOWN}
    for number, message in enumerate(messages):
        tell(outbox, message, status, sid=f"SM{number}")
    settled = MessageState.DELIVERED if status is Report.DELIVERED else MessageState.SENT
    assert {outbox.fresh(message).state for message in messages} == {settled}
    assert outbox.attempts(messages[0]) == [(1, settled.value, "")]
    outbox.pass_by(days=3)
    assert outbox.deliver() == {}
    assert outbox.twilio.requests == []


def test_a_telephone_out_of_reach_is_tried_three_times_more_within_72_hours(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    kept = message
    for attempt in (1, 2, 3, 4):
        assert outbox.deliver() == {"sent": 1}
        created = outbox.twilio.messages[-1]
        tell(outbox, message, Report.UNDELIVERED, 30003, attempt=attempt, sid=created["sid"])
        kept = outbox.fresh(message)
        assert kept.not_before <= message.created_at + timedelta(hours=72)
        outbox.now = max(outbox.now, kept.not_before)
    assert (kept.state, kept.state_reason) == (MessageState.BOUNCED, "retry 30003")
    outbox.pass_by(days=2)
    assert outbox.deliver() == {}
    assert len(outbox.twilio.messages) == 4


def test_a_late_delivery_of_the_attempt_before_ends_the_next_one(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    outbox.deliver()
    tell(outbox, message, Report.UNDELIVERED, 30003)
    assert outbox.fresh(message).state is MessageState.NEW
    assert tell(outbox, message, Report.DELIVERED)
    outbox.pass_by(days=2)
    assert outbox.deliver() == {}
    assert outbox.fresh(message).state is MessageState.DELIVERED
    assert len(outbox.twilio.messages) == 1


def test_the_end_of_an_old_attempt_says_nothing_of_the_new_one(outbox: Outbox) -> None:
    message = outbox.write(outbox.debtor(sms=NUMBER))
    outbox.deliver()
    tell(outbox, message, Report.UNDELIVERED, 30003)
    outbox.pass_by(hours=2)
    assert outbox.deliver() == {"sent": 1}
    assert not tell(outbox, message, Report.FAILED, 30005, sid="SM1")
    assert outbox.fresh(message).state is MessageState.SENT


def test_an_attempt_that_was_never_made_is_not_settled(outbox: Outbox) -> None:
    message, _claim = handed(outbox)
    with pytest.raises(AttemptUnknown):
        tell(outbox, message, Report.DELIVERED, attempt=2)
    assert outbox.fresh(message).state is MessageState.HANDING


def test_a_name_is_read_with_each_of_the_keys_and_with_no_other() -> None:
    name = name_of(public_id="abcdef123456", attempt=3, keys=KEYS[:1])
    assert read(name, keys=KEYS) == ("abcdef123456", 3)
    with pytest.raises(AttemptUnknown):
        read(name, keys=KEYS[1:])


def test_no_changed_letter_of_a_name_is_taken() -> None:
    name = name_of(public_id="abcdef123456", attempt=3, keys=KEYS)
    for position, letter in enumerate(name):
        for other in "0a-٣\n":
            if other != letter:
                with pytest.raises(AttemptUnknown):
                    read(name[:position] + other + name[position + 1 :], keys=KEYS)
