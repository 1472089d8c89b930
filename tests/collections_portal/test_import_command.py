"""`portal import`: what it says, what it refuses, and how it ends."""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from collections_portal.commands.importing import import_
from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import reading
from invoices.importing.models import BatchState, ImportBatch
from invoices.models import Debtor, Invoice
from tests import factories
from tests.faults.keeper import CONTEXT
from tests.invoices.importing.made_files import workbook
from tests.receivables import Receivables

HEADER = "Klantnummer;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
LINE = "20418;De Vlijt;2026/098;14-08-2026;13-09-2026;3.480,00"
# So many rows, read in more than one go; and so many megabytes.
SHORT, ROOM = 6_000, 3
SAID = ("--creditor", "VW", "--currency", "EUR")


@dataclass
class Terminal:
    """Somebody at a terminal of the installation."""

    folder: Path
    owner: Organisation
    environment: dict[str, str]

    def run(self, text: str | Path, *options: str) -> Result:
        """Import a file, with a creditor and a currency for all rows."""
        file = text if isinstance(text, Path) else self.folder / "file.csv"
        if isinstance(text, str):
            file.write_text(text)
        arguments = [str(file), "--organisation", self.owner.public_id, *SAID, *options]
        return CliRunner().invoke(import_, arguments, env=self.environment)

    def count(self, kind: type[Invoice] | type[Debtor]) -> int:
        """Return how many of them the organisation has."""
        with tenancy.scope(self.owner.id), reading():
            return db.session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture
def terminal(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Terminal]:
    """An installation with an organisation that has one creditor, VW."""
    environment = {
        "PORTAL_URL": "https://portal.example",
        "PORTAL_SECRET_KEYS": "9fK2pQ7xLm4Zt8Vb3Nw6Rc1Yd5Hs0Jg2",
        "PORTAL_LINK_KEYS": "7uE4rT9wXa2Qs6Df3Gh8Jk1Lz5Cv0Bn7",
        "SMTP_HOST": "localhost",
        "MAIL_FROM": "portal@portal.example",
        "DATABASE_URL": database_url,
        "PORTAL_VAR": str(tmp_path / "var"),
    }
    with app.app_context():
        with tenancy.everywhere():
            owner = factories.organisation()
            factories.creditor(owner, code="VW", name="Voltwerk")
            db.session.commit()
        db.session.expunge_all()
        yield Terminal(tmp_path, owner, environment)


def growth_of(job: Callable[[], Result]) -> float:
    """Do it in a process of its own; return by how many megabytes that grew at most, beyond what it began
    with."""
    here, there = CONTEXT.Pipe()

    def do() -> None:
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        done = job()
        there.send((done.exit_code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun))

    process = CONTEXT.Process(target=do)
    process.start()
    exit_code, kilobytes = here.recv()
    process.join()
    assert exit_code == 0
    return float(kilobytes) / 1024


def file(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def test_a_file_is_shown_and_stored(terminal: Terminal) -> None:
    done = terminal.run(file(LINE))
    assert (done.exit_code, terminal.count(Invoice), terminal.count(Debtor)) == (0, 1, 1), done.output
    assert "Factuurnummer            invoice_number     2026/098" in done.output
    assert "Dates dmy, decimals ','." in done.output
    assert "invoices: 1 new, 0 changed, 0 the same" in done.output
    assert list((terminal.folder / "var" / "imports").glob("*.upload*")) == []


def test_a_workbook_is_stored(terminal: Terminal) -> None:
    rows: list[list[object]] = [
        [*HEADER.split(";")],
        ["20418", "De Vlijt", "0098", date(2026, 8, 14), date(2026, 9, 13), 3480.5],
    ]
    done = terminal.run(workbook(terminal.folder, rows))
    assert done.exit_code == 0, done.output
    with tenancy.scope(terminal.owner.id), reading():
        invoice = db.session.scalars(select(Invoice)).one()
        assert (invoice.number, invoice.due_on, invoice.amount) == ("0098", date(2026, 9, 13), 348050)


def test_a_check_stores_nothing(terminal: Terminal) -> None:
    done = terminal.run(file(LINE), "--check-only")
    assert (done.exit_code, terminal.count(Invoice)) == (0, 0), done.output
    assert "invoices: 1 new" in done.output


def test_a_row_with_a_problem_ends_with_status_1_and_stores_nothing(terminal: Terminal) -> None:
    done = terminal.run(file(LINE, LINE.replace("2026/098", "2026/099").replace("13-09", "31-02")))
    assert (done.exit_code, terminal.count(Invoice)) == (1, 0)
    assert "row 3, Due date: This date does not exist. (31-02-2026)" in done.output
    assert "1 problems in 1 rows" in done.output
    with tenancy.scope(terminal.owner.id), reading():
        assert db.session.scalars(select(ImportBatch.state)).one() == BatchState.DISCARDED


def test_dates_that_could_be_read_in_two_ways_are_not_guessed(terminal: Terminal) -> None:
    text = file(LINE.replace("14-08", "03-04").replace("13-09", "05-06"))
    undecided = terminal.run(text)
    assert (undecided.exit_code, terminal.count(Invoice)) == (1, 0)
    assert "Choose in which order day, month and year stand in this file." in undecided.output
    assert "--date-order" in undecided.output
    assert terminal.run(text, "--date-order", "mdy").exit_code == 0


def test_the_same_file_again_asks(terminal: Terminal) -> None:
    terminal.run(file(LINE))
    asked = terminal.run(file(LINE))
    assert asked.exit_code == 1
    assert "This very file was imported before." in asked.output
    assert terminal.run(file(LINE), "--again").exit_code == 0
    assert terminal.count(Invoice) == 1


def test_invoices_that_are_there_can_be_refused(terminal: Terminal) -> None:
    terminal.run(file(LINE))
    assert terminal.run(file(LINE), "--again", "--existing", "refuse").exit_code == 1


def test_columns_can_be_matched_by_hand(terminal: Terminal) -> None:
    text = file(LINE, header=HEADER.replace("Factuurnummer", "Stuk"))
    assert "Choose a column for: Invoice number." in terminal.run(text).output
    done = terminal.run(text, "--map", "Stuk=invoice_number")
    assert (done.exit_code, terminal.count(Invoice)) == (0, 1), done.output


@pytest.mark.parametrize("mapped", ["Stuk", "Stuk=nothing_known", "No such header=invoice_number"])
def test_a_wrong_matching_is_refused(terminal: Terminal, mapped: str) -> None:
    assert terminal.run(file(LINE), "--map", mapped).exit_code != 0
    assert terminal.count(Invoice) == 0


@pytest.mark.parametrize("content", ["", "%PDF-1.7", "one column\nonly\n"])
def test_what_is_no_table_of_invoices_is_refused(terminal: Terminal, content: str) -> None:
    refused = terminal.run(content)
    assert (refused.exit_code, refused.exception.__class__) == (1, SystemExit)
    assert list((terminal.folder / "var" / "imports").glob("*.upload*")) == []


def test_an_organisation_that_is_not_there_is_refused(
    terminal: Terminal, new_name: Callable[[], str]
) -> None:
    terminal.owner.public_id = new_name()
    assert terminal.run(file(LINE)).exit_code == 1


@pytest.fixture
def new_name() -> Callable[[], str]:
    """Make a public id that nothing has."""
    return lambda: "nobodyhasit0"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_three_times_as_many_rows_take_no_more_memory(terminal: Terminal) -> None:
    def rows(first: int, end: int) -> str:
        return file(*(LINE.replace("20418", str(n // 5)).replace("/098", f"/{n}") for n in range(first, end)))

    short, long = terminal.folder / "short.csv", terminal.folder / "long.csv"
    short.write_text(rows(0, SHORT))
    long.write_text(rows(SHORT, 4 * SHORT))
    grown = growth_of(lambda: terminal.run(short)), growth_of(lambda: terminal.run(long))
    assert terminal.count(Invoice) == 4 * SHORT
    # The rows alone, kept as a list of what stands in them, would take more.
    assert grown[1] - grown[0] < ROOM, grown


def test_a_ledger_of_receivables_is_imported(terminal: Terminal, receivables: Receivables) -> None:
    done = terminal.run(receivables.path)
    assert done.exit_code == 0, done.output
    assert (terminal.count(Invoice), terminal.count(Debtor)) == (receivables.rows, receivables.customers)
    with tenancy.scope(terminal.owner.id), reading():
        named = Debtor.customer_number == receivables.customer
        assert db.session.scalars(select(Debtor).where(named)).one().name == receivables.customer
