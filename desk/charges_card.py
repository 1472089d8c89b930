"""What an invoice's page shows of the costs and interest that reminders added."""

from decimal import Decimal
from typing import Any

from flask import url_for

from core.members.models import Role
from core.money import Money
from core.web.guards import current_member, may
from core.web.languages import language
from desk import charge_words
from invoices.models import Invoice
from messaging.charges import ChargeLine, charges_of


def context(invoice: Invoice) -> dict[str, Any]:
    """Return the lines, and what is asked for together in minor units."""
    lines = charges_of(organisation_id=invoice.organisation_id, invoice_id=invoice.id)
    return {
        "charges": [_line(one) for one in lines],
        "charges_asked": sum(one.charge.amount for one in lines if one.is_asked),
        "may_end_charges": may(current_member(), Role.AGENT),
    }


def _stretch(stretch: dict[str, Any], currency: str) -> dict[str, Any]:
    percent = str(stretch["percent"])
    return {
        "days": stretch["days"],
        "percent": percent if language() == "en" else percent.replace(".", ","),
        "principal": Money.of(Decimal(stretch["principal"]), currency).minor,
    }


def _line(line: ChargeLine) -> dict[str, Any]:
    charge = line.charge
    word, tone = charge_words.state(line)
    return {
        "kind": charge_words.named(charge),
        "amount": charge.amount,
        "principal": charge.principal,
        "from_on": charge.from_on,
        "until_on": charge.until_on,
        "state": word,
        "tone": tone,
        "sources": list(dict.fromkeys((row["source"], row["id"]) for row in charge.basis["rows"])),
        "stretches": [_stretch(one, charge.currency) for one in charge.basis.get("stretches", ())],
        "is_asked": line.is_asked,
        "paid_url": url_for("desk.charges.paid", public_id=charge.public_id),
        "let_go_url": url_for("desk.charges.let_go", public_id=charge.public_id),
    }
