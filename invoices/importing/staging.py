"""Fill the temporary tables with a file's rows, some thousands at a time."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, Table, insert

from core.identifiers import public_ids
from core.refusals import N_, Refusal
from invoices.importing.codes import INVOICE
from invoices.importing.column_kinds import Value
from invoices.importing.columns import COLUMNS
from invoices.importing.converting import Converted
from invoices.importing.debtor_rows import contacts_of, customer_number_of, names_of
from invoices.importing.kinds import FileKind
from invoices.importing.preparing import Prepared
from invoices.importing.problems import Problems
from invoices.importing.row_rules import RowRefusal
from invoices.importing.stage import CONTACTS, DEBTORS, DOCUMENTS, SAID_OF_DEBTOR, STAGE

CHUNK = 5_000
_MOST_REMEMBERED = 50_000
Staged = tuple[Any, ...]


class CreditorUnknown(RowRefusal):
    """No creditor of the organisation has this code or, alone, this name."""

    sentence = N_("We do not know this creditor. Use the code it has in the settings.")
    column = "creditor"


def stage(
    *,
    connection: Connection,
    prepared: Prepared,
    creditors: Mapping[str, int],
    problems: Problems,
    progress: Callable[[int], None],
) -> int:
    """Convert all rows into new temporary tables and return how many the file has.

    `creditors` maps codes and names, in small letters, to ids. Rows with a problem go to `problems` and not
    into the tables. Nothing else of the database is touched: on SQLite no lock is taken.
    """
    STAGE.create_all(connection, checkfirst=False)
    seen = 0

    def counted() -> Iterator[Any]:
        nonlocal seen
        for row in prepared.table.rows():
            seen += 1
            yield row

    rows = _Rows(prepared, creditors, problems)
    converted = prepared.conversion.rows(counted(), problems)
    while chunk := list(islice(converted, CHUNK)):
        for table, staged in rows.staged(chunk).items():
            _write(connection, table, staged)
        progress(seen)
    if connection.dialect.name == "postgresql":
        # Nobody else looks at a temporary table: its statistics are made here or never.
        for table in STAGE.sorted_tables:
            connection.exec_driver_sql(f"ANALYZE {table.name}")
    return seen


class _Rows:
    """Makes staged rows of converted ones; a debtor that was just staged alike is not staged again."""

    def __init__(self, prepared: Prepared, creditors: Mapping[str, int], problems: Problems) -> None:
        self._kind = prepared.matching.kind
        self._identifiers = prepared.conversion.identifiers
        self._creditors = creditors
        self._problems = problems
        self._ids = public_ids()
        self._debtors: dict[str, int] = {}

    def staged(self, chunk: list[Converted]) -> dict[Table, list[Staged]]:
        found: dict[Table, list[Staged]] = {DOCUMENTS: [], DEBTORS: [], CONTACTS: []}
        for row, values in chunk:
            said = dict(zip(self._identifiers, values, strict=True))
            try:
                number = customer_number_of(said)
                documents = [] if self._kind == FileKind.DEBTORS else [self._document(row, said, number)]
                if self._kind != FileKind.INVOICES:
                    self._add_debtor(row, said, number, found)
                found[DOCUMENTS].extend(documents)
            except RowRefusal as refusal:
                self._refuse(row, said, refusal)
        return found

    def _document(self, row: int, said: Mapping[str, Value], customer_number: str) -> Staged:
        creditor_id = self._creditors.get(str(said["creditor"]).casefold())
        if creditor_id is None:
            raise CreditorUnknown
        return (
            row,
            next(self._ids),
            said["document"],
            customer_number,
            creditor_id,
            said["invoice_number"],
            said.get("credited_number") if said["document"] != INVOICE else None,
            said["invoiced_on"],
            said["due_on"],
            said["currency"],
            said["amount"],
            said["amount_open"],
            said.get("description"),
            said.get("payment_reference"),
        )

    def _add_debtor(
        self, row: int, said: Mapping[str, Value], number: str, found: dict[Table, list[Staged]]
    ) -> None:
        contacts = contacts_of(said)
        told = [said.get(name) for name in (*SAID_OF_DEBTOR, "kind", "company_name", "last_name", "name")]
        mark = hash((*told, *contacts))
        if self._debtors.get(number) == mark:
            return
        names = names_of(said, number)
        if len(self._debtors) >= _MOST_REMEMBERED:
            self._debtors.clear()
        self._debtors[number] = mark
        others = dict(zip(SAID_OF_DEBTOR, told, strict=False)) | {"attention_of": names.attention_of}
        found[DEBTORS].append(
            (
                row,
                next(self._ids),
                number,
                sum(value is not None for value in told),
                names.kind,
                names.company_name,
                names.last_name,
                names.full_name,
                names.sort_name,
                *others.values(),
            )
        )
        found[CONTACTS].extend((row, next(self._ids), number, *contact) for contact in contacts)

    def _refuse(self, row: int, said: Mapping[str, Value], refusal: Refusal) -> None:
        column = COLUMNS[cast(RowRefusal, refusal).column]
        value = said.get(column.identifier)
        self._problems.add(
            row=row, column=column.label, refusal=refusal, found="" if value is None else str(value)
        )


def _write(connection: Connection, table: Table, rows: list[Staged]) -> None:
    """Write rows with as few steps for each as the driver allows: COPY, or one prepared statement."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    statement = str(insert(table).compile(dialect=connection.dialect))
    connection.exec_driver_sql(statement, [tuple(map(_plain, row)) for row in rows])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else value.isoformat()
