"""What a person may choose for a line that nobody was sure about: the best guess, and what the payer owes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.database import db
from invoices.models import Invoice
from invoices.statements.matching import OpenInvoices, match
from invoices.statements.models import BankLine
from invoices.statements.queries import incoming_of, named_in, open_ones, owed_by, payers

MOST = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Amounts in minor units by invoice; `beside` are ids of other invoices that the payer owes."""

    amounts: Mapping[int, int]
    beside: Collection[int]


def suggestion_for(*, line: BankLine) -> Suggestion:
    """Return what the line may pay, as things stand now. Money of ours that came back pays nothing."""
    if line.is_reversal:
        return Suggestion({}, [])
    incoming = incoming_of(line)
    known = payers(organisation_id=line.organisation_id, ibans={line.counterparty_iban})
    payer_of = known.get(line.counterparty_iban, frozenset())
    keys = incoming.keys if line.amount_left else ()
    ids = named_in(organisation_id=line.organisation_id, keys=keys)
    ids |= owed_by(organisation_id=line.organisation_id, debtor_ids=payer_of)
    found = open_ones(organisation_id=line.organisation_id, invoice_ids=ids).values()
    best = match(incoming, invoices=OpenInvoices(found), payer_of=payer_of)
    amounts = {share.invoice_id: share.amount for share in best.shares}
    same = [one.id for one in found if one.currency == line.currency]
    return Suggestion(amounts, [each for each in same if each not in amounts][:MOST])


def ids_by_public_id(*, organisation_id: int, public_ids: Collection[str]) -> Mapping[str, int]:
    """Return the ids of those of these invoices that are there."""
    rows = db.session.execute(
        select(Invoice.public_id, Invoice.id).where(
            Invoice.organisation_id == organisation_id, Invoice.public_id.in_(public_ids)
        )
    )
    return {row.public_id: row.id for row in rows}
