"""The worker at its PDFs: it keeps its turn however long it takes, and the numbers are those on paper."""

import subprocess
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from collections_portal.carriers import link_writer
from collections_portal.work import Bell
from core import tenancy
from core.database import db
from core.transaction import writing
from dunning.models import DunningStage, StageChannel
from messaging import letter_batches, printing, typesetting
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.models import MessageState
from tests.dunning.conftest import FRIDAY, Office
from tests.dunning.press import Press


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path)


@pytest.fixture
def run(office: Office) -> Office:
    """An office that approved a run of three letters."""
    db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
    for _ in range(3):
        office.invoice(
            office.debtor(with_email=False, street="Dorpsstraat 12", postcode="1234 AB", city="Utrecht")
        )
    office.run()
    db.session.commit()
    return office


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A typesetter that takes ten minutes for each letter, while another worker looks for a turn."""
    seen: dict[str, Any] = {"now": FRIDAY, "turns": []}
    quick = subprocess.run

    def at_length(*command: Any, **options: Any) -> Any:
        seen["now"] += timedelta(minutes=10)
        with tenancy.everywhere(), writing():
            seen["turns"].append(printing._next_turn(seen["now"]))
        return quick(*command, **options)

    monkeypatch.setattr(typesetting, "TOGETHER", 1)
    monkeypatch.setattr(subprocess, "run", at_length)
    return seen


def test_a_worker_keeps_its_turn_while_the_typesetter_works(
    run: Office, press: Press, slow: dict[str, Any]
) -> None:
    done = printing.print_due(
        shelf=press.shelf,
        links_of=link_writer(press.app.config["PORTAL"], lambda: FRIDAY),
        clock=lambda: slow["now"],
    )
    assert slow["turns"] == [None] * 3
    batch = press.batch()
    assert (done, batch.state, batch.letters, batch.edition) == (1, LetterBatchState.MADE, 3, 1)


def test_a_letter_that_comes_to_another_end_leaves_the_numbers_of_the_others_as_they_are_on_paper(
    run: Office, press: Press
) -> None:
    press.print(FRIDAY)
    first, second, third = run.messages()
    first.state, first.sent_at = MessageState.BOUNCED, FRIDAY
    second.state = MessageState.EXPIRED
    db.session.commit()
    rows, _ = letter_batches.letters_of(batch=press.batch())
    assert [(row.number, row.message.id) for row in rows] == [(1, first.id), (2, second.id), (3, third.id)]
    assert "3 · 1/1" in press.pages()[4]


def in_two_batches(office: Office) -> None:
    """Put the last letter of the run into a batch of its own."""
    owner = office.organisation.id
    other = letter_batches.batch_for(organisation_id=owner, about="message:1", now=FRIDAY)
    office.messages()[-1].letter_batch_id = other.id
    letter_batches.close(organisation_id=owner, about="message:1")
    db.session.commit()


def test_one_thread_prints_and_the_others_are_left_for_who_waits_for_a_link(
    run: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_two_batches(run)
    began, go_on, pieces = threading.Event(), threading.Event(), []
    quick = subprocess.run

    def when_told(*command: Any, **options: Any) -> Any:
        pieces.append(threading.current_thread())
        began.set()
        go_on.wait(timeout=5)
        return quick(*command, **options)

    monkeypatch.setattr(subprocess, "run", when_told)
    bell = Bell(app)
    printer, other = (threading.Thread(target=bell.letters.call_local) for _ in range(2))
    printer.start()
    assert began.wait(timeout=20)
    other.start()
    other.join(timeout=20)
    assert pieces == [printer]
    go_on.set()
    printer.join(timeout=60)
    assert pieces == [printer] * 2
    made = db.session.scalars(select(LetterBatch.state).execution_options(populate_existing=True)).all()
    assert made == [LetterBatchState.MADE] * 2
