"""The worker at its PDFs: it keeps its turn however long it takes, and the numbers are those on paper."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from collections_portal.carriers import link_writer
from core import tenancy
from core.database import db
from core.transaction import writing
from dunning.models import DunningStage, StageChannel
from messaging import printing, typesetting
from messaging.letter_models import LetterBatchState
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
        address_of_link=link_writer(press.app.config["PORTAL"], lambda: FRIDAY),
        clock=lambda: slow["now"],
    )
    assert slow["turns"] == [None] * 3
    batch = press.batch()
    assert (done, batch.state, batch.letters, batch.edition) == (1, LetterBatchState.MADE, 3, 1)
