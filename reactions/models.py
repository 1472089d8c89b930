"""Tables of reaction types and fields, reactions, and the actions they set off."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, Minor, OfOrganisation, belongs_to, choice
from core.identifiers import public_id, reference


class Audience(StrEnum):
    """To whom a reaction type is offered."""

    EVERYBODY = "everybody"
    PERSONS = "persons"
    COMPANIES = "companies"


class ActionState(StrEnum):
    """`new` until a member did something with it; `closed` is the end."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why an action ended: a member's answer (the first three), or a rule that closed it."""

    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"


OUR_ANSWERS = frozenset({CloseReason.ANSWERED, CloseReason.ACCEPTED, CloseReason.REJECTED})


class ReactionType(OfOrganisation, Base):
    """An answer an organisation offers, and what it sets off.

    `code` is the organisation's own action ID. `promise_days` is how far ahead a promised date may lie;
    `review_days` is within how many working days an answer is promised.
    """

    __tablename__ = "reaction_types"
    __rules__ = (
        UniqueConstraint("organisation_id", "key"),
        UniqueConstraint("organisation_id", "code"),
        belongs_to("members", "assignee_id"),
        CheckConstraint("review_days BETWEEN 0 AND 90", name="review_days"),
        CheckConstraint("promise_days BETWEEN 0 AND 365", name="promise_days"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    key: Mapped[str] = mapped_column(String(24))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    is_offered: Mapped[bool] = mapped_column(default=True)
    exempts: Mapped[bool] = mapped_column(default=True)
    closes_when_paid: Mapped[bool] = mapped_column(default=False)
    review_days: Mapped[int] = mapped_column(default=5)
    promise_days: Mapped[int] = mapped_column(default=14)
    audience: Mapped[Audience] = mapped_column(choice(Audience, name="audience"), default=Audience.EVERYBODY)
    assignee_id: Mapped[int | None] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ReactionTypeText(OfOrganisation, Base):
    """A reaction type's words in one language: `name` for agents, `label` and `hint` for debtors."""

    __tablename__ = "reaction_type_texts"
    __rules__ = (
        belongs_to("reaction_types", "type_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "type_id", "language"),
        CheckConstraint("label <> ''", name="label"),
    )

    type_id: Mapped[int] = mapped_column(Key)
    language: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(240), default="")


class ReactionField(OfOrganisation, Base):
    """What a reaction type asks along. Visible fields are required unless optional.

    `kind` names a unit of `reactions.field_kinds`; `options` are its settings (longest text, choices' keys).
    """

    __tablename__ = "reaction_fields"
    __rules__ = (
        belongs_to("reaction_types", "type_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "type_id", "key"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    type_id: Mapped[int] = mapped_column(Key)
    key: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(24))
    position: Mapped[int]
    is_visible: Mapped[bool] = mapped_column(default=True)
    is_optional: Mapped[bool] = mapped_column(default=False)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ReactionFieldText(OfOrganisation, Base):
    """A field's words in one language; `choices` maps a choice's key to its label."""

    __tablename__ = "reaction_field_texts"
    __rules__ = (
        belongs_to("reaction_fields", "field_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "field_id", "language"),
    )

    field_id: Mapped[int] = mapped_column(Key)
    language: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(240), default="")
    choices: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class Reaction(OfOrganisation, Base):
    """One debtor's answer to one or more invoices, kept as it was given.

    `answers` is a list of {key, kind, label, value, shown}: the words the debtor saw and what was answered.
    """

    __tablename__ = "reactions"
    __rules__ = (
        belongs_to("debtors", "debtor_id"),
        belongs_to("reaction_types", "type_id"),
        belongs_to("visits", "visit_id"),
        UniqueConstraint("organisation_id", "submission_key"),
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_reactions_debtor", "organisation_id", "debtor_id", "reacted_at"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    reference: Mapped[str] = mapped_column(String(12), default=reference)
    submission_key: Mapped[str] = mapped_column(String(43))
    debtor_id: Mapped[int] = mapped_column(Key)
    visit_id: Mapped[int | None] = mapped_column(Key)
    type_id: Mapped[int] = mapped_column(Key)
    language: Mapped[str] = mapped_column(String(2))
    type_label: Mapped[str] = mapped_column(String(120))
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    answer_by: Mapped[date | None]
    reacted_at: Mapped[datetime]


class ReactionInvoice(OfOrganisation, Base):
    """An invoice a reaction is about, with the open amount at that moment."""

    __tablename__ = "reaction_invoices"
    __rules__ = (
        belongs_to("reactions", "reaction_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id"),
        UniqueConstraint("organisation_id", "reaction_id", "invoice_id"),
        Index("ix_reaction_invoices_invoice", "organisation_id", "invoice_id", "reaction_id"),
    )

    reaction_id: Mapped[int] = mapped_column(Key)
    invoice_id: Mapped[int] = mapped_column(Key)
    amount_open: Mapped[int] = mapped_column(Minor)


class Action(OfOrganisation, Base):
    """The work a reaction sets off. `version` lets two members never overwrite each other silently."""

    __tablename__ = "actions"
    __rules__ = (
        belongs_to("reactions", "reaction_id"),
        belongs_to("reaction_types", "type_id"),
        belongs_to("debtors", "debtor_id"),
        belongs_to("members", "assignee_id"),
        belongs_to("members", "closed_by_id"),
        UniqueConstraint("organisation_id", "reaction_id"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        CheckConstraint("state <> 'closed' OR close_reason IS NOT NULL", name="closed_has_reason"),
        CheckConstraint("amount_disputed IS NULL OR amount_disputed > 0", name="amount_disputed"),
        Index("ix_actions_state", "organisation_id", "state", "review_on"),
        Index("ix_actions_debtor", "organisation_id", "debtor_id"),
        Index(
            "ix_actions_open",
            "organisation_id",
            "created_at",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    reaction_id: Mapped[int] = mapped_column(Key)
    type_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int] = mapped_column(Key)
    state: Mapped[ActionState] = mapped_column(choice(ActionState, name="state"), default=ActionState.NEW)
    assignee_id: Mapped[int | None] = mapped_column(Key)
    exempts: Mapped[bool]
    amount_disputed: Mapped[int | None] = mapped_column(Minor)
    promised_on: Mapped[date | None]
    review_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(Key)
    close_reason: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


# Written out, never a parameter, for `ix_actions_open`: see `invoices.models.INVOICE_IS_OPEN`.
ACTION_IS_OPEN = Action.state != literal_column("'closed'")


class ActionNote(OfOrganisation, Base):
    """What a member wrote for colleagues."""

    __tablename__ = "action_notes"
    __rules__ = (
        belongs_to("actions", "action_id", ondelete="CASCADE"),
        belongs_to("members", "member_id"),
        Index("ix_action_notes_action", "organisation_id", "action_id"),
    )

    action_id: Mapped[int] = mapped_column(Key)
    member_id: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
