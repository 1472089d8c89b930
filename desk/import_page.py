"""What the list of imports and the page of one import need: words, counts, rows as they will be stored."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from core.members.queries import members_of
from core.web.guards import current_organisation
from desk import import_words as words
from desk import lists
from desk.import_files import shelf
from invoices.importing import queries
from invoices.importing.columns import COLUMNS
from invoices.importing.models import BatchState, ImportBatch

PROBLEMS_SHOWN = 10
# Said beside the amounts, or known to everybody who looks.
NOT_SHOWN = ("currency",)
# What is looked at first; the other columns follow as they are offered.
FIRST = (
    *("customer_number", "company_name", "name", "first_name", "last_name"),
    *("invoice_number", "invoiced_on", "due_on", "amount", "amount_open"),
)
PAGES: Mapping[BatchState, str] = {
    BatchState.CHECKED: "check",
    BatchState.QUEUED: "progress",
    BatchState.IMPORTING: "progress",
}


def imports_context(*, page: int) -> dict[str, Any]:
    """Return what the list of imports shows."""
    organisation_id = current_organisation().id
    rows, total = queries.batches_of(organisation_id=organisation_id, page=page)
    names = {member.id: member.name for member in members_of(organisation_id=organisation_id)}
    return {
        "here": "imports",
        "rows": [
            {
                "batch": batch,
                "kind": words.said(words.KINDS[batch.kind][0]),
                "by": names.get(batch.member_id or 0, ""),
                "state": words.state(batch.state),
                "is_counted": bool(batch.findings),
            }
            for batch in rows
        ],
        "pages": lists.pages(total=total, page=page, size=queries.PAGE),
    }


def import_context(*, batch: ImportBatch) -> dict[str, Any]:
    """Return what the page of one import shows, whatever its state."""
    findings = batch.findings
    refused = findings.get("refused")
    return {
        "here": "imports",
        "batch": batch,
        "kind": words.said(words.KINDS[batch.kind][0]),
        "state": words.state(batch.state),
        "is_here": shelf().path_of(batch.stored_as).is_file(),
        "figures": _figures(findings),
        "changes": any(figure[1] for figure in _figures(findings) if figure[2]),
        "problems": [_problem(one) for one in findings.get("first_problems", ())[:PROBLEMS_SHOWN]],
        "problem_count": findings.get("problems", 0),
        "preview": _preview(findings.get("preview", ())),
        "before": queries.imported_before(batch=batch),
        "reason": words.said(refused["sentence"], refused["values"]) if refused else "",
        "progress": _progress(batch),
    }


def page_of(batch: ImportBatch) -> str:
    """Return the name of the template for an import in its state."""
    return f"desk/imports/{PAGES.get(batch.state, 'standing')}.html"


def _figures(findings: Mapping[str, Any]) -> list[tuple[str, int, bool]]:
    """Return (what, how many, whether it changes something) of what the file brings."""
    if "rows" not in findings:
        return []
    wanted = (
        ("invoices", "new", gettext("New invoices")),
        ("invoices", "changed", gettext("Changed invoices")),
        ("invoices", "same", gettext("Invoices that stay as they are")),
        ("credit_notes", "new", gettext("New credit notes")),
        ("credit_notes", "changed", gettext("Changed credit notes")),
        ("debtors", "new", gettext("New debtors")),
        ("debtors", "changed", gettext("Changed debtors")),
        ("debtors", "same", gettext("Debtors that stay as they are")),
    )
    counted = [(str(name), int(findings[what][which]), which != "same") for what, which, name in wanted]
    contacts = (str(gettext("New addresses and numbers")), int(findings["contacts"]), True)
    return [figure for figure in (*counted, contacts) if figure[1]]


def _problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": problem["row"],
        "column": words.said(problem["column"]) if problem["column"] else "",
        "sentence": words.said(problem["sentence"], problem["values"]),
        "found": problem["found"],
    }


def _preview(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first rows as a table: (name, whether it is a number) of each column, and the cells."""
    order = dict.fromkeys((*FIRST, *COLUMNS))
    shown = [name for name in order if name not in NOT_SHOWN and any(name in row for row in rows)]
    return {
        "columns": [(words.said(COLUMNS[name].label), COLUMNS[name].is_amount) for name in shown],
        "rows": [(row["row"], [_cell(row, name) for name in shown]) for row in rows],
    }


def _cell(row: Mapping[str, Any], name: str) -> str:
    return words.value(name, row[name], currency=row.get("currency", "")) if name in row else ""


def _progress(batch: ImportBatch) -> dict[str, int]:
    """Return how far storing is: each row is read once and stored once."""
    read, stored = shelf().progress(batch.stored_as)
    return {"read": min(read, batch.rows), "stored": min(stored, batch.rows), "rows": batch.rows}
