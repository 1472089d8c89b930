"""Which invoices an action holds dunning off, and for how much."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Invoice
from invoices.operations import end_exemptions, exempt
from invoices.queries import lock_invoices
from reactions.models import Action, ReactionInvoice
from reactions.queries.given import asked_by


class PartAboveOpen(Refusal):
    """More than is open on the invoices of the action."""

    sentence = N_("The amount is higher than what is open on these invoices.")


class PartOfSeveralCurrencies(Refusal):
    """One amount cannot be a part of invoices in two currencies."""

    sentence = N_("These invoices have more than one currency. Leave the amount empty.")


def locked_invoices_of(action: Action) -> Sequence[Invoice]:
    """Return the invoices of an action by due date, held until the transaction ends."""
    of_reaction = select(ReactionInvoice.invoice_id).where(
        ReactionInvoice.organisation_id == action.organisation_id,
        ReactionInvoice.reaction_id == action.reaction_id,
    )
    ids = db.session.scalars(of_reaction).all()
    lock_invoices(organisation_id=action.organisation_id, invoice_ids=ids)
    return db.session.scalars(
        select(Invoice)
        .where(Invoice.organisation_id == action.organisation_id, Invoice.id.in_(ids))
        .order_by(Invoice.due_on, Invoice.id)
        .execution_options(populate_existing=True)
    ).all()


def hold_off(action: Action, *, type_key: str, now: datetime) -> Sequence[Invoice]:
    """Bring the exemptions of an action in line with it and return the invoices that are exempt now.

    A part in dispute is taken from the invoices in the order of their due dates. Raises PartAboveOpen,
    PartOfSeveralCurrencies.
    """
    still_open = [invoice for invoice in locked_invoices_of(action) if invoice.amount_open > 0]
    parts = _parts(still_open, action.amount_disputed) if action.exempts else []
    if len(parts) < len(still_open):
        let_go(action, reason="changed", now=now)
    for invoice, amount in parts:
        exempt(
            organisation_id=action.organisation_id,
            invoice_id=invoice.id,
            asked_by=asked_by(action.id),
            reason=type_key,
            amount=amount,
            review_on=action.review_on,
            now=now,
        )
    return [invoice for invoice, _ in parts]


def let_go(action: Action, *, reason: str, now: datetime) -> None:
    """End every exemption of an action: dunning goes on."""
    end_exemptions(
        organisation_id=action.organisation_id, asked_by=asked_by(action.id), end_reason=reason, now=now
    )


def review_day(*, answer_by: date | None, asked_on: date | None) -> date | None:
    """Return the day on which somebody should look at the action: the earliest day known."""
    return min((day for day in (answer_by, asked_on) if day), default=None)


def _parts(invoices: Sequence[Invoice], disputed: int | None) -> list[tuple[Invoice, int | None]]:
    if disputed is None:
        return [(invoice, None) for invoice in invoices]
    if len({invoice.currency for invoice in invoices}) > 1:
        raise PartOfSeveralCurrencies
    if disputed > sum(invoice.amount_open for invoice in invoices):
        raise PartAboveOpen
    parts: list[tuple[Invoice, int | None]] = []
    for invoice in invoices:
        part = min(disputed, invoice.amount_open)
        disputed -= part
        if part:
            parts.append((invoice, None if part == invoice.amount_open else part))
    return parts
