"""One action as the desk shows it: what was answered, about which invoices, and all that happened since."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from core.audit import Actor, AuditEvent
from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from invoices.models import Channel, Debtor, Exemption, Invoice
from links.models import AccessLink, Visit
from reactions.field_kinds.fields import Field
from reactions.field_kinds.table import KINDS, show
from reactions.models import (
    Action,
    ActionNote,
    Reaction,
    ReactionField,
    ReactionFieldText,
    ReactionInvoice,
    ReactionType,
    ReactionTypeText,
)
from reactions.queries.given import asked_by
from reactions.queries.offered import LAST_RESORT, as_field, spoken


class ActionUnknown(Refusal):
    """There is no such action in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in a member's language where it is a choice, an amount or a day; else as it was written."""

    key: str
    name: str
    shown: str
    is_long: bool
    value: Any


@dataclass(frozen=True, slots=True)
class ActionInvoice:
    """An invoice of an action. `is_exempt`: by this action, now; `amount_exempt` when only in part."""

    id: int
    public_id: str
    number: str
    invoiced_on: date
    due_on: date
    currency: str
    amount: int
    amount_open: int
    amount_open_then: int
    is_exempt: bool
    amount_exempt: int | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the audit trail about the action; `name` is the member's."""

    at: datetime
    actor: Actor
    name: str | None
    what: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """What a member wrote for colleagues."""

    written_at: datetime
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ActionPage:
    """All that the desk shows of one action."""

    action: Action
    reaction: Reaction
    type_key: str
    type_code: str
    type_name: str
    debtor: Debtor
    assignee: Member | None
    channel: Channel | None
    answers: tuple[Answer, ...]
    invoices: tuple[ActionInvoice, ...]
    history: tuple[HistoryLine, ...]
    notes: tuple[Note, ...]

    @property
    def is_exempt(self) -> bool:
        """Whether any of the invoices is exempt by this action."""
        return any(invoice.is_exempt for invoice in self.invoices)


def action_by_public_id(*, organisation_id: int, public_id: str) -> Action:
    """Return the action. Raises ActionUnknown."""
    found = db.session.scalar(
        select(Action).where(Action.organisation_id == organisation_id, Action.public_id == public_id)
    )
    if found is None:
        raise ActionUnknown
    return found


def action_page(*, organisation_id: int, action_public_id: str, language: str) -> ActionPage:
    """Return one action; names and choices in `language`. Raises ActionUnknown."""
    action = action_by_public_id(organisation_id=organisation_id, public_id=action_public_id)
    reaction = db.session.get_one(Reaction, action.reaction_id)
    type_ = db.session.get_one(ReactionType, action.type_id)
    return ActionPage(
        action=action,
        reaction=reaction,
        type_key=type_.key,
        type_code=type_.code,
        type_name=_type_name(type_, language),
        debtor=db.session.get_one(Debtor, action.debtor_id),
        assignee=db.session.get(Member, action.assignee_id) if action.assignee_id else None,
        channel=_channel(reaction),
        answers=_answers(reaction, language),
        invoices=_invoices(action),
        history=_history(action),
        notes=_notes(action),
    )


def _type_name(type_: ReactionType, language: str) -> str:
    texts = db.session.scalars(
        select(ReactionTypeText).where(
            ReactionTypeText.organisation_id == type_.organisation_id, ReactionTypeText.type_id == type_.id
        )
    ).all()
    return spoken(texts, (language, LAST_RESORT)).name


def _channel(reaction: Reaction) -> Channel | None:
    return db.session.scalar(
        select(AccessLink.channel)
        .join(Visit, Visit.link_id == AccessLink.id)
        .where(Visit.organisation_id == reaction.organisation_id, Visit.id == reaction.visit_id)
    )


def _answers(reaction: Reaction, language: str) -> tuple[Answer, ...]:
    known = _fields(reaction, language)
    return tuple(_answer(given, known.get(given["key"]), language) for given in reaction.answers)


def _answer(given: dict[str, Any], known: tuple[Field, str] | None, language: str) -> Answer:
    """Return an answer in words; when its question or choice is gone, in the words the debtor read."""
    key, kind, value = given["key"], given["kind"], given["value"]
    name, shown = given["label"], given["shown"]
    if known is not None and known[0].kind == kind and kind in KINDS:
        field, name = known
        if kind != "choice" or value in field.choices:
            shown = show(kind, value, language=language, choices=field.choices)
    return Answer(key=key, name=name, shown=shown, is_long=kind == "long_text", value=value)


def _fields(reaction: Reaction, language: str) -> dict[str, tuple[Field, str]]:
    rows = db.session.execute(
        select(ReactionField, ReactionFieldText)
        .join(ReactionFieldText, ReactionFieldText.field_id == ReactionField.id)
        .where(
            ReactionField.organisation_id == reaction.organisation_id,
            ReactionField.type_id == reaction.type_id,
        )
    ).all()
    texts: dict[int, list[ReactionFieldText]] = {}
    for field, text in rows:
        texts.setdefault(field.id, []).append(text)
    known = {}
    for field in {field.id: field for field, _ in rows}.values():
        words = spoken(texts[field.id], (language, LAST_RESORT))
        known[field.key] = (as_field(field, words), words.name)
    return known


def _invoices(action: Action) -> tuple[ActionInvoice, ...]:
    rows = db.session.execute(
        select(Invoice, ReactionInvoice.amount_open, Exemption)
        .join(ReactionInvoice, ReactionInvoice.invoice_id == Invoice.id)
        .outerjoin(
            Exemption,
            (Exemption.invoice_id == Invoice.id)
            & (Exemption.asked_by == asked_by(action.id))
            & Exemption.ended_at.is_(None),
        )
        .where(
            Invoice.organisation_id == action.organisation_id,
            ReactionInvoice.reaction_id == action.reaction_id,
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    return tuple(_invoice(invoice, then, exemption) for invoice, then, exemption in rows)


def _invoice(invoice: Invoice, then: int, exemption: Exemption | None) -> ActionInvoice:
    return ActionInvoice(
        id=invoice.id,
        public_id=invoice.public_id,
        number=invoice.number,
        invoiced_on=invoice.invoiced_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        amount=invoice.amount,
        amount_open=invoice.amount_open,
        amount_open_then=then,
        is_exempt=exemption is not None,
        amount_exempt=exemption.amount if exemption else None,
    )


def _history(action: Action) -> tuple[HistoryLine, ...]:
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.actor, Member.name, AuditEvent.what, AuditEvent.details)
        .outerjoin(Member, Member.id == AuditEvent.member_id)
        .where(
            AuditEvent.organisation_id == action.organisation_id,
            AuditEvent.about == "action",
            AuditEvent.about_id == action.id,
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    return tuple(HistoryLine(*row) for row in rows)


def _notes(action: Action) -> tuple[Note, ...]:
    rows = db.session.execute(
        select(ActionNote.written_at, Member.name, ActionNote.note)
        .join(Member, Member.id == ActionNote.member_id)
        .where(ActionNote.organisation_id == action.organisation_id, ActionNote.action_id == action.id)
        .order_by(ActionNote.id.desc())
    )
    return tuple(Note(*row) for row in rows)
