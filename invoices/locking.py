"""A debtor and invoices held until the transaction ends, for a message about them that is to leave."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select

from core import prepared
from invoices.models import Debtor, Invoice
from invoices.pauses import hold_debtor
from invoices.queries import Standing

# The debtor before the invoices, and these by id, so that two who hold several never wait crosswise: a row
# of the join is held table by table as `OF` names them. What is returned is read after the wait. Others may
# still refer to the debtor, as rows that they add do; to the invoices they may not.
_HOLD = (
    select(Debtor.country, Invoice.id, Invoice.amount_open, Invoice.withdrawn_at)
    .join(Invoice, Invoice.organisation_id == Debtor.organisation_id)
    .where(
        Debtor.organisation_id == bindparam("of_organisation"),
        Debtor.id == bindparam("debtor_id"),
        Invoice.organisation_id == bindparam("of_organisation"),
        Invoice.id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(Invoice.id)
    .suffix_with("FOR NO KEY UPDATE OF debtors FOR UPDATE OF invoices", dialect="postgresql")
)


class Held(NamedTuple):
    """The debtor's country (ISO 3166, or empty), and how it stands with each of the invoices."""

    country: str
    invoices: Sequence[Standing]


def hold_together(*, organisation_id: int, debtor_id: int | None, invoice_ids: Collection[int]) -> Held:
    """Hold a debtor and invoices: a pause or a reaction and a message that leaves come one after the other.

    Whoever stores a pause holds the debtor, whoever stores a reaction the invoice. Raises DebtorUnknown.
    """
    rows: Sequence[Row[Any]] = ()
    if invoice_ids:
        rows = prepared.ask(
            _HOLD, organisation_id=organisation_id, debtor_id=debtor_id, ids=invoice_ids
        ).all()
    if not rows:
        return Held(hold_debtor(organisation_id=organisation_id, debtor_id=debtor_id), ())
    return Held(rows[0].country, [Standing._make(row[1:]) for row in rows])
