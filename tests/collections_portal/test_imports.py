"""Waiting files and the worker: stored, refused, killed in the middle, and never two at a time."""

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import event, func, select, update

from collections_portal.imports import shelf_of, store_batch, store_waiting
from collections_portal.jobs import import_files, run_schedule
from core import audit, tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import reading, writing
from invoices.freshness import payments_known_on
from invoices.importing import operations
from invoices.importing.checking import check
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch
from invoices.importing.problems import in_english
from invoices.importing.queries import batch_by_public_id
from invoices.importing.shelf import Shelf
from invoices.importing.storing import CHUNK
from invoices.importing.tables import COMMAND_LIMITS
from invoices.importing.tasks import task_of
from invoices.models import Channel, ContactPoint, ContactState, Debtor, Invoice
from messaging.opting import opt_out
from messaging.sms_models import OptOutSource
from reactions.models import Action, ActionState
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests import factories
from tests.house.code import ROOT

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HEADER = "Klantnummer;Naam;E-mail;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Openstaand"
DISCARDED = "import.discarded"
KILLED = Path(__file__).parent / "killed_import.py"


def row(number: int, *, still_open: str = "10,00") -> str:
    debtor = number % 500
    return (
        f"{debtor:05};Visser {debtor};v{debtor}@mail.example;2026/{number:06};"
        f"14-08-2026;13-09-2026;10,00;{still_open}"
    )


def file(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


@pytest.fixture
def owner(app: Flask) -> Iterator[Organisation]:
    """An organisation with one creditor, VW."""
    with app.app_context():
        with tenancy.everywhere():
            found = factories.organisation()
            factories.creditor(found, code="VW", name="Voltwerk")
            db.session.commit()
        db.session.expunge_all()
        yield found


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """Where this portal keeps its files."""
    return shelf_of(app.config["PORTAL"])


def queued(owner: Organisation, shelf: Shelf, text: str, *, again: bool = False) -> str:
    """Take a file in, check it and queue it, as the desk does; return its public id."""
    kept = shelf.keep(BytesIO(text.encode()))
    choices, kind = Choices(fixed={"creditor": "VW", "currency": "EUR"}), FileKind.INVOICES_WITH_DEBTORS
    with tenancy.scope(owner.id):
        with reading():
            task = task_of(
                organisation=owner,
                kind=kind,
                choices=choices,
                path=shelf.path_of(kept.name),
                limits=COMMAND_LIMITS,
                now=NOW,
            )
            findings = check(task=task, report=shelf.report_of(kept.name), say=in_english)
        with writing():
            batch = operations.take_in(
                organisation_id=owner.id, member_id=None, kind=kind, file_name="a.csv", kept=kept, now=NOW
            )
            operations.settle(batch=batch, choices=choices)
            operations.note_findings(batch=batch, findings=findings)
            operations.queue(batch=batch, again=again, now=NOW)
            return batch.public_id


def batch(owner: Organisation, public_id: str) -> ImportBatch:
    with tenancy.scope(owner.id), reading():
        found = batch_by_public_id(organisation_id=owner.id, public_id=public_id)
        db.session.expunge(found)
        return found


def count(owner: Organisation, kind: type[Invoice] | type[Debtor] | type[ContactPoint]) -> int:
    with tenancy.scope(owner.id), reading():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_worker_stores_a_waiting_file_and_takes_it_off_the_shelf(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    public_id = queued(owner, shelf, file(row(1), row(2)))
    assert import_files(app) == 1
    done = batch(owner, public_id)
    assert (done.state, done.rows, done.rows_done, done.rows_new) == (BatchState.DONE, 2, 2, 2)
    assert count(owner, Invoice) == 2
    assert [one.name for one in shelf.folder.iterdir() if one.suffix != ".turn"] == []


@pytest.mark.parametrize(("header", "told"), [(HEADER, date(2026, 11, 20)), (HEADER[:-11], None)])
def test_only_a_file_that_says_what_is_open_makes_payment_data_newer(
    app: Flask, owner: Organisation, shelf: Shelf, header: str, told: date | None
) -> None:
    width = header.count(";") + 1
    queued(owner, shelf, "\n".join((header, ";".join(row(1).split(";")[:width]), "")))
    with freeze_time(NOW):
        assert import_files(app) == 1
    with tenancy.scope(owner.id), reading():
        assert payments_known_on(organisation=owner) == told


def test_what_was_imported_stands_in_the_audit_trail(app: Flask, owner: Organisation, shelf: Shelf) -> None:
    queued(owner, shelf, file(row(1)))
    import_files(app)
    with tenancy.scope(owner.id), reading():
        events = db.session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.id)).all()
        assert [event.what for event in events] == ["import.queued", "import.done"]
        assert events[1].details["invoices"] == {"new": 1, "changed": 0, "same": 0}


def test_a_second_ring_finds_nothing_to_do(app: Flask, owner: Organisation, shelf: Shelf) -> None:
    queued(owner, shelf, file(row(1)))
    assert (import_files(app), import_files(app)) == (1, 0)


def test_nobody_imports_for_an_organisation_while_somebody_does(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    public_id = queued(owner, shelf, file(row(1)))
    with shelf.turn(owner.public_id) as is_ours:
        assert is_ours
        assert import_files(app) == 0
    assert batch(owner, public_id).state == BatchState.QUEUED
    assert import_files(app) == 1


def test_a_file_that_no_longer_fits_is_refused_and_nothing_of_it_is_stored(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    first = queued(owner, shelf, file(row(1)))
    second = queued(owner, shelf, file(row(1).replace("00001;", "00007;", 1), row(2)))
    import_files(app)
    refused = batch(owner, second)
    assert (batch(owner, first).state, refused.state) == (BatchState.DONE, BatchState.REFUSED)
    assert refused.findings["refused"]["sentence"] == operations.ProblemsLeft.sentence
    assert (count(owner, Invoice), count(owner, Debtor)) == (1, 1)


def test_a_file_that_is_gone_is_refused(app: Flask, owner: Organisation, shelf: Shelf) -> None:
    public_id = queued(owner, shelf, file(row(1)))
    shelf.remove(batch(owner, public_id).stored_as)
    assert import_files(app) == 1
    assert batch(owner, public_id).state == BatchState.REFUSED


def test_a_file_discarded_before_the_worker_gets_to_it_is_passed_over(
    owner: Organisation, shelf: Shelf
) -> None:
    public_id = queued(owner, shelf, file(row(1)))
    with tenancy.scope(owner.id):
        with writing():
            found = batch_by_public_id(organisation_id=owner.id, public_id=public_id)
            operations.discard(batch=found, now=NOW)
        assert not store_batch(shelf, owner.id, public_id)
    assert (batch(owner, public_id).state, count(owner, Invoice)) == (BatchState.DISCARDED, 0)


@pytest.mark.parametrize("state", list(BatchState))
def test_a_file_nobody_decides_about_is_discarded_after_a_week(
    app: Flask, owner: Organisation, shelf: Shelf, state: BatchState
) -> None:
    public_id = queued(owner, shelf, file(row(1)))
    is_over = state in (BatchState.DONE, BatchState.REFUSED, BatchState.DISCARDED)
    with tenancy.scope(owner.id), writing():
        db.session.execute(update(ImportBatch).values(state=state, finished_at=NOW if is_over else None))
    kept = shelf.path_of(batch(owner, public_id).stored_as)
    with freeze_time(NOW + timedelta(days=7)):
        run_schedule(app)
    assert (batch(owner, public_id).state, kept.exists()) == (state, True)
    with freeze_time(NOW + timedelta(days=7, seconds=1)):
        run_schedule(app)
        run_schedule(app)
    goes = state in (BatchState.UPLOADED, BatchState.CHECKED, BatchState.REFUSED)
    assert kept.exists() is not goes
    assert batch(owner, public_id).state == (BatchState.DISCARDED if goes else state)
    with tenancy.scope(owner.id), reading():
        told = db.session.scalars(select(audit.AuditEvent.actor).where(audit.AuditEvent.what == DISCARDED))
        assert list(told) == (["system"] if goes else [])


def test_the_same_file_again_asks(app: Flask, owner: Organisation, shelf: Shelf) -> None:
    queued(owner, shelf, file(row(1)))
    import_files(app)
    with pytest.raises(operations.FileKnown):
        queued(owner, shelf, file(row(1)))
    public_id = queued(owner, shelf, file(row(1)), again=True)
    import_files(app)
    assert (batch(owner, public_id).rows_same, count(owner, Invoice)) == (1, 1)


def test_the_same_bytes_of_another_organisation_are_no_secret_told(owner: Organisation, shelf: Shelf) -> None:
    queued(owner, shelf, file(row(1)))
    with tenancy.everywhere():
        other = factories.organisation()
        factories.creditor(other, code="VW")
        db.session.commit()
    db.session.expunge_all()
    queued(other, shelf, file(row(1)))


def test_an_imported_address_whose_owner_wants_no_messages_is_not_used(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    with tenancy.scope(owner.id), writing():
        opt_out(
            organisation_id=owner.id,
            channel=Channel.EMAIL,
            value="V1@mail.example",
            source=OptOutSource.COMPLAINT,
            now=NOW,
        )
    queued(owner, shelf, file(row(1), row(2)))
    import_files(app)
    with tenancy.scope(owner.id), reading():
        states = dict(db.session.execute(select(ContactPoint.value, ContactPoint.state)).all())
    assert states == {"v1@mail.example": ContactState.OPTED_OUT, "v2@mail.example": ContactState.USABLE}


def test_an_invoice_that_a_file_settles_closes_the_answer_about_it(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    queued(owner, shelf, file(row(1)))
    import_files(app)
    with tenancy.scope(owner.id), writing():
        found_types(organisation_id=owner.id)
        invoice = db.session.scalars(select(Invoice)).one()
        debtor = db.session.get_one(Debtor, invoice.debtor_id)
        visit = factories.visit(factories.link(debtor))
        submit(
            organisation_id=owner.id,
            debtor_id=debtor.id,
            visit_id=visit.id,
            type_key="will_pay",
            invoice_ids=[invoice.id],
            answers={"pay_on": "2026-11-27"},
            submission_key="k" * 22,
            language="nl",
            now=NOW + timedelta(minutes=1),
        )
    queued(owner, shelf, file(row(1, still_open="0,00")))
    import_files(app)
    with tenancy.scope(owner.id), reading():
        assert db.session.scalars(select(Action.state)).one() == ActionState.CLOSED


def test_an_import_that_is_killed_leaves_nothing_and_starts_again(
    app: Flask, owner: Organisation, shelf: Shelf, database_url: str
) -> None:
    public_id = queued(owner, shelf, file(*map(row, range(3_000))))
    db.session.remove()
    killed = subprocess.run(
        [sys.executable, str(KILLED), database_url, str(shelf.folder), str(owner.id)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert "stored 3,000 rows and dies" in killed.stdout
    assert batch(owner, public_id).state == BatchState.IMPORTING
    assert (count(owner, Invoice), count(owner, Debtor), count(owner, ContactPoint)) == (0, 0, 0)
    assert import_files(app) == 1
    assert batch(owner, public_id).state == BatchState.DONE
    assert (count(owner, Invoice), count(owner, Debtor), count(owner, ContactPoint)) == (3_000, 500, 500)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_others_can_write_while_a_file_is_read(owner: Organisation, shelf: Shelf, app: Flask) -> None:
    queued(owner, shelf, file(*map(row, range(100))))
    written = []

    class Busy(Shelf):
        def note_progress(self, name: str, *, read: int, stored: int) -> None:
            if not stored:
                with db.engine.connect() as other:
                    other.execute(update(Organisation).values(support_hours="9-17"))
                    other.commit()
                written.append(read)

    assert store_waiting(Busy(shelf.folder), owner.id) == 1
    assert written == [100]


def test_memory_and_statements_do_not_grow_with_the_rows(
    app: Flask, owner: Organisation, shelf: Shelf
) -> None:
    peaks, statements = [], []
    for rows in (5_000, 20_000):
        queued(owner, shelf, file(*map(row, range(rows))))
        seen: list[str] = []
        listener = lambda *arguments, seen=seen: seen.append(arguments[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        tracemalloc.start()
        assert import_files(app) == 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        event.remove(db.engine, "before_cursor_execute", listener)
        statements.append(len([one for one in seen if "import_documents (" not in one]))
    assert count(owner, Invoice) == 20_000 < CHUNK
    assert peaks[1] < peaks[0] * 1.5, peaks
    assert statements[1] <= statements[0] + 5, statements
