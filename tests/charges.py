"""A cost that a reminder added to an invoice, for the crowd and for pages."""

from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.law.collecting import ChargeKind
from invoices.models import Invoice
from messaging import charges
from messaging.charge_models import Charge
from messaging.models import Message, MessageInvoice, MessageState


def charged(
    invoice: Invoice, now: datetime, amount: int = 4000, *, source: str = "A law", has_vat: bool = False
) -> Charge:
    """Store a reminder that was sent about an invoice, with the costs it added, VAT among them or not."""
    message = Message(
        organisation_id=invoice.organisation_id,
        dedupe_key=f"charged:{invoice.public_id}",
        event="reminder_3",
        channel="email",
        language="nl",
        recipient="sanne@mail.example",
        debtor_id=invoice.debtor_id,
        is_collection=True,
        state=MessageState.SENT,
        sent_at=now,
        not_before=now,
        message_id=f"charged-{invoice.public_id}",
        created_at=now,
    )
    db.session.add(message)
    db.session.flush()
    of_it = {"organisation_id": invoice.organisation_id, "message_id": message.id}
    db.session.add(MessageInvoice(**of_it, invoice_id=invoice.id))
    rules = ("collection_cost", "vat") if has_vat else ("collection_cost",)
    rows: list[dict[str, object]] = [
        {"id": "a.row", "rule": rule, "source": source, "values": {}} for rule in rules
    ]
    return _add(message, invoice, rows, now, amount)


def _add(
    message: Message, invoice: Invoice, rows: list[dict[str, object]], now: datetime, amount: int
) -> Charge:
    """Let a message add costs to an invoice, by these rows of law."""
    line = {
        "message_id": message.id,
        "invoice_id": invoice.id,
        "kind": ChargeKind.COLLECTION_COST,
        "amount": amount,
        "currency": invoice.currency,
        "principal": invoice.amount,
        "from_on": None,
        "until_on": now.date(),
        "basis": {"country": "NL", "segment": "B2C", "rows": rows},
    }
    db.session.flush()
    charges.add_all(organisation_id=message.organisation_id, lines=[line], now=now)
    stored: Charge = db.session.scalars(select(Charge).order_by(Charge.id.desc()).limit(1)).one()
    return stored
