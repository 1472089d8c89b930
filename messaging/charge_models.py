"""The table of what reminders added to invoices."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, Minor, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from core.law.collecting import ChargeKind


class ChargeEnd(StrEnum):
    """Why a charge is asked for no more."""

    PAID = "paid"
    LET_GO = "let_go"


def includes_vat(basis: Mapping[str, Any]) -> bool:
    """Return whether an amount with this basis was computed with VAT."""
    return any(row["rule"] == "vat" for row in basis["rows"])


class Charge(OfOrganisation, Base):
    """A cost or interest that a message adds to one of its invoices, in minor units of that currency.

    It is asked for once its message has left, for an invoice that is still in it: a message that failed or
    came back asks for nothing. It never changes afterwards. `principal` is what it was computed on, up to and
    with `until_on`; interest from `from_on` on. `basis` holds all that computed it, the rows of law written
    out, so that it can be explained when those rows are others.
    """

    __tablename__ = "charges"
    __rules__ = (
        belongs_to("messages", "message_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("members", "ended_by_id"),
        UniqueConstraint("organisation_id", "message_id", "invoice_id", "kind"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("principal > 0", name="principal"),
        CheckConstraint("(kind = 'interest') = (from_on IS NOT NULL)", name="interest_has_first_day"),
        CheckConstraint("from_on IS NULL OR from_on <= until_on", name="from_before_until"),
        CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)",
            name="end_is_told",
        ),
        Index("ix_charges_invoice", "organisation_id", "invoice_id"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    message_id: Mapped[int] = mapped_column(Key)
    invoice_id: Mapped[int] = mapped_column(Key)
    kind: Mapped[ChargeKind] = mapped_column(choice(ChargeKind, name="kind"))
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    principal: Mapped[int] = mapped_column(Minor)
    from_on: Mapped[date | None]
    until_on: Mapped[date]
    basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[ChargeEnd | None] = mapped_column(choice(ChargeEnd, name="end_reason"))
    ended_by_id: Mapped[int | None] = mapped_column(Key)
