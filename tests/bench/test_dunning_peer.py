"""The dunning run beside Tryton's: ours reminds of every line, and without Tryton nothing is overwritten."""

import re
import sys
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench import dunning_peer, page
from bench.peers import tryton
from bench.results import LeftOut
from tests import machine


@pytest.fixture
def no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where nothing can be installed, and Tryton is not there yet."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(tryton, "FOLDER", tmp_path / "tryton")


def test_every_package_of_the_peer_has_its_exact_version() -> None:
    lines = [line for line in tryton.PINS.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", line)] == []
    assert f"trytond-account-dunning=={tryton.version()}" in lines


@pytest.mark.usefixtures("no_index")
def test_a_peer_that_cannot_be_installed_is_left_out_each_time() -> None:
    for _ in range(2):
        with pytest.raises(LeftOut, match=r"Tryton could not be installed .*argon2-cffi"):
            tryton.environment()


def test_what_is_left_out_says_so_in_a_line_and_keeps_its_part_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leave_out(_rows: int | None) -> None:
        raise LeftOut("there is no peer here.")

    file = tmp_path / "performance.md"
    file.write_text("as it was")
    monkeypatch.setattr(page, "FILE", file)
    monkeypatch.setattr(dunning_peer, "run", leave_out)
    monkeypatch.setattr(sys, "argv", ["bench", "dunning_peer"])
    runner.main()
    assert capsys.readouterr().out == (
        "dunning_peer is left out, and its part of the page stays as it was: there is no peer here.\n"
    )
    assert file.read_text() == "as it was"


def test_our_turn_queues_a_message_for_each_debtor() -> None:
    machine.need("postgres")
    turn = dunning_peer.ours(30, each=2)
    assert turn.lines == 30
    assert turn.seconds > 0
