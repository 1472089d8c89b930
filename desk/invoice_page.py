"""What the pages of invoices show: the list with its totals, and one invoice with how it came about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.organisations.queries import creditors_of
from core.trail import lines_about
from core.web.formats import money
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language
from desk import charges_card, lists, rows, settlements_page, timeline, words
from desk.action_page import type_names
from desk.forms.invoices import CreditNoteForm, PaymentForm
from desk.notices import Notice
from invoices.lists import SIZE as ON_A_PAGE
from invoices.lists import Owed, Standing, invoices_found, invoices_named
from invoices.models import Exemption, Invoice
from invoices.queries import why_not_dun
from invoices.settlements import exemptions_of
from messaging.queries import messages_about
from reactions.queries.askers import Asker, askers
from reactions.queries.beside import actions_about


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """A span in which dunning leaves the invoice alone; without `amount` all of it."""

    reason_label: str
    amount: int | None
    started_at: datetime
    ended_at: datetime | None
    action_href: str


def list_context() -> dict[str, Any]:
    """Return what the list of invoices shows."""
    organisation, page, debtor = current_organisation(), lists.page_number(), lists.chosen_debtor()
    today = day_in(clock.now(), organisation.zone)
    found, totals = invoices_found(
        organisation_id=organisation.id,
        today=today,
        text=lists.searched(),
        standing=lists.chosen("state", Standing),
        debtor_id=debtor.id if debtor else None,
        page=page,
    )
    total = sum(one.invoices for one in totals)
    return {
        "here": "invoices",
        "total": total,
        "totals": _totals(totals),
        "filters": [
            *lists.filters_by_debtor(debtor),
            lists.filter_by(
                "state", gettext("State"), [(state, words.standing(state)) for state in Standing]
            ),
        ],
        "search": lists.searched(),
        "kept": lists.kept("state", "debtor"),
        "rows": rows.invoices(organisation, found, today=today),
        "pages": lists.pages(total=total, page=page, size=ON_A_PAGE),
        "is_filtered": bool(lists.kept("state", "debtor", "q")),
        "clear_href": url_for("desk.invoices.index"),
    }


def context(invoice: Invoice, *, forms: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what one invoice's page shows; `forms` holds a refused `payment` or `credit_note`."""
    organisation_id = current_organisation().id
    of_it = {"organisation_id": organisation_id, "invoice_id": invoice.id}
    held = exemptions_of(**of_it)
    actions = actions_about(**of_it, language=language())
    things = [("invoice", invoice.id), *(("action", action.id) for action in actions)]
    messages = messages_about(**of_it)
    names = type_names()
    return {
        "here": "invoices",
        "back_href": url_for("desk.invoices.index"),
        "invoice": _about(invoice),
        "settlements": settlements_page.lines_of(invoice),
        "notices": [_dunning(invoice)],
        "reminder_href": url_for("desk.reminders.show", public_id=invoice.public_id),
        "exemptions": _exemptions(held, names),
        "actions": [rows.action(action) for action in actions],
        "messages": [rows.message(message) for message in messages],
        "events": timeline.events(
            lines_about(organisation_id=organisation_id, things=things), type_names=names, messages=messages
        ),
        **charges_card.context(invoice),
        **_forms(invoice, forms or {}),
    }


def payment_form(invoice: Invoice, *, sent: bool = False) -> PaymentForm:
    """Return the form for a payment; one that was not sent proposes all that is open."""
    seen = {"open_before": invoice.amount_open, "amount": invoice.amount_open}
    form = PaymentForm() if sent else PaymentForm(formdata=None, data=seen)
    form.amount.currency = invoice.currency
    return form


def credit_note_form(invoice: Invoice, *, sent: bool = False) -> CreditNoteForm:
    """Return the form for a credit note."""
    form = CreditNoteForm() if sent else CreditNoteForm(formdata=None)
    form.amount.currency = invoice.currency
    return form


def _forms(invoice: Invoice, refused: Mapping[str, Any]) -> Mapping[str, Any]:
    is_open = invoice.withdrawn_at is None and invoice.amount_open > 0
    return {
        "may_change": may(current_member(), Role.AGENT) and is_open,
        "payment_form": refused.get("payment") or payment_form(invoice),
        "credit_note_form": refused.get("credit_note") or credit_note_form(invoice),
        "payment_url": url_for("desk.invoices.pay", public_id=invoice.public_id),
        "credit_note_url": url_for("desk.invoices.credit", public_id=invoice.public_id),
        "withdraw_url": url_for("desk.invoices.withdraw", public_id=invoice.public_id),
        "refused": next(iter(refused), ""),
    }


def _totals(totals: Sequence[Owed]) -> str:
    return " + ".join(money(one.amount, one.currency, language()) for one in totals)


def _about(invoice: Invoice) -> dict[str, Any]:
    organisation_id = current_organisation().id
    row = invoices_named(organisation_id=organisation_id, invoice_ids=(invoice.id,))[0]
    today = day_in(clock.now(), current_organisation().zone)
    label, tone = words.invoice_state(row, today)
    creditors = {one.id: one.name for one in creditors_of(organisation_id=organisation_id)}
    return {
        "number": invoice.number,
        "state_label": label,
        "state_tone": tone,
        "debtor_name": row.debtor.name,
        "debtor_href": url_for("desk.debtors.show", public_id=row.debtor_public_id),
        "creditor_name": creditors[invoice.creditor_id],
        "invoiced_on": invoice.invoiced_on,
        "due_on": invoice.due_on,
        "late": invoice.amount_open > 0 and invoice.due_on < today,
        "amount": invoice.amount,
        "amount_open": invoice.amount_open,
        "currency": invoice.currency,
        "description": invoice.description,
        "payment_reference": invoice.payment_reference,
    }


def _dunning(invoice: Invoice) -> Notice:
    """Return what dunning does with the invoice, as its gate answers."""
    why = why_not_dun(organisation_id=invoice.organisation_id, invoice_ids=(invoice.id,))[invoice.id]
    if why is None:
        return Notice("player-play", gettext("Dunning goes on"), gettext("A reminder may go out about it."))
    if why.reason == "exempt":
        return Notice(
            "player-pause",
            gettext("Dunning leaves this invoice alone"),
            gettext("Until somebody changes or closes the action."),
        )
    return Notice("circle-check", gettext("Nothing to remind of"), gettext("Nothing is open on it."))


def _exemptions(held: Sequence[Exemption], names: Mapping[str, str]) -> list[ExemptionLine]:
    known = askers(
        organisation_id=current_organisation().id,
        names=[one.asked_by for one in held],
        language=language(),
    )
    return [
        ExemptionLine(
            reason_label=names.get(one.reason, one.reason),
            amount=one.amount,
            started_at=one.started_at,
            ended_at=one.ended_at,
            action_href=_action(known.get(one.asked_by)),
        )
        for one in held
    ]


def _action(asker: Asker | None) -> str:
    return url_for("desk.actions.show", public_id=asker.public_id) if asker else ""
