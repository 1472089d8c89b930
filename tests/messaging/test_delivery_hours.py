"""When collection messages leave: within the contact hours, not in a pause, and not too many in a week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from core.law import shelf
from invoices.models import Debtor
from invoices.operations import exempt
from invoices.pauses import end_pause, pause
from invoices.queries import DebtorUnknown
from messaging.approaches import free_from
from messaging.models import Message, MessageAttempt, MessageState
from tests import factories
from tests.messaging.outbox import Outbox

FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SATURDAY_EVENING = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
UNASKED: dict[str, Any] = {"is_collection": False, "is_approach": True}
MONDAY_MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def pause_for(outbox: Outbox, debtor_id: int, ends_on: date) -> None:
    member = factories.member(outbox.organisation)
    pause(
        organisation=outbox.organisation,
        debtor_id=debtor_id,
        reason="In hospital",
        ends_on=ends_on,
        member_id=member.id,
        now=outbox.now,
    )
    db.session.commit()


def resume(outbox: Outbox, debtor_id: int) -> None:
    member = factories.member(outbox.organisation)
    end_pause(organisation=outbox.organisation, debtor_id=debtor_id, member_id=member.id, now=outbox.now)
    db.session.commit()


def debtor_of(message: Message) -> int:
    assert message.debtor_id is not None
    return message.debtor_id


def test_a_reminder_on_saturday_evening_waits_for_monday_morning_and_burns_no_attempt(outbox: Outbox) -> None:
    outbox.now = SATURDAY_EVENING
    message = outbox.write()
    assert outbox.deliver() == {"withheld": 1}
    waiting = outbox.fresh(message)
    assert (waiting.state, waiting.attempt, waiting.not_before) == (MessageState.NEW, 0, MONDAY_MORNING)
    assert db.session.scalars(select(MessageAttempt)).all() == []
    outbox.now = MONDAY_MORNING - timedelta(seconds=1)
    assert outbox.deliver() == {}
    outbox.now = MONDAY_MORNING
    assert outbox.deliver() == {"sent": 1}


EQUATED = """
[[rows]]
id = "own.equated"
rule = "holidays"
kind = "equated in another decree"
segments = ["B2C", "B2B"]
valid_from = 2026-01-01
valid_to = 2026-12-31
status = "sure"
source = "A decree"
seen = "the gazette"
dates = [2026-11-23]
"""


@pytest.fixture
def operators_monday(tmp_path: Path) -> Iterator[None]:
    """Let the operator have made a holiday of the Monday."""
    (tmp_path / "nl.toml").write_text(EQUATED)
    shelf.use(tmp_path)
    yield
    shelf.use(None)


def test_a_day_that_the_operator_added_is_kept_to(outbox: Outbox, operators_monday: None) -> None:
    outbox.now = SATURDAY_EVENING
    message = outbox.write()
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.fresh(message).not_before == MONDAY_MORNING + timedelta(days=1)


def test_a_reminder_leaves_until_the_second_before_the_hours_end(outbox: Outbox) -> None:
    outbox.now = SATURDAY_EVENING - timedelta(seconds=1)
    outbox.write()
    assert outbox.deliver() == {"sent": 1}


def test_an_sms_keeps_to_the_same_hours(outbox: Outbox) -> None:
    outbox.now = SATURDAY_EVENING
    outbox.write(outbox.debtor(sms="+31612345678"))
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.twilio.requests == []


def test_what_answers_a_debtors_own_request_leaves_at_any_hour(outbox: Outbox) -> None:
    outbox.now = SATURDAY_EVENING
    outbox.write(event="invoice_link", is_collection=False)
    assert outbox.deliver() == {"sent": 1}


def test_a_link_that_nobody_asked_for_waits_for_the_hours_and_still_shows_exempt_invoices(
    outbox: Outbox,
) -> None:
    outbox.now = SATURDAY_EVENING
    debtor, contact = outbox.debtor()
    invoice = outbox.invoice(debtor)
    exempt(
        organisation_id=invoice.organisation_id,
        invoice_id=invoice.id,
        asked_by="action:7",
        reason="complaint",
        now=outbox.now,
    )
    message = outbox.write((debtor, contact), about=[invoice], event="invoice_link", **UNASKED)
    assert outbox.deliver() == {"withheld": 1}
    waiting = outbox.fresh(message)
    assert (waiting.state, waiting.not_before) == (MessageState.NEW, MONDAY_MORNING)
    outbox.now = MONDAY_MORNING
    pause_for(outbox, debtor.id, date(2026, 12, 1))
    assert outbox.deliver() == {"sent": 1}


def test_a_link_that_nobody_asked_for_counts_in_the_week_and_waits_for_room_in_it(outbox: Outbox) -> None:
    outbox.organisation.collection_messages_a_week = 1
    to = outbox.debtor()
    first = outbox.write(to, dedupe_key="link", event="invoice_link", **UNASKED)
    assert outbox.deliver() == {"sent": 1}
    late = [
        outbox.write(to, dedupe_key="reminder"),
        outbox.write(to, dedupe_key="another", event="invoice_link", **UNASKED),
    ]
    assert outbox.deliver() == {"withheld": 2}
    assert [outbox.fresh(one).not_before for one in late] == [FRIDAY + timedelta(days=7)] * 2
    assert free_from(
        organisation=outbox.organisation, debtor_id=debtor_of(first), country="", now=outbox.now
    ) == FRIDAY + timedelta(days=7)


def test_the_hours_are_those_of_the_debtors_country(outbox: Outbox) -> None:
    outbox.now = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
    outbox.write(outbox.debtor(country="NO"))
    dutch = outbox.write(outbox.debtor(country=""))
    assert outbox.deliver() == {"sent": 1, "withheld": 1}
    assert outbox.fresh(dutch).state is MessageState.NEW


def test_a_pause_that_came_after_the_message_was_queued_keeps_it_back(outbox: Outbox) -> None:
    message = outbox.write()
    pause_for(outbox, debtor_of(message), date(2026, 11, 21))
    assert outbox.deliver() == {"withheld": 1}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.SUPPRESSED, "paused")
    assert outbox.sink.received == []


def test_a_pause_ends_by_itself_on_its_day(outbox: Outbox) -> None:
    debtor, contact = outbox.debtor()
    pause_for(outbox, debtor.id, date(2026, 11, 21))
    outbox.now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    outbox.write((debtor, contact), event="invoice_link", is_collection=False)
    assert outbox.deliver() == {"sent": 1}
    outbox.now = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    outbox.write((debtor, contact), dedupe_key="after")
    assert outbox.deliver() == {"sent": 1}


def test_a_pause_somebody_ended_holds_nothing_back(outbox: Outbox) -> None:
    message = outbox.write()
    pause_for(outbox, debtor_of(message), date(2026, 12, 1))
    resume(outbox, debtor_of(message))
    assert outbox.deliver() == {"sent": 1}


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_collection_messages_leave_in_seven_days_than_the_organisation_allows(
    outbox: Outbox, most: int
) -> None:
    outbox.organisation.collection_messages_a_week = most
    to = outbox.debtor()
    invoice = outbox.invoice(to[0])
    for number in range(most):
        outbox.write(to, about=[invoice], dedupe_key=f"before-{number}")
    assert outbox.deliver() == {"sent": most}
    late = outbox.write(to, about=[invoice], dedupe_key="one too many")
    assert outbox.deliver() == {"withheld": 1}
    assert outbox.fresh(late).not_before == FRIDAY + timedelta(days=7)
    outbox.now = FRIDAY + timedelta(days=7)
    assert outbox.deliver() == {"sent": 1}


def test_what_another_debtor_got_and_what_was_no_approach_do_not_count(outbox: Outbox) -> None:
    outbox.organisation.collection_messages_a_week = 1
    to = outbox.debtor()
    outbox.write()
    outbox.write(to, dedupe_key="answer", event="invoice_link", is_collection=False)
    outbox.write(to, dedupe_key="reminder")
    assert outbox.deliver() == {"sent": 3}


def test_a_debtor_of_another_organisation_cannot_be_paused(outbox: Outbox) -> None:
    other = factories.organisation(name="Elsewhere")
    stranger: Debtor = factories.debtor(other)
    with pytest.raises(DebtorUnknown):
        pause_for(outbox, stranger.id, date(2026, 12, 1))
