"""Importing invoices with their debtors, beside typed rows that go straight into the indexed tables.

`python -m bench importing --rows 1000000`. The limit and the import are processes of their own, so that their
peaks of memory are too: check and import of a file, then of the same file, when nothing has changed.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, func, select

from bench.results import Result, Section
from bench.stores import KINDS, kinds, store_of
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.imports import shelf_of, store_waiting
from collections_portal.serving import settle_memory
from core import tenancy
from core.database import Base, db
from core.identifiers import public_ids
from core.organisations import operations as organisations
from core.organisations.models import Organisation
from core.organisations.queries import creditors_of
from core.transaction import reading, writing
from invoices.importing import operations
from invoices.importing.checking import check
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.problems import in_english
from invoices.importing.tables import COMMAND_LIMITS
from invoices.importing.tasks import task_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HEADER = (
    "Customer number;Name;Street;House number;Postcode;Town;Language;E-mail;Mobile;"
    "Invoice number;Invoice date;Due date;Amount;Open amount;Description;Payment reference"
)
ROWS = 100_000
ROWS_OF_A_DEBTOR = 5
# Rows per second and megabytes that have to be reached.
GOALS = {"postgresql": 6_000, "sqlite": 8_000}
GOAL_UNCHANGED = 30_000
GOAL_MEGABYTES = 300

_DEBTOR = tuple(
    "id organisation_id public_id kind customer_number sort_name language salutation first_name initials "
    "middle_names last_name company_name legal_form vat_number register_number attention_of street "
    "house_number postcode city country created_at updated_at".split()
)
_CONTACT = tuple(
    "organisation_id public_id debtor_id channel value is_preferred state state_reason created_at".split()
)
_INVOICE = tuple(
    "organisation_id public_id creditor_id debtor_id number invoiced_on due_on currency amount amount_open "
    "amount_settled_elsewhere description payment_reference created_at updated_at".split()
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: what, how many rows a second, and the peak of memory in megabytes."""

    what: str
    rows_per_second: float
    megabytes: float


def run(rows: int | None = None) -> Section:
    """Measure on each kind of database there is."""
    count = rows or ROWS
    results = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        file = Path(folder) / "invoices.csv"
        _write(file, count)
        for kind in kinds():
            with store_of(kind) as store:
                limit: Measured = _in_process(_limit, store.administrator_url, count)
                found: list[Measured] = _in_process(_import, store.url, file, count)
            results += [_result(kind, one, limit) for one in found]
    return Section(
        f"Importing {count:,} invoices of {count // ROWS_OF_A_DEBTOR:,} debtors",
        "A CSV file of 16 columns, each row with its debtor, an e-mail address and a mobile number, through "
        "the portal's own worker in one transaction; the memory is the worker's peak. The limit is typed "
        "rows, made beforehand, straight into the same indexed tables: COPY or executemany.",
        results,
    )


def _result(kind: str, one: Measured, limit: Measured) -> Result:
    goal = {"import": GOALS[kind], "import, nothing changed": GOAL_UNCHANGED}.get(one.what)
    met = None if goal is None else one.rows_per_second >= goal and one.megabytes <= GOAL_MEGABYTES
    return Result(
        f"{one.what}, {KINDS[kind]}",
        f"{one.rows_per_second:,.0f} rows/s, {one.megabytes:,.0f} MB",
        limit=f"{limit.rows_per_second:,.0f} rows/s",
        goal="" if goal is None else f"{goal:,} rows/s, {GOAL_MEGABYTES} MB",
        met=met,
    )


def _in_process(measure: Callable[..., Any], *arguments: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def _fields(rows: int) -> Iterator[tuple[str, ...]]:
    first = date(2026, 1, 1)
    for number in range(rows):
        debtor = number % (rows // ROWS_OF_A_DEBTOR or 1)
        invoiced = first + timedelta(days=number % 300)
        yield (
            f"{debtor:07}",
            f"Visser {debtor}",
            "Dorpsstraat",
            str(debtor % 200 + 1),
            f"{1000 + debtor % 9000} AB",
            "Utrecht",
            "nl",
            f"visser{debtor}@mail.example",
            f"+316{10_000_000 + debtor}",
            f"2026/{number:07}",
            invoiced.strftime("%d-%m-%Y"),
            (invoiced + timedelta(days=30)).strftime("%d-%m-%Y"),
            f"{number % 5000 + 10},50",
            f"{number % 5000 + 10},50",
            "Levering stroom en gas",
            f"{number:016}",
        )


def _write(file: Path, rows: int) -> None:
    with file.open("w") as text:
        text.write(f"{HEADER}\n")
        text.writelines(f"{';'.join(fields)}\n" for fields in _fields(rows))


@contextmanager
def _portal(url: str) -> Iterator[tuple[Flask, Organisation]]:
    folder = Path(tempfile.mkdtemp())
    app = create_app(Config.for_tests(database_url=url, var_dir=folder))
    with app.app_context():
        with tenancy.everywhere(), writing():
            owner = organisations.found(
                name="Bench", language="nl", country="NL", zone="Europe/Amsterdam", currency="EUR", now=NOW
            )
            with tenancy.scope(owner.id):
                organisations.add_creditor(organisation_id=owner.id, code="B", name="Bench", now=NOW)
        with tenancy.scope(owner.id):
            yield app, owner


def _import(url: str, file: Path, rows: int) -> list[Measured]:
    """Measure a first load, then the same file again, each from upload to commit, and the check before it."""
    found = []
    with _portal(url) as (app, owner):
        settle_memory()
        for after in ("", ", nothing changed"):
            checked = _queued(app, owner.id, file, rows, f"check{after}")
            began = time.perf_counter()
            assert store_waiting(shelf_of(app.config["PORTAL"]), owner.id) == 1
            found += [checked, _measured(f"import{after}", rows, began)]
    return found


def _queued(app: Flask, organisation_id: int, file: Path, rows: int, what: str) -> Measured:
    shelf = shelf_of(app.config["PORTAL"])
    choices = Choices(fixed={"creditor": "B", "currency": "EUR"})
    with file.open("rb") as source:
        kept = shelf.keep(source)
    began = time.perf_counter()
    with reading():
        owner = db.session.get_one(Organisation, organisation_id)
        task = task_of(
            organisation=owner,
            kind=FileKind.INVOICES_WITH_DEBTORS,
            choices=choices,
            path=shelf.path_of(kept.name),
            limits=COMMAND_LIMITS,
            now=NOW,
        )
        findings = check(task=task, report=shelf.report_of(kept.name), say=in_english)
    assert (findings["rows"], findings["problems"]) == (rows, 0), findings["first_problems"][:3]
    measured = _measured(what, rows, began)
    with writing():
        batch = operations.take_in(
            organisation_id=organisation_id,
            member_id=None,
            kind=FileKind.INVOICES_WITH_DEBTORS,
            file_name=file.name,
            kept=kept,
            now=NOW,
        )
        operations.settle(batch=batch, choices=choices)
        operations.note_findings(batch=batch, findings=findings)
        operations.queue(batch=batch, again=True, now=NOW)
    return measured


def _limit(url: str, rows: int) -> Measured:
    """Measure typed rows, made beforehand, into the same indexed tables, in one transaction.

    PostgreSQL's COPY is for roles above row-level security: `url` is the administrator's.
    """
    with _portal(url) as (_, owner):
        tables = _typed(owner.id, rows)
        began = time.perf_counter()
        with writing():
            connection = db.session.connection()
            for name, columns, typed in tables:
                _load(connection, Base.metadata.tables[name], columns, typed)
                if connection.dialect.name == "postgresql":
                    # As the import itself does: without it references are checked in no sensible way.
                    connection.execute(select(func.look_at_rows()))
    return _measured("limit", rows, began)


def _typed(organisation_id: int, rows: int) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    ids, start = public_ids(), 1_000_000_000
    creditor_id = creditors_of(organisation_id=organisation_id)[0].id
    debtors, contacts, invoices = [], [], []
    for number, fields in enumerate(_fields(rows)):
        key = start + int(fields[0])
        if number < rows // ROWS_OF_A_DEBTOR:
            debtors.append(
                (
                    *(key, organisation_id, next(ids), "person", fields[0], fields[1].lower(), "nl"),
                    *("", "", "", "", fields[1], "", "", "", "", "", *fields[2:6], "NL", NOW, NOW),
                )
            )
            for channel, value in (("email", fields[7]), ("sms", fields[8])):
                contacts.append((organisation_id, next(ids), key, channel, value, False, "usable", "", NOW))
        amount = int(fields[12].replace(",", ""))
        invoices.append(
            (
                *(
                    organisation_id,
                    next(ids),
                    creditor_id,
                    key,
                    fields[9],
                    date(2026, 1, 1),
                    date(2026, 2, 1),
                ),
                *("EUR", amount, amount, 0, fields[14], fields[15], NOW, NOW),
            )
        )
    return [
        ("debtors", _DEBTOR, debtors),
        ("contact_points", _CONTACT, contacts),
        ("invoices", _INVOICE, invoices),
    ]


def _load(connection: Connection, table: Table, columns: tuple[str, ...], rows: list[Any]) -> None:
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        names = ", ".join(columns)
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  our own names
    waiting = iter(rows)
    while chunk := list(islice(waiting, 5_000)):
        connection.exec_driver_sql(statement, [tuple(map(_plain, row)) for row in chunk])


def _plain(value: Any) -> Any:
    return value.isoformat(" ") if isinstance(value, datetime) else _day(value)


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _measured(what: str, rows: int, began: float) -> Measured:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if os.uname().sysname == "Linux" else 1024**2
    )
    return Measured(what, rows / (time.perf_counter() - began), peak)
