"""Which invoices are open: asked in the one way for which both databases have an index."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import db
from reactions.queries.listed import listed_invoices_of

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "invoices", "links", "reactions", "messaging", "dunning", "desk", "settings")
AS_PARAMETER = re.compile(r"(?:Invoice|\bc)\.amount_open > 0|Action\.state != ActionState\.CLOSED")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_list_is_found_by_indexes_alone(session: scoped_session[Session]) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    with tenancy.everywhere():
        listed_invoices_of(organisation_id=1, debtor_id=1, language="nl")
        event.remove(db.engine, "before_cursor_execute", note)
        statement, values = asked[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    steps = [step[3] for step in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert "SEARCH invoices USING INDEX ix_invoices_open (organisation_id=? AND debtor_id=?)" in steps
    latest = "ix_reaction_invoices_invoice (organisation_id=? AND invoice_id=?)"
    assert f"SEARCH reaction_invoices USING COVERING INDEX {latest}" in steps


def test_nobody_asks_with_a_parameter_for_what_only_an_index_for_open_ones_finds() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for match in AS_PARAMETER.finditer(file.read_text())
    ]
    assert found == []
