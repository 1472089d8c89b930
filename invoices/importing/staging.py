"""Fill the temporary tables with a file's rows, some thousands at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from core.identifiers import public_ids
from core.refusals import N_
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
_JOINED_BY = {
    DOCUMENTS: "row, document, customer_number, creditor_id, number, credited_number",
    DEBTORS: "row, customer_number",
    CONTACTS: "customer_number, channel, value",
}
_MOST_REMEMBERED = 50_000
Staged = tuple[Any, ...]
# In the order of the columns of `stage.DOCUMENTS`.
_OF_DOCUMENT = (
    "creditor",
    "document",
    "invoice_number",
    "credited_number",
    "invoiced_on",
    "due_on",
    "currency",
    "amount",
    "amount_open",
    "description",
    "payment_reference",
)


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
        # An organisation the planner knows little of has but a few rows, it thinks, and it would go through
        # all of them again for every row of the file. Hashing them instead is never far from the best.
        connection.execute(select(func.set_config("enable_nestloop", "off", True)))
        # Nobody else looks at a temporary table: its statistics are made here or never.
        for table, columns in _JOINED_BY.items():
            connection.exec_driver_sql(f"ANALYZE {table.name} ({columns})")
    return seen


class _Rows:
    """Makes staged rows of converted ones; a debtor that was just staged alike is not staged again.

    This runs for every row of a file: what is wanted of it is picked by place, and a mapping is made of it
    only where a debtor is new or a problem is told.
    """

    def __init__(self, prepared: Prepared, creditors: Mapping[str, int], problems: Problems) -> None:
        kind, self._identifiers = prepared.matching.kind, prepared.conversion.identifiers
        self._has_documents, self._has_debtors = kind != FileKind.DEBTORS, kind != FileKind.INVOICES
        self._creditors, self._problems = creditors, problems
        self._ids = public_ids()
        self._debtors: dict[str, int] = {}
        self._of_document = _picker(self._identifiers, _OF_DOCUMENT)
        of_debtor = [name for name in self._identifiers if COLUMNS[name].kinds & {FileKind.DEBTORS}]
        self._of_debtor = _picker(self._identifiers, of_debtor)
        self._number = _picker(self._identifiers, ("customer_number", "customer_number"))

    def staged(self, chunk: list[Converted]) -> dict[Table, list[Staged]]:
        """Return the chunk's rows of each table."""
        found: dict[Table, list[Staged]] = {DOCUMENTS: [], DEBTORS: [], CONTACTS: []}
        documents = found[DOCUMENTS]
        for row, values in chunk:
            try:
                number = self._number(values)[0] or customer_number_of(self._said(values))
                document = self._document(row, values, number) if self._has_documents else None
                if self._has_debtors:
                    self._add_debtor(row, values, number, found)
            except RowRefusal as refusal:
                self._refuse(row, self._said(values), refusal)
            else:
                if document:
                    documents.append(document)
        return found

    def _said(self, values: Sequence[Value]) -> dict[str, Value]:
        return dict(zip(self._identifiers, values, strict=True))

    def _document(self, row: int, values: Sequence[Value], customer_number: str) -> Staged:
        creditor, document, number, credited, invoiced, due, *others = self._of_document(values)
        creditor_id = self._creditors.get(creditor.casefold())
        if creditor_id is None:
            raise CreditorUnknown
        credited = None if document == INVOICE else credited
        dates = (invoiced.isoformat(), due.isoformat())
        about = (document, customer_number, creditor_id, number, credited)
        return (row, next(self._ids), *about, *dates, *others)

    def _add_debtor(
        self, row: int, values: Sequence[Value], number: str, found: dict[Table, list[Staged]]
    ) -> None:
        told = self._of_debtor(values)
        mark = hash(told)
        if self._debtors.get(number) == mark:
            return
        said = self._said(values)
        names = names_of(said, number)
        if len(self._debtors) >= _MOST_REMEMBERED:
            self._debtors.clear()
        self._debtors[number] = mark
        others = {name: said.get(name) for name in SAID_OF_DEBTOR} | {"attention_of": names.attention_of}
        filled = sum(value is not None for value in told)
        named = (names.kind, names.company_name, names.last_name, names.full_name, names.sort_name)
        found[DEBTORS].append((row, next(self._ids), number, filled, *named, *others.values()))
        found[CONTACTS].extend((row, next(self._ids), number, *contact) for contact in contacts_of(said))

    def _refuse(self, row: int, said: Mapping[str, Value], refusal: RowRefusal) -> None:
        column = COLUMNS[refusal.column]
        value = said.get(column.identifier)
        found = "" if value is None else str(value)
        self._problems.add(row=row, column=column.label, refusal=refusal, found=found)


def _picker(identifiers: Sequence[str], wanted: Sequence[str]) -> Callable[[Sequence[Value]], Any]:
    """Return what picks the wanted values of a converted row, two or more; None where the file has none."""
    places = {name: place for place, name in enumerate(identifiers)}
    if all(name in places for name in wanted):
        return itemgetter(*(places[name] for name in wanted))
    return lambda values: tuple(values[places[name]] if name in places else None for name in wanted)


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
    connection.exec_driver_sql(str(insert(table).compile(dialect=connection.dialect)), rows)
