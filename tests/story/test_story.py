"""The main job end to end, as a command: every step is verified, and one that does not hold ends it."""

import subprocess
from pathlib import Path

import pytest

from tests.backups.places import PROGRAM
from tests.receivables import Receivables


def _told(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "demo", "--story", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=400, cwd=folder, check=False)


def test_the_story_is_verified_from_file_to_reminder(tmp_path: Path) -> None:
    told = _told(folder=tmp_path)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "10. " in told.stdout
    assert told.stdout.endswith("Every step was verified.\n")


def test_a_file_the_import_refuses_ends_the_story_at_its_first_step(tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    file.write_text(
        "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount\nC-1,7,31/2/2025,1/3/2025,10.00\n"
    )

    told = _told("--invoices", str(file), folder=tmp_path)

    assert told.returncode == 1
    assert "NOT AS TOLD" in told.stderr
    assert "2. " not in told.stdout


@pytest.mark.timeout(420)
def test_the_story_holds_for_a_ledger_of_receivables(tmp_path: Path, receivables: Receivables) -> None:
    told = _told("--invoices", str(receivables.path), folder=tmp_path)

    assert told.returncode == 0, told.stdout + told.stderr
    assert f"{receivables.rows:,} invoices of {receivables.customers} debtors" in told.stdout
