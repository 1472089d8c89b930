"""No room left on the disk, at each thing that is written: a clear sentence, nothing half, nothing lost."""

import errno
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import db
from core.disk import DiskFull, room
from core.organisations.models import Organisation
from core.transaction import DatabaseBusy, DatabaseFull, reading, writing
from dunning.models import DunningStage, StageChannel
from invoices.importing.models import BatchState, ImportBatch
from invoices.importing.shelf import shelf_in
from invoices.models import Invoice
from messaging.letter_models import LetterBatchState
from messaging.letter_shelf import letter_shelf_in
from messaging.models import MessageState
from tests import factories
from tests.backups.conftest import elsewhere, here
from tests.backups.places import Place
from tests.desk.files import VLIJT, batch_of, check, choose, lines, number_of, on_the_shelf, work
from tests.dunning.conftest import FRIDAY, Office, office
from tests.dunning.press import Press
from tests.full_disk import Disk, small_disk
from tests.invoices.importing.made_files import workbook
from tests.people import Person

__all__ = ["elsewhere", "here", "office"]

SENTENCE = "There is no room left on our server, so nothing was stored."


@pytest.fixture
def shelf_disk(tmp_path: Path) -> Iterator[Disk]:
    """The files to import lie on a small disk."""
    with small_disk(tmp_path / "imports") as disk:
        yield disk


@pytest.fixture
def letter_disk(tmp_path: Path) -> Iterator[Disk]:
    """The PDFs of letters lie on a small disk."""
    with small_disk(tmp_path / "letters") as disk:
        yield disk


@pytest.fixture
def creditor(app: Flask, agent: Person) -> None:
    """The agent's organisation has one creditor."""
    with app.app_context():
        factories.creditor(agent.organisation, code="VW", name="Voltwerk")
        db.session.commit()


def test_what_the_system_says_where_there_is_no_room_has_a_name() -> None:
    with pytest.raises(DiskFull), room(), Path("/dev/full").open("wb") as full:
        full.write(b"x")
    for other in (errno.EACCES, errno.EIO):
        with pytest.raises(OSError, match="else"), room():
            raise OSError(other, "something else")


@pytest.mark.usefixtures("creditor")
def test_an_upload_without_room_is_said_and_leaves_nothing(
    app: Flask, agent: Person, shelf_disk: Disk
) -> None:
    large = lines(*[VLIJT] * 4_000)
    shelf_disk.fill(but=40_000)
    page = choose(agent, large, status=422)
    assert SENTENCE in page.words
    assert (number_of(agent, ImportBatch), shelf_disk.files()) == (0, [])
    shelf_disk.free()
    assert "4000 rows" in choose(agent, large).words.replace(",", "")


@pytest.mark.usefixtures("creditor")
def test_a_workbook_whose_rows_have_no_room_is_said_and_leaves_nothing(
    agent: Person, shelf_disk: Disk, tmp_path: Path
) -> None:
    rows = [line.split(";") for line in lines(*[VLIJT] * 3_000).splitlines()]
    content = workbook(tmp_path, rows).read_bytes()
    shelf_disk.fill(but=len(content) + 50_000)
    page = choose(agent, content, name="open.xlsx", status=422)
    assert SENTENCE in page.words
    assert (number_of(agent, ImportBatch), shelf_disk.files()) == (0, [])


@pytest.mark.usefixtures("creditor")
def test_an_import_without_room_is_said_on_its_page_and_succeeds_when_there_is_some(
    app: Flask, agent: Person, shelf_disk: Disk
) -> None:
    page = check(choose(agent, lines(VLIJT))).submit(button="Import")
    shelf_disk.fill()
    work(app)
    assert (batch_of(agent).state, number_of(agent, Invoice)) == (BatchState.REFUSED, 0)
    assert len(on_the_shelf(app)) == 1
    page = agent.open(page.path)
    assert SENTENCE in page.words
    shelf_disk.free()
    check(agent.open(f"{page.path}/columns")).submit(button="Import")
    work(app)
    assert (batch_of(agent).state, number_of(agent, Invoice)) == (BatchState.DONE, 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_import_into_a_full_database_waits_and_goes_on_by_itself(
    app: Flask, agent: Person, creditor: None
) -> None:
    many = [VLIJT.replace("098", f"{number:05}") for number in range(2_000)]
    check(choose(agent, lines(*many))).submit(button="Import")
    with app.app_context():
        _let_grow(False)
        work(app)
        assert (batch_of(agent).state, number_of(agent, Invoice)) == (BatchState.IMPORTING, 0)
        _let_grow(True)
    work(app)
    assert (batch_of(agent).state, number_of(agent, Invoice)) == (BatchState.DONE, 2_000)


def store_many() -> None:
    """Store more than fits into what a database of SQLite keeps free."""
    with writing():
        for number in range(2_000):
            factories.organisation(name=f"{number} {'x' * 80}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_database_is_said_and_keeps_what_it_has(session: scoped_session[Session]) -> None:
    with tenancy.everywhere():
        with writing():
            factories.organisation(name="Before")
        _let_grow(False)
        with pytest.raises(DatabaseFull, match="no room left") as refused:
            store_many()
        assert isinstance(refused.value, DatabaseBusy), "Workers wait for it as for a busy one."
        _let_grow(True)
        with reading():
            assert list(db.session.scalars(select(Organisation.name))) == ["Before"]
        with writing():
            factories.organisation(name="After")


def test_a_server_of_postgresql_without_room_is_said_alike(session: scoped_session[Session]) -> None:
    for block in (writing, reading):
        with pytest.raises(DatabaseFull), block():
            raise OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))


def test_a_pdf_without_room_is_not_half_there_and_leaves_the_one_before(
    letter_disk: Disk, tmp_path: Path
) -> None:
    shelf = letter_shelf_in(tmp_path)
    shelf.keep("batch", 1, b"%PDF first")
    letter_disk.fill()
    with pytest.raises(DiskFull):
        shelf.keep("batch", 2, b"%PDF" + b"x" * 100_000)
    assert letter_disk.files() == ["batch-1.pdf"]


def test_letters_without_room_are_said_and_made_when_there_is_some(
    office: Office, app: Flask, letter_disk: Disk, tmp_path: Path
) -> None:
    db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
    office.invoice(office.debtor(with_email=False, street="Laan 1", postcode="1234 AB", city="Utrecht"))
    office.run()
    db.session.commit()
    press = Press(app, tmp_path)
    letter_disk.fill()
    press.print(FRIDAY)
    batch = press.batch()
    assert (batch.state, batch.state_reason[: len(SENTENCE)]) == (LetterBatchState.FAILED, SENTENCE)
    assert (letter_disk.files(), [one.state for one in office.messages()]) == ([], [MessageState.NEW])
    letter_disk.free()
    batch.state = LetterBatchState.WAITING
    db.session.commit()
    press.print(FRIDAY)
    assert (press.batch().state, len(letter_disk.files())) == (LetterBatchState.MADE, 1)


def test_a_backup_without_room_is_said_and_leaves_nothing_half(here: Place, tmp_path: Path) -> None:
    with here.opened(), writing():
        factories.organisation(name="Voltwerk")
    shelf_in(here.var).keep(BytesIO(bytes(range(256)) * 4_000))
    with small_disk(tmp_path / "backups") as disk:
        disk.fill(but=100_000)
        done = here.run("backup", disk.folder / "portal.backup")
        assert done.exit_code == 1
        assert "no room left" in done.output.lower() or "no space left" in done.output.lower()
        assert disk.files() == []


def _let_grow(may: bool) -> None:
    """Let SQLite's file grow from here on, or not, on the connection that is used."""
    most = 2**30 if may else 1
    db.session.execute(text(f"PRAGMA max_page_count = {most}"))
    db.session.rollback()
