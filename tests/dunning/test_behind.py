"""A message whose furthest invoice falls out while it waits: its text would be too harsh for the others."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from core.database import db
from dunning.models import DunningStage, StageChannel
from invoices.models import Debtor, Invoice
from messaging.models import Message, MessageState
from tests.dunning.conftest import FRIDAY, Office, day
from tests.dunning.post import Post
from tests.dunning.press import Press

MONDAY = FRIDAY + timedelta(days=3)


def one_further(office: Office, **changes: Any) -> tuple[Debtor, Invoice, Invoice]:
    """Return a debtor with an invoice that got its first reminder and one that got none."""
    debtor = office.debtor(**changes)
    further = office.invoice(debtor)
    office.run_and_send(day(2026, 11, 2))
    return debtor, further, office.invoice(debtor)


def last(office: Office) -> Message:
    return office.messages()[-1]


def about(office: Office, now: datetime) -> list[int]:
    """Run, and return what invoices the new message is about."""
    return [line.invoice_id for line in office.lines(office.run(now))]


def test_a_message_does_not_leave_and_the_next_run_writes_about_the_rest(office: Office, post: Post) -> None:
    _, further, behind = one_further(office)
    office.run()
    assert last(office).event == "reminder_2"
    office.hold_off(further.id)
    db.session.commit()
    post.deliver(FRIDAY)
    assert post.words() == []
    assert (last(office).state, last(office).state_reason) == (MessageState.SUPPRESSED, "text_too_far")
    assert about(office, MONDAY) == [behind.id]
    db.session.commit()
    post.deliver(MONDAY)
    assert [message.event for message in office.messages()] == ["reminder_1", "reminder_2", "reminder_1"]
    assert len(post.words()) == 1


def test_the_message_leaves_when_what_is_left_is_as_far_as_its_text(office: Office, post: Post) -> None:
    _, _, behind = one_further(office)
    office.run()
    office.hold_off(behind.id)
    db.session.commit()
    for _ in range(2):
        post.deliver(FRIDAY)
    assert (last(office).event, last(office).state) == ("reminder_2", MessageState.SENT)
    assert len(post.words()) == 1


def test_a_letter_is_not_printed_and_the_next_run_writes_about_the_rest(
    office: Office, app: Flask, tmp_path: Path
) -> None:
    db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER_EMAIL))
    db.session.expire_all()
    home = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Utrecht"}
    _, further, behind = one_further(office, **home)
    office.run()
    office.hold_off(further.id)
    db.session.commit()
    Press(app, tmp_path).print(FRIDAY)
    assert (last(office).state, last(office).state_reason) == (MessageState.SUPPRESSED, "text_too_far")
    assert about(office, MONDAY) == [behind.id]
    assert last(office).event == "reminder_1"
