"""What took something off an invoice, as its page lists it, and the page that takes such a thing back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from core.clock import day_in
from core.members.models import Role
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language
from desk import rows
from desk.forms.invoices import TakeBackForm
from invoices.models import CreditNote, Invoice, Payment
from invoices.settlements import Settlement, credit_notes_of, payments_of, settlement_by_hand
from invoices.statements.booked import pages_of_lines
from reactions.queries.beside import actions_closed_by_payment


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """A payment or a credit note: what it took off the invoice, in minor units.

    `line_href` is the page of the bank's line it came with, `take_back_href` where one entered by hand is
    taken back; each may be empty.
    """

    label: str
    on: date | None
    reference: str
    amount: int
    line_href: str = ""
    take_back_href: str = ""


def lines_of(invoice: Invoice) -> list[SettlementLine]:
    """Return what took something off the invoice, the first one first."""
    of_it = {"organisation_id": invoice.organisation_id, "invoice_id": invoice.id}
    told = [
        *_payments(invoice, payments_of(**of_it)),
        *(_note(invoice, one) for one in credit_notes_of(**of_it)),
    ]
    if invoice.amount_settled_elsewhere:
        elsewhere = gettext("Settled in other books")
        told.append(SettlementLine(elsewhere, None, "", invoice.amount_settled_elsewhere))
    rest = invoice.amount - sum(one.amount for one in told)
    if invoice.withdrawn_at is not None and rest:
        on = day_in(invoice.withdrawn_at, current_organisation().zone)
        told.append(SettlementLine(gettext("Withdrawn"), on, "", rest))
    return sorted(told, key=lambda one: one.on or date.min)


def take_back_context(invoice: Invoice, settlement_public_id: str, form: TakeBackForm) -> dict[str, Any]:
    """Return what the page shows that asks whether a payment or credit note is to be taken back.

    Raises SettlementGone and CameWithStatement.
    """
    found = settlement_by_hand(
        organisation_id=invoice.organisation_id, invoice_id=invoice.id, public_id=settlement_public_id
    )
    closed = actions_closed_by_payment(
        organisation_id=invoice.organisation_id,
        invoice_id=invoice.id,
        since=found.created_at,
        language=language(),
    )
    return {
        "here": "invoices",
        "back_href": url_for("desk.invoices.show", public_id=invoice.public_id),
        "form_url": _take_back(invoice, found),
        "form": form,
        "invoice": invoice,
        "is_payment": isinstance(found, Payment),
        "amount": found.amount,
        "on": found.paid_on if isinstance(found, Payment) else found.credited_on,
        "reference": found.reference if isinstance(found, Payment) else found.number,
        "open_after": None if invoice.withdrawn_at else invoice.amount_open + found.amount,
        "closed": [rows.action(action) for action in closed],
    }


def _payments(invoice: Invoice, found: Sequence[Payment]) -> list[SettlementLine]:
    came_with = [one.bank_line_id for one in found if one.bank_line_id is not None]
    pages = pages_of_lines(organisation_id=invoice.organisation_id, line_ids=came_with)
    return [
        SettlementLine(
            gettext("Payment"),
            one.paid_on,
            one.reference,
            one.amount,
            line_href=_line(pages[one.bank_line_id]) if one.bank_line_id is not None else "",
            take_back_href=_take_back(invoice, one) if one.bank_line_id is None else "",
        )
        for one in found
    ]


def _note(invoice: Invoice, one: CreditNote) -> SettlementLine:
    label = gettext("Credit note")
    return SettlementLine(
        label, one.credited_on, one.number, one.amount, take_back_href=_take_back(invoice, one)
    )


def _line(public_id: str) -> str:
    return url_for("desk.payments.show", public_id=public_id)


def _take_back(invoice: Invoice, found: Settlement) -> str:
    """Return where it is taken back, for those who may."""
    if not may(current_member(), Role.AGENT):
        return ""
    return url_for("desk.settlements.ask", public_id=invoice.public_id, settlement_public_id=found.public_id)
