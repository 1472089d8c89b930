"""Tables of bank statements and their lines; `invoices.models.Payment` names the line it came with."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, Minor, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.statements.formats import StatementFormat


class LineState(StrEnum):
    """Whether somebody has to look at a line: at one that is `suggested` or `unmatched`.

    `matched`: all of it is booked on invoices. `ignored`: what is left of it concerns no invoice.
    """

    MATCHED = "matched"
    SUGGESTED = "suggested"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"


class IgnoreReason(StrEnum):
    """Why a line, or what is left of it, concerns no invoice. `outgoing` is money that we paid."""

    OUTGOING = "outgoing"
    PAID_BACK = "paid_back"
    NOT_OURS = "not_ours"
    BOOKED_ELSEWHERE = "booked_elsewhere"
    OTHER = "other"


class BankStatement(OfOrganisation, Base):
    """One statement of one account, as the bank says it. `place` is where it stood in its file, from 1.

    Balances are signed; a table has none, no number, and perhaps no account. `lines_known` counts lines that
    an earlier statement had brought already.
    """

    __tablename__ = "bank_statements"
    __rules__ = (
        belongs_to("members", "member_id"),
        UniqueConstraint("organisation_id", "sha256", "place"),
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("ends_on >= begins_on", name="ends_after_begin"),
        CheckConstraint("lines_known >= 0", name="lines_known"),
        CheckConstraint(
            "format = 'table' OR (amount_opening IS NOT NULL AND amount_closing IS NOT NULL)", name="balances"
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    member_id: Mapped[int | None] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    place: Mapped[int]
    format: Mapped[StatementFormat] = mapped_column(choice(StatementFormat, name="format"))
    account: Mapped[str] = mapped_column(String(34))
    number: Mapped[str] = mapped_column(String(35))
    currency: Mapped[str] = mapped_column(String(3))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    amount_opening: Mapped[int | None] = mapped_column(Minor)
    amount_closing: Mapped[int | None] = mapped_column(Minor)
    lines_known: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class BankLine(OfOrganisation, Base):
    """One amount that came in (above zero) or went out. `amount_left` is what is booked on no invoice yet.

    `fingerprint` is a hash of all that the bank says about it and `occurrence` counts equal ones in a file:
    the pair is there once, however many statements bring it. One that `may_be_known` may be a line that an
    earlier file brought (equal, or its twin where one of the files is a table), or a second payment like it.
    """

    __tablename__ = "bank_lines"
    __rules__ = (
        belongs_to("bank_statements", "statement_id"),
        belongs_to("members", "decided_by_id"),
        UniqueConstraint("organisation_id", "fingerprint", "occurrence"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(
            "amount_left >= 0 AND (amount_left = 0 OR amount_left <= amount)", name="amount_left"
        ),
        CheckConstraint("state <> 'matched' OR (amount > 0 AND amount_left = 0)", name="matched_is_booked"),
        CheckConstraint("state <> 'suggested' OR amount_left > 0", name="suggested_has_rest"),
        CheckConstraint("state <> 'unmatched' OR amount_left > 0 OR amount < 0", name="unmatched_has_rest"),
        CheckConstraint("(state = 'ignored') = (ignore_reason IS NOT NULL)", name="ignored_has_reason"),
        CheckConstraint("occurrence > 0", name="occurrence"),
        Index("ix_bank_lines_statement", "organisation_id", "statement_id", "place"),
        Index(
            "ix_bank_lines_waiting",
            "organisation_id",
            "booked_on",
            sqlite_where=text("state IN ('suggested', 'unmatched')"),
            postgresql_where=text("state IN ('suggested', 'unmatched')"),
        ),
        Index("ix_bank_lines_payer", "organisation_id", "counterparty_iban"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    statement_id: Mapped[int] = mapped_column(Key)
    place: Mapped[int]
    booked_on: Mapped[date]
    amount: Mapped[int] = mapped_column(Minor)
    amount_left: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    counterparty_name: Mapped[str] = mapped_column(String(140), default="")
    counterparty_iban: Mapped[str] = mapped_column(String(34), default="")
    structured_reference: Mapped[str] = mapped_column(String(60), default="")
    end_to_end_id: Mapped[str] = mapped_column(String(60), default="")
    bank_reference: Mapped[str] = mapped_column(String(60), default="")
    remittance: Mapped[str] = mapped_column(Text, default="")
    is_reversal: Mapped[bool] = mapped_column(default=False)
    may_be_known: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
    occurrence: Mapped[int]
    state: Mapped[LineState] = mapped_column(choice(LineState, name="state"))
    ignore_reason: Mapped[IgnoreReason | None] = mapped_column(choice(IgnoreReason, name="ignore_reason"))
    decided_by_id: Mapped[int | None] = mapped_column(Key)
