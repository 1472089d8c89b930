"""Letters after a restore: none is printed or counts as posted before somebody decided and released."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import tenancy
from core.database import db
from core.organisations.models import Restore
from core.organisations.restores import NotReleased
from core.transaction import writing
from dunning import operations, restoring
from dunning.models import DunningStage, StageChannel
from messaging import posting, printing, restored
from messaging.letter_batches import letters_of
from messaging.letter_models import LetterBatchState
from messaging.models import Message, MessageState
from messaging.restored_models import Decision
from tests import factories
from tests.dunning.conftest import FRIDAY, Office
from tests.dunning.press import Press

BACKUP_AT = FRIDAY - timedelta(hours=3)
NEW, HANDING, SENT = MessageState.NEW, MessageState.HANDING, MessageState.SENT


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path)


@pytest.fixture
def printing_office(office: Office) -> Office:
    """An office that has three debtors and writes letters."""
    db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
    for _ in range(3):
        office.invoice(
            office.debtor(with_email=False, street="Dorpsstraat 12", postcode="1234 AB", city="Utrecht")
        )
    return office


def restore(office: Office) -> int:
    """Let the office stand still; return how many messages may have left since the backup."""
    listed = restoring.stand_still(organisation_id=office.organisation.id, backup_at=BACKUP_AT, now=FRIDAY)
    db.session.commit()
    return listed


def decide(office: Office, decision: Decision, *letters: Message) -> None:
    """Decide about these letters, or about all."""
    restored.decide(
        restore=db.session.scalars(select(Restore)).one(),
        decision=decision,
        public_ids=[letter.public_id for letter in letters] or None,
        member_id=office.agent.id,
        now=FRIDAY,
    )
    db.session.commit()


def release(office: Office) -> None:
    """Let the office go on."""
    restoring.release(
        organisation_id=office.organisation.id,
        ends_links=False,
        stops_plans=False,
        member_id=office.agent.id,
        now=FRIDAY,
    )
    db.session.commit()


def post_letters(office: Office, press: Press) -> None:
    """Say that the letters were posted."""
    batch = press.batch()
    posting.mark_posted(
        batch=batch,
        edition=batch.edition,
        posted_on=FRIDAY.date(),
        member_id=office.agent.id,
        now=FRIDAY,
    )
    db.session.commit()


def states(office: Office) -> list[MessageState]:
    """Return how the letters are, oldest first."""
    return [letter.state for letter in office.messages()]


def numbers(press: Press) -> list[tuple[int, int]]:
    """Return number and id of each letter, as the batch's page lists them."""
    return [(row.number, row.message.id) for row in letters_of(batch=press.batch())[0]]


def being_made(press: Press) -> None:
    """Let the PDF be one that a worker was making at the backup."""
    batch = press.batch()
    batch.state, batch.leased_until = LetterBatchState.MAKING, FRIDAY + timedelta(minutes=15)
    batch.sha256, batch.dated_on = "", None
    db.session.commit()


def test_letters_that_waited_are_printed_once_and_only_after_the_release(
    printing_office: Office, press: Press
) -> None:
    printing_office.run()
    assert restore(printing_office) == 3
    assert press.print(FRIDAY) == 0
    assert states(printing_office) == [NEW] * 3
    left, aside, send = printing_office.messages()
    decide(printing_office, Decision.HAS_LEFT, left)
    decide(printing_office, Decision.SET_ASIDE, aside)
    decide(printing_office, Decision.SEND, send)
    assert press.print(FRIDAY) == 0
    release(printing_office)
    assert press.print(FRIDAY) == 1
    assert states(printing_office) == [SENT, MessageState.SUPPRESSED, HANDING]
    assert press.batch().letters == 1
    # Who counts as sent and is not in this PDF has no number in it.
    assert numbers(press) == [(1, send.id), (0, left.id), (0, aside.id)]
    assert "1 · 1/1" in press.pages()[0]


def test_letters_of_a_pdf_that_was_being_made_are_decided_about(
    printing_office: Office, press: Press
) -> None:
    printing_office.run()
    press.print(FRIDAY)
    being_made(press)
    assert restore(printing_office) == 3
    assert states(printing_office) == [NEW] * 3
    assert press.batch().state is LetterBatchState.WAITING
    assert press.print(FRIDAY + timedelta(hours=1)) == 0
    decide(printing_office, Decision.SEND)
    release(printing_office)
    assert press.print(FRIDAY) == 1
    assert states(printing_office) == [HANDING] * 3


def test_letters_of_a_run_that_was_being_carried_out_are_printed_after_the_release(
    printing_office: Office, press: Press
) -> None:
    run = printing_office.propose()
    operations.confirm(
        organisation=printing_office.organisation,
        run=run,
        member_id=printing_office.agent.id,
        now=FRIDAY,
        at_most=1,
    )
    assert press.batch().state is LetterBatchState.FILLING
    assert restore(printing_office) == 1
    decide(printing_office, Decision.SEND)
    release(printing_office)
    assert press.print(FRIDAY) == 1
    assert (press.batch().state, press.batch().letters) == (LetterBatchState.MADE, 1)
    assert states(printing_office) == [HANDING]


def test_printed_letters_stay_with_their_agent_until_the_release(
    printing_office: Office, press: Press
) -> None:
    printing_office.run()
    press.print(FRIDAY)
    assert restore(printing_office) == 0
    with pytest.raises(NotReleased):
        post_letters(printing_office, press)
    assert states(printing_office) == [HANDING] * 3
    release(printing_office)
    post_letters(printing_office, press)
    assert states(printing_office) == [SENT] * 3


def test_letters_that_were_not_posted_are_decided_about_when_they_wait_again(
    printing_office: Office, press: Press
) -> None:
    printing_office.run()
    press.print(FRIDAY)
    restore(printing_office)
    batch = press.batch()
    posting.make_again(
        batch=batch, edition=1, shelf=press.shelf, member_id=printing_office.agent.id, now=FRIDAY
    )
    db.session.commit()
    assert press.print(FRIDAY) == 0
    with pytest.raises(restoring.NotAllDecided, match="Left: 3"):
        release(printing_office)


def test_a_worker_of_before_prints_nothing_more(printing_office: Office, press: Press) -> None:
    printing_office.run()
    with tenancy.everywhere(), writing():
        turn = printing._next_turn(FRIDAY)
    assert turn is not None
    restore(printing_office)
    printing._make(turn, press.shelf, lambda _messages: {}, lambda: FRIDAY)
    assert states(printing_office) == [NEW] * 3
    assert press.batch().state is LetterBatchState.WAITING
    assert list(press.folder.rglob("*.pdf")) == []


def test_another_organisation_s_letters_are_printed_meanwhile(printing_office: Office, press: Press) -> None:
    printing_office.run()
    db.session.commit()
    elsewhere = factories.organisation(name="Elsewhere")
    with tenancy.scope(elsewhere.id):
        restoring.stand_still(organisation_id=elsewhere.id, backup_at=BACKUP_AT, now=FRIDAY)
        db.session.commit()
    assert press.print(FRIDAY) == 1
    assert states(printing_office) == [HANDING] * 3
