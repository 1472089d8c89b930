"""Look a whole file over before anything is stored: what would change, what is wrong, how it will look."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from core.disk import room
from invoices.importing.column_kinds import Value
from invoices.importing.contacts import Phone
from invoices.importing.preparing import Prepared
from invoices.importing.problems import ProblemReport, Problems, RowProblem, Say
from invoices.importing.storing import compare, gather
from invoices.importing.tasks import Task, reading_of

SHOWN = 100


def check(*, task: Task, report: Path, say: Say) -> dict[str, Any]:
    """Return what storing the file would do, as it is kept with the import; nothing is changed.

    Run it in a transaction that is rolled back. `report` becomes a CSV file of all problems, as `say` says
    them, or is removed when there is none. Refuses what reading the file refuses, and DiskFull.
    """
    with room(), report.open("w", encoding="utf-8", newline="") as file:
        problems = Problems(keep=SHOWN, report=ProblemReport(file, say=say))
        rows = gather(task=task, problems=problems, progress=lambda _: None)
        counts = compare(task=task, problems=problems)
    if not problems.count:
        report.unlink()
    return counts.as_json() | {
        "rows": rows,
        "rows_refused": problems.rows,
        "problems": problems.count,
        "first_problems": [_of_problem(one) for one in sorted(problems.kept, key=lambda one: one.row)],
        "preview": preview(task.prepared),
        "reading": reading_of(task.prepared),
    }


def preview(prepared: Prepared) -> list[dict[str, Any]]:
    """Return the first rows of the file as they will be stored; those with a problem are left out."""
    conversion = prepared.conversion
    rows: list[dict[str, Any]] = []
    for row, values in conversion.rows(prepared.table.sample, Problems()):
        said = dict(zip(conversion.identifiers, values, strict=True))
        shown: dict[str, Any] = {name: _plain(value) for name, value in said.items() if value is not None}
        rows.append(shown | {"row": row})
    return rows


def _of_problem(problem: RowProblem) -> Mapping[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "sentence": problem.sentence,
        "values": dict(problem.values),
        "found": problem.found,
    }


def _plain(value: Value) -> str | int | None:
    if isinstance(value, Phone):
        return value.number
    return value.isoformat() if isinstance(value, date) else value
