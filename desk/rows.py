"""Rows of tables as templates show them: with their words, tones and addresses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from core.organisations.models import Organisation
from desk import dunning_words, words
from invoices.lists import InvoiceRow
from invoices.models import ContactPoint
from invoices.queries import why_not_dun
from links.models import AccessLink
from messaging.models import Message
from reactions.queries.beside import ListedAction


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice; `late` is open past its day, `is_exempt` what the gate of dunning says."""

    href: str
    number: str
    debtor_name: str
    debtor_href: str
    invoiced_on: date
    due_on: date
    late: bool
    amount: int
    amount_open: int
    currency: str
    is_exempt: bool
    state_label: str
    state_tone: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action beside something else; `about` names its invoices."""

    href: str
    reference: str
    name: str
    kind_label: str
    kind_tone: str
    about: str
    state_label: str
    state_tone: str
    reacted_at: datetime


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message beside something else."""

    href: str
    event_label: str
    channel_label: str
    recipient: str
    created_at: datetime
    state_label: str
    state_tone: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact point; without `state_label` it can be used."""

    href: str
    value: str
    channel: str
    channel_label: str
    is_preferred: bool
    state_label: str
    state_reason: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link; `entered` counts how often somebody came in by it. `revoke_url` is empty once it is over."""

    issued_at: datetime
    channel_label: str
    address: str
    expires_at: datetime
    entered: int
    first_entered_at: datetime | None
    state_label: str
    state_tone: str
    revoke_url: str


def invoices(organisation: Organisation, rows: Sequence[InvoiceRow], *, today: date) -> list[InvoiceLine]:
    """Return invoices; the gate of dunning is asked once for all of them."""
    held = exempt_ones(organisation, [row.id for row in rows])
    return [_invoice(row, row.id in held, today) for row in rows]


def exempt_ones(organisation: Organisation, invoice_ids: Collection[int]) -> set[int]:
    """Return those of the invoices that dunning leaves alone because of an exemption."""
    answers = why_not_dun(organisation_id=organisation.id, invoice_ids=invoice_ids)
    return {invoice_id for invoice_id, why in answers.items() if why and why.reason == "exempt"}


def _invoice(row: InvoiceRow, is_exempt: bool, today: date) -> InvoiceLine:
    label, tone = words.invoice_state(row, today)
    return InvoiceLine(
        href=url_for("desk.invoices.show", public_id=row.public_id),
        number=row.number,
        debtor_name=row.debtor.name,
        debtor_href=url_for("desk.debtors.show", public_id=row.debtor_public_id),
        invoiced_on=row.invoiced_on,
        due_on=row.due_on,
        late=row.amount_open > 0 and row.due_on < today,
        amount=row.amount,
        amount_open=row.amount_open,
        currency=row.currency,
        is_exempt=is_exempt,
        state_label=label,
        state_tone=tone,
    )


def action(row: ListedAction) -> ActionLine:
    """Return an action."""
    label, tone = words.action_state(row.state)
    return ActionLine(
        href=url_for("desk.actions.show", public_id=row.public_id),
        reference=row.reference,
        name=row.debtor_name,
        kind_label=row.type_name,
        kind_tone=row.type_key,
        about=", ".join(row.numbers),
        state_label=label,
        state_tone=tone,
        reacted_at=row.reacted_at,
    )


def message(row: Message) -> MessageLine:
    """Return a message."""
    label, tone = dunning_words.message_state(row.state)
    return MessageLine(
        href=url_for("desk.messages.show", public_id=row.public_id),
        event_label=dunning_words.event(row.event),
        channel_label=words.channel(row.channel),
        recipient=row.recipient,
        created_at=row.created_at,
        state_label=label,
        state_tone=tone,
    )


def contact(row: ContactPoint, *, debtor_public_id: str) -> ContactLine:
    """Return a contact point with the address of its form."""
    return ContactLine(
        href=url_for(
            "desk.contacts.edit", debtor_public_id=debtor_public_id, contact_public_id=row.public_id
        ),
        value=row.value,
        channel=row.channel.value,
        channel_label=words.channel(row.channel),
        is_preferred=row.is_preferred,
        state_label=words.contact_state(row.state),
        state_reason=words.contact_reason(row.state_reason),
    )


def link(row: AccessLink, *, contact: ContactPoint | None, now: datetime) -> LinkLine:
    """Return a link and the contact point it was sent to."""
    label, tone = words.link_state(row, now)
    is_over = row.revoked_at is not None or row.expires_at <= now
    return LinkLine(
        issued_at=row.issued_at,
        channel_label=words.channel(row.channel),
        address=contact.value if contact else "",
        expires_at=row.expires_at,
        entered=row.entered,
        first_entered_at=row.first_entered_at,
        state_label=label,
        state_tone=tone,
        revoke_url="" if is_over else url_for("desk.links.revoke", public_id=row.public_id),
    )
