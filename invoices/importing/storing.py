"""Store a file's rows: all of them in one transaction, or none.

Three steps, each with a bounded number of rows in memory: `gather` converts the rows into temporary tables,
`compare` counts what is new, changed and wrong, `store` adds and changes in sets. `gather` touches nothing
that others see, so SQLite's one writer lock is taken only from `compare` on. An import that is killed leaves
nothing, and one that is repeated changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Row, func, select, update

from core.database import db
from core.planner import look_at_rows
from invoices.importing import credit_statements
from invoices.importing import debtor_statements as debtors
from invoices.importing.columns import COLUMNS
from invoices.importing.invoice_statements import InvoiceStatements, rows_staged
from invoices.importing.kinds import FileKind
from invoices.importing.problems import Problems
from invoices.importing.row_rules import RowRefusal
from invoices.importing.row_troubles import TROUBLES, NumberTwice
from invoices.importing.stage import STAGE
from invoices.importing.staging import stage
from invoices.importing.storing_credits import store_credit_notes
from invoices.importing.tasks import Task
from invoices.models import Debtor
from invoices.names import sort_name_of

CHUNK = 25_000
Progress = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many of one sort are new, changed, or as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(slots=True, kw_only=True)
class Counts:
    """What an import does, or would do."""

    invoices: Tally = field(default_factory=Tally)
    credit_notes: Tally = field(default_factory=Tally)
    debtors: Tally = field(default_factory=Tally)
    contacts: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the import."""
        return asdict(self)


def gather(*, task: Task, problems: Problems, progress: Progress) -> int:
    """Convert the file's rows into temporary tables of this transaction; return how many rows it has."""
    return stage(
        connection=db.session.connection(),
        prepared=task.prepared,
        creditors=task.creditors,
        problems=problems,
        progress=progress,
    )


def compare(*, task: Task, problems: Problems) -> Counts:
    """Return what storing the gathered rows would do; rows that do not fit what is there go to `problems`."""
    counts = Counts()
    if task.kind != FileKind.INVOICES:
        counting = debtors.debtor_counts(task.organisation_id, _said(task))
        counts.debtors = _tally(*db.session.execute(counting).one())
        counts.contacts = db.session.scalar(debtors.contact_counts(task.organisation_id)) or 0
    if task.kind != FileKind.DEBTORS:
        _compare_documents(task, counts, problems)
    return counts


def _compare_documents(task: Task, counts: Counts, problems: Problems) -> None:
    statements = _statements(task)
    total, known, changed, troubled, different = db.session.execute(statements.counts()).one()
    counts.invoices = _tally(total, known, changed)
    # Where each row has an invoice of its own none is in the file twice; looking for those takes a sort.
    if different < total:
        for row, number in db.session.execute(statements.twice()):
            _add(problems, row, NumberTwice(), number)
    if troubled:
        _tell(db.session.execute(statements.troubles()), problems)
    counting = credit_statements.credit_counts(task.organisation_id, task.existing)
    total, known, changed, troubled = db.session.execute(counting).one()
    counts.credit_notes = _tally(total, known, changed)
    if troubled:
        _tell(
            db.session.execute(credit_statements.credit_troubles(task.organisation_id, task.existing)),
            problems,
        )


def store(
    *, task: Task, counts: Counts, progress: Progress, when_settled: Callable[[Collection[int]], object]
) -> None:
    """Add and change what `compare` counted; it found no problem, in the same transaction.

    `when_settled` is called with ids of invoices on which nothing is open any more, in the same transaction.
    `progress` gets the number of the last row that was stored.
    """
    if task.kind != FileKind.INVOICES:
        _store_debtors(task, counts)
    if counts.invoices.new or counts.invoices.changed:
        _store_invoices(task, counts, progress, when_settled)
    if counts.credit_notes.new or counts.credit_notes.changed:
        look_at_rows()
        store_credit_notes(
            organisation_id=task.organisation_id,
            says_open=task.prepared.says_open,
            now=task.now,
            when_settled=when_settled,
        )
    STAGE.drop_all(db.session.connection(), checkfirst=False)


def _store_debtors(task: Task, counts: Counts) -> None:
    if counts.debtors.changed:
        db.session.execute(debtors.changed_debtors(task.organisation_id, _said(task), task.now))
        _name_for_sorting(task)
    if counts.debtors.new:
        db.session.execute(debtors.new_debtors(task.organisation_id, task.language, task.now))
        look_at_rows()
    if counts.contacts:
        db.session.execute(debtors.new_contacts(task.organisation_id, task.now))


def _name_for_sorting(task: Task) -> None:
    last = 0
    while True:
        statement = debtors.renamed_debtors(task.organisation_id, task.now, after=last, most=CHUNK)
        rows = db.session.execute(statement).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        renamed = []
        for row in rows:
            names = {name: value for name, value in row.items() if name not in ("id", "sort_name")}
            if (sort_name := sort_name_of(**names)) != row["sort_name"]:
                renamed.append({"id": row["id"], "sort_name": sort_name})
        if renamed:
            db.session.execute(update(Debtor), renamed)


def _store_invoices(
    task: Task, counts: Counts, progress: Progress, when_settled: Callable[[Collection[int]], object]
) -> None:
    statements = _statements(task)
    if counts.invoices.changed:
        # Reactions and senders hold invoices by id too: so nobody waits crosswise.
        db.session.scalar(select(func.count()).select_from(statements.to_change().subquery()))
    for first, last in _chunks():
        if counts.invoices.changed:
            settled = db.session.scalars(statements.to_settle(first, last)).all()
            db.session.execute(statements.changed(first, last))
            if settled:
                when_settled(settled)
        if counts.invoices.new:
            db.session.execute(statements.new(first, last))
        progress(last)


def _chunks() -> Iterator[tuple[int, int]]:
    first, last = db.session.execute(rows_staged()).one()
    if first is not None:
        for start in range(first, last + 1, CHUNK):
            yield start, min(start + CHUNK - 1, last)


def _statements(task: Task) -> InvoiceStatements:
    return InvoiceStatements(
        organisation_id=task.organisation_id,
        kind=task.kind,
        existing=task.existing,
        says_open=task.prepared.says_open,
        now=task.now,
    )


def _said(task: Task) -> tuple[str, ...]:
    return debtors.said_columns(task.prepared.conversion.identifiers)


def _tally(total: int, known: int, changed: int) -> Tally:
    return Tally(new=total - known, changed=changed, same=known - changed)


def _tell(rows: Iterable[Row[int, str, str]], problems: Problems) -> None:
    for row, trouble, found in rows:
        _add(problems, row, TROUBLES[trouble](), found)


def _add(problems: Problems, row: int, refusal: RowRefusal, found: str) -> None:
    problems.add(row=row, column=COLUMNS[refusal.column].label, refusal=refusal, found=found)
