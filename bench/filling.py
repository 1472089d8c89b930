"""Rows by the million for one organisation, written straight into the tables."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bench.stores import Store
from core.identifiers import public_ids

# Ten debtors have fifty invoices: the first has 14, of which 12 are open, the others have four.
OPEN_OF_FIRST, OF_FIRST, OF_OTHERS, GROUP, OF_GROUP = 12, 14, 4, 10, 50
FIRST_DAY = date(2026, 3, 1)
NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
DEBTORS = (
    "id organisation_id public_id kind customer_number sort_name language salutation first_name initials "
    "middle_names last_name company_name legal_form vat_number register_number attention_of street "
    "house_number postcode city country created_at updated_at"
).split()
INVOICES = (
    "id organisation_id public_id creditor_id debtor_id number invoiced_on due_on currency amount "
    "amount_open amount_settled_elsewhere description payment_reference created_at updated_at"
).split()
Row = tuple[object, ...]


def fill(store: Store, *, organisation_id: int, creditor_id: int, invoices: int) -> Sequence[int]:
    """Store debtors with so many invoices; return the ids of the debtors who have 12 open ones."""
    groups = range(invoices // OF_GROUP)
    moment = NOW.replace(tzinfo=None).isoformat(" ") if store.kind == "sqlite" else NOW.isoformat()
    tables = (
        ("debtors", DEBTORS, _debtors(groups, organisation_id, moment)),
        ("invoices", INVOICES, _invoices(groups, organisation_id, creditor_id, moment)),
    )
    if store.kind == "sqlite":
        _executemany(store, tables)
    else:
        _copy(store, tables)
    return [1 + group * GROUP for group in groups]


def _debtors(groups: Iterable[int], organisation_id: int, moment: str) -> Iterator[Row]:
    public = public_ids()
    for group in groups:
        for number in range(1 + group * GROUP, 1 + (group + 1) * GROUP):
            name = (f"visser {number}", "nl", "", "Sanne", "S.", "", f"Visser {number}")
            address = ("Dorpsstraat", str(number % 200), "1234 AB", "Utrecht", "NL")
            yield (
                *(number, organisation_id, next(public), "person", str(number), *name),
                *("", "", "", "", "", *address, moment, moment),
            )


def _invoices(groups: Iterable[int], organisation_id: int, creditor_id: int, moment: str) -> Iterator[Row]:
    number, public = 0, public_ids()
    for group in groups:
        for debtor in range(GROUP):
            count = OF_FIRST if debtor == 0 else OF_OTHERS
            for index in range(count):
                number += 1
                amount = 1000 + number * 37 % 250_000
                is_open = index < OPEN_OF_FIRST if debtor == 0 else index < 2
                issued_on = FIRST_DAY + timedelta(days=number * 7 % 240)
                yield (
                    *(number, organisation_id, next(public), creditor_id, 1 + group * GROUP + debtor),
                    *(f"2026/{number:07d}", issued_on, issued_on + timedelta(days=30), "EUR", amount),
                    *(amount if is_open else 0, 0, "Electricity", "", moment, moment),
                )


Tables = Iterable[tuple[str, Sequence[str], Iterator[Row]]]


def _copy(store: Store, tables: Tables) -> None:
    """Write by COPY as the administrator: COPY does not go together with row-level security."""
    with psycopg.connect(store.administrator_url, autocommit=True) as connection:
        for table, columns, rows in tables:
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
                    sql.Literal(table), sql.Identifier(table)
                )
            )
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))


def _executemany(store: Store, tables: Tables) -> None:
    with closing(sqlite3.connect(make_url(store.url).database or "")) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, columns, rows in tables:
            marks = ", ".join("?" * len(columns))
            # Table and columns are written above, not given.
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            connection.executemany(statement, (_as_text(row) for row in rows))
        connection.execute("ANALYZE")
        connection.commit()


def _as_text(row: Row) -> Row:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)
