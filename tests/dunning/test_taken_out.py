"""Letters that were taken out of the printed pile: they never left, whatever became of the others."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.audit import AuditEvent
from core.database import db
from dunning.models import DunningStage, StageChannel
from dunning.policies import StageWish
from invoices.models import Debtor, Invoice
from messaging import posting
from messaging.letter_batches import taken_out_of
from messaging.letter_models import LetterBatchState
from messaging.models import Message, MessageAttempt, MessageState
from messaging.pile import LettersNotInPile, NumbersUnreadable
from tests.dunning.charging import COSTS, MAIL, charges, follow, owing
from tests.dunning.conftest import FRIDAY, Office, day, days
from tests.dunning.press import Press

HOME: dict[str, Any] = {
    "street": "Dorpsstraat",
    "house_number": "12",
    "postcode": "1234 AB",
    "city": "Utrecht",
}


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path / "shelf")


@pytest.fixture
def printing(office: Office) -> Office:
    """An office whose reminders are letters."""
    db.session.execute(
        update(DunningStage)
        .where(DunningStage.policy_id == office.policy.id)
        .values(channel=StageChannel.LETTER)
    )
    db.session.expire_all()
    return office


def at_home(office: Office) -> tuple[Debtor, Invoice]:
    debtor = office.debtor(**HOME)
    return debtor, office.invoice(debtor)


def post(
    office: Office, press: Press, taken_out: str, on: date = FRIDAY.date(), now: datetime = FRIDAY
) -> frozenset[int]:
    batch = press.batch()
    return posting.mark_posted(
        batch=batch,
        edition=batch.edition,
        posted_on=on,
        taken_out=taken_out,
        member_id=office.agent.id,
        now=now,
    )


def message_to(debtor: Debtor) -> Message:
    found = select(Message).where(Message.debtor_id == debtor.id).order_by(Message.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))[-1]


def test_a_letter_taken_out_never_left_and_the_others_did(printing: Office, press: Press) -> None:
    debtors = [at_home(printing)[0] for _ in range(3)]
    printing.run()
    press.print(FRIDAY)
    assert post(printing, press, "2") == {2}
    anna, bram, carla = (message_to(one) for one in debtors)
    assert (anna.state, carla.state) == (MessageState.SENT, MessageState.SENT)
    assert (bram.state, bram.state_reason) == (MessageState.SUPPRESSED, "taken_out")
    assert (bram.letter_number, bram.handed_at, bram.sent_at, bram.claimed_by) == (2, None, None, None)
    tries = select(MessageAttempt.outcome).order_by(MessageAttempt.message_id)
    assert list(db.session.scalars(tries)) == ["sent", "taken_out", "sent"]
    assert press.batch().state is LetterBatchState.POSTED
    assert taken_out_of(batch=press.batch()) == [2]
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "letters.taken_out")).one()
    assert (told.member_id, told.details["numbers"]) == (printing.agent.id, "2")


def test_the_next_run_writes_what_was_taken_out_anew(printing: Office, press: Press) -> None:
    (sanne, _), (bram, invoice) = at_home(printing), at_home(printing)
    printing.run()
    press.print(FRIDAY)
    post(printing, press, "2")
    monday = FRIDAY + days(3)
    (line,) = printing.lines(printing.run(monday))
    assert (line.invoice_id, line.stage_position) == (invoice.id, 1)
    assert message_to(bram).state is MessageState.NEW
    assert message_to(sanne).state is MessageState.SENT


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(("taken_out", "asked"), [("", 1), ("1", 0)])
def test_no_costs_follow_a_term_from_a_letter_that_nobody_got(
    office: Office, press: Press, taken_out: str, asked: int
) -> None:
    follow(
        office,
        StageWish(1, StageChannel.LETTER, "formal_notice"),
        StageWish(18, MAIL, "reminder_3", 0, COSTS),
    )
    (owed,) = owing(office, 100000, whom=office.debtor(**HOME))
    owing(office, 100000, whom=office.debtor(**HOME))
    monday = day(2026, 11, 23)
    office.run(monday)
    press.print(monday)
    post(office, press, taken_out, monday.date(), monday)
    later = day(2026, 12, 10)
    office.run(later)
    office.end_messages(MessageState.SENT, later)
    assert len(charges(owed)) == asked


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("3", LettersNotInPile),
        ("0", LettersNotInPile),
        ("1, x", NumbersUnreadable),
        ("1-2", posting.NothingPosted),
    ],
)
def test_wrong_numbers_are_refused_and_nothing_is_half_done(
    printing: Office, press: Press, typed: str, refusal: type[Exception]
) -> None:
    debtors = [at_home(printing)[0] for _ in range(2)]
    printing.run()
    press.print(FRIDAY)
    with pytest.raises(refusal):
        post(printing, press, typed)
    assert [message_to(one).state for one in debtors] == [MessageState.HANDING] * 2
    assert press.batch().state is LetterBatchState.MADE
    assert db.session.scalars(select(MessageAttempt.id)).all() == []


def test_a_letter_that_was_set_aside_before_cannot_be_taken_out(printing: Office, press: Press) -> None:
    debtors = [at_home(printing)[0] for _ in range(2)]
    printing.run()
    press.print(FRIDAY)
    db.session.execute(
        update(Message)
        .where(Message.debtor_id == debtors[0].id)
        .values(state=MessageState.SUPPRESSED, state_reason="set_aside", handed_at=None, claimed_by=None)
    )
    with pytest.raises(LettersNotInPile):
        post(printing, press, "1")
    post(printing, press, "")
    assert taken_out_of(batch=press.batch()) == []


def test_a_term_that_would_be_too_short_is_no_matter_for_a_letter_taken_out(
    printing: Office, press: Press
) -> None:
    (sanne, _), (bram, _) = at_home(printing), at_home(printing)
    printing.run()
    press.print(FRIDAY)
    db.session.execute(update(Message).where(Message.debtor_id == bram.id).values(event="formal_notice"))
    saturday = FRIDAY + days(1)
    with pytest.raises(posting.TermWouldBeTooShort):
        post(printing, press, "1", saturday.date(), saturday)
    post(printing, press, "2", saturday.date(), saturday)
    assert message_to(sanne).state is MessageState.SENT
