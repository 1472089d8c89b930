"""What is posted of a reaction: one JSON document, and the signature that proves where it is from."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.organisations.models import Creditor, Organisation
from invoices.models import Debtor, Invoice
from reactions.forwarding.queueing import Claim
from reactions.models import Action, Reaction, ReactionInvoice, ReactionType

EVENT = "reaction.submitted"


def body_of(claim: Claim) -> bytes:
    """Return the document, in UTF-8: the reaction as it was given, and its action as it is now.

    Amounts are in minor units, moments in UTC. Of the debtor it holds the customer number only.
    """
    reaction = db.session.get_one(Reaction, claim.reaction_id)
    action = db.session.scalars(
        select(Action).where(
            Action.organisation_id == reaction.organisation_id, Action.reaction_id == reaction.id
        )
    ).one()
    type_ = db.session.get_one(ReactionType, action.type_id)
    said = {
        "event": EVENT,
        "delivery": claim.public_id,
        "organisation": db.session.get_one(Organisation, reaction.organisation_id).public_id,
        "reference": reaction.reference,
        "reacted_at": reaction.reacted_at.isoformat(),
        "language": reaction.language,
        "customer_number": db.session.get_one(Debtor, reaction.debtor_id).customer_number,
        "action": {
            "id": action.public_id,
            "type": type_.key,
            "code": type_.code,
            "state": action.state,
            "exempts": action.exempts,
            "promised_on": _day(action.promised_on),
            "review_on": _day(action.review_on),
        },
        "answers": [
            {name: answer[name] for name in ("key", "kind", "label", "value")} for answer in reaction.answers
        ],
        "invoices": _invoices(reaction),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def head_of(claim: Claim, body: bytes, *, now: datetime) -> Mapping[str, str]:
    """Return the headers that go with it: the delivery's id, and the moment signed together with the body.

    The signature is the HMAC-SHA256 of the moment in seconds, a full stop and the body, in hexadecimal.
    """
    moment = str(int(now.timestamp()))
    signature = hmac.new(claim.secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Portal-Delivery": claim.public_id,
        "Portal-Signature": f"t={moment},v1={signature}",
    }


def _invoices(reaction: Reaction) -> list[dict[str, object]]:
    rows = db.session.execute(
        select(Invoice, Creditor.code, ReactionInvoice.amount_open)
        .join(ReactionInvoice, ReactionInvoice.invoice_id == Invoice.id)
        .join(Creditor, Creditor.id == Invoice.creditor_id)
        .where(
            ReactionInvoice.organisation_id == reaction.organisation_id,
            ReactionInvoice.reaction_id == reaction.id,
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    return [
        {
            "number": invoice.number,
            "creditor": creditor,
            "currency": invoice.currency,
            "amount": invoice.amount,
            "amount_open": amount_open,
            "due_on": _day(invoice.due_on),
        }
        for invoice, creditor, amount_open in rows
    ]


def _day(day: object) -> str | None:
    return None if day is None else str(day)
