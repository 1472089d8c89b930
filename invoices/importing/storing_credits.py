"""Store a file's credit notes, and what is open on their invoices afterwards."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, update

from core.database import db
from invoices import balances
from invoices.importing import credit_statements
from invoices.models import Invoice

_CHUNK = 5_000


def store_credit_notes(
    *,
    organisation_id: int,
    says_open: bool,
    now: datetime,
    when_settled: Callable[[Collection[int]], object],
) -> None:
    """Add and change the gathered credit notes; their invoices are there by now.

    `says_open` tells whether the file says what is open on invoices. `when_settled` is called with ids of
    invoices on which nothing is open any more.
    """
    db.session.execute(credit_statements.changed_credit_notes(organisation_id))
    db.session.execute(credit_statements.new_credit_notes(organisation_id, now))
    last = 0
    while True:
        statement = credit_statements.credited_invoices(organisation_id, after=last, most=_CHUNK)
        rows = db.session.execute(statement).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        changes = [change for row in rows if (change := _change(row, says_open))]
        if changes:
            db.session.execute(update(Invoice), [change | {"updated_at": now} for change in changes])
        open_before = {row["id"] for row in rows if row["amount_open"] > 0}
        settled = [one["id"] for one in changes if one["amount_open"] == 0 and one["id"] in open_before]
        if settled:
            when_settled(settled)


def _change(row: RowMapping, says_open: bool) -> dict[str, Any] | None:
    """Return an invoice's new balance, or None when it stays. What is known no longer counts as elsewhere."""
    room = row["amount"] - row["paid"] - row["credited"]
    elsewhere = row["amount_settled_elsewhere"]
    if says_open and row["said_open"] is not None:
        elsewhere = room - row["said_open"]
    elsewhere = max(0, min(elsewhere, room))
    still_open = balances.open_amount(
        amount=row["amount"],
        paid=row["paid"],
        credited=row["credited"],
        settled_elsewhere=elsewhere,
        number=row["number"],
    )
    if (still_open, elsewhere) == (row["amount_open"], row["amount_settled_elsewhere"]):
        return None
    return {"id": row["id"], "amount_open": still_open, "amount_settled_elsewhere": elsewhere}
