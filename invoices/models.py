"""Tables of debtors, invoices, what was paid or credited on them, and exemptions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Index, String, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, Minor, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.references import key_in_sql, number_key_in_sql


class DebtorKind(StrEnum):
    """A private person or a business; the key to every rule of law. Unknown means person."""

    PERSON = "person"
    COMPANY = "company"


class Channel(StrEnum):
    """How somebody can be reached. A letter goes to the debtor's postal address, never to a contact point."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    LETTER = "letter"


class ContactState(StrEnum):
    """Whether a contact point may be used."""

    USABLE = "usable"
    FAILED = "failed"
    OPTED_OUT = "opted_out"


class Debtor(OfOrganisation, Base):
    """A person or business that owes."""

    __tablename__ = "debtors"
    __rules__ = (
        UniqueConstraint("organisation_id", "customer_number"),
        CheckConstraint("language IN ('nl', 'fr', 'de', 'en', 'nb')", name="language"),
        CheckConstraint("kind = 'person' OR company_name <> ''", name="company_has_name"),
        Index("ix_debtors_sort", "organisation_id", "sort_name"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    kind: Mapped[DebtorKind] = mapped_column(choice(DebtorKind, name="kind"), default=DebtorKind.PERSON)
    customer_number: Mapped[str] = mapped_column(String(40))
    sort_name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(2))
    salutation: Mapped[str] = mapped_column(String(40), default="")
    first_name: Mapped[str] = mapped_column(String(80), default="")
    initials: Mapped[str] = mapped_column(String(20), default="")
    middle_names: Mapped[str] = mapped_column(String(80), default="")
    last_name: Mapped[str] = mapped_column(String(80), default="")
    company_name: Mapped[str] = mapped_column(String(160), default="")
    legal_form: Mapped[str] = mapped_column(String(40), default="")
    vat_number: Mapped[str] = mapped_column(String(20), default="")
    register_number: Mapped[str] = mapped_column(String(20), default="")
    attention_of: Mapped[str] = mapped_column(String(120), default="")
    street: Mapped[str] = mapped_column(String(120), default="")
    house_number: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(16), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """The name agents read: the company's, else first name, middle names and last name."""
        if self.kind == DebtorKind.COMPANY:
            return self.company_name
        parts = (self.first_name or self.initials, self.middle_names, self.last_name)
        return " ".join(part for part in parts if part) or self.customer_number


class ContactPoint(OfOrganisation, Base):
    """An e-mail address or telephone number (E.164) of a debtor."""

    __tablename__ = "contact_points"
    __rules__ = (
        belongs_to("debtors", "debtor_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "debtor_id", "channel", "value"),
        CheckConstraint("channel = 'email' OR value LIKE '+%'", name="number_is_e164"),
        CheckConstraint("channel <> 'email' OR value LIKE '%_@_%'", name="address_has_at"),
        CheckConstraint("channel <> 'letter'", name="address_is_the_debtors"),
        Index(
            "ix_contact_points_number",
            "value",
            sqlite_where=text("channel = 'sms'"),
            postgresql_where=text("channel = 'sms'"),
        ),
        Index(
            "ix_contact_points_unusable",
            "organisation_id",
            "debtor_id",
            sqlite_where=text("state <> 'usable'"),
            postgresql_where=text("state <> 'usable'"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    debtor_id: Mapped[int] = mapped_column(Key)
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    value: Mapped[str] = mapped_column(String(254))
    is_preferred: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ContactState] = mapped_column(
        choice(ContactState, name="state"), default=ContactState.USABLE
    )
    state_reason: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class DebtorPause(OfOrganisation, Base):
    """A span in which a debtor gets no collection message at all. From `ends_on` on they may get one again.

    `ended_at` is set when somebody ended it before, or put another one in its place.
    """

    __tablename__ = "debtor_pauses"
    __rules__ = (
        belongs_to("debtors", "debtor_id", ondelete="CASCADE"),
        belongs_to("members", "member_id"),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        Index(
            "uq_debtor_pauses_in_force",
            "organisation_id",
            "debtor_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    debtor_id: Mapped[int] = mapped_column(Key)
    member_id: Mapped[int | None] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime]
    ends_on: Mapped[date]
    ended_at: Mapped[datetime | None]


class Invoice(OfOrganisation, Base):
    """What is owed. `amount` is what the invoice said; `amount_open` what `invoices.balances` computes of it.

    `amount_settled_elsewhere` is what the creditor's own books say was settled without a payment we know.
    `number_key` and `reference_key` are what payers' words are compared with: the database computes them.
    """

    __tablename__ = "invoices"
    __rules__ = (
        belongs_to("debtors", "debtor_id"),
        belongs_to("creditors", "creditor_id"),
        UniqueConstraint("organisation_id", "creditor_id", "number"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("amount_open BETWEEN 0 AND amount", name="amount_open"),
        CheckConstraint("amount_settled_elsewhere BETWEEN 0 AND amount", name="amount_settled_elsewhere"),
        CheckConstraint("due_on >= invoiced_on", name="due_after_invoiced"),
        CheckConstraint("withdrawn_at IS NULL OR amount_open = 0", name="withdrawn_is_settled"),
        Index(
            "ix_invoices_open",
            "organisation_id",
            "debtor_id",
            "due_on",
            sqlite_where=text("amount_open > 0"),
            postgresql_where=text("amount_open > 0"),
        ),
        Index("ix_invoices_debtor", "organisation_id", "debtor_id"),
        Index(
            "ix_invoices_number_key",
            "organisation_id",
            "number_key",
            sqlite_where=text("amount_open > 0"),
            postgresql_where=text("amount_open > 0"),
        ),
        Index(
            "ix_invoices_reference_key",
            "organisation_id",
            "reference_key",
            sqlite_where=text("amount_open > 0 AND reference_key <> ''"),
            postgresql_where=text("amount_open > 0 AND reference_key <> ''"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    creditor_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int] = mapped_column(Key)
    number: Mapped[str] = mapped_column(String(60))
    invoiced_on: Mapped[date]
    due_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(Minor)
    amount_open: Mapped[int] = mapped_column(Minor)
    amount_settled_elsewhere: Mapped[int] = mapped_column(Minor, default=0)
    description: Mapped[str] = mapped_column(String(240), default="")
    payment_reference: Mapped[str] = mapped_column(String(60), default="")
    number_key: Mapped[str] = mapped_column(
        Text, Computed(number_key_in_sql("number"), persisted=True), deferred=True
    )
    reference_key: Mapped[str] = mapped_column(
        Text, Computed(key_in_sql("payment_reference"), persisted=True), deferred=True
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


# Written out, never a parameter: only so both databases see that `ix_invoices_open` holds what is asked for,
# and SQLite, which cannot know that of a parameter, does not plan the statement anew each time.
INVOICE_IS_OPEN = Invoice.amount_open > literal_column("0")
# The same for `ix_invoices_reference_key`.
INVOICE_HAS_REFERENCE = Invoice.reference_key != literal_column("''")


class Payment(OfOrganisation, Base):
    """Money received for an invoice; `bank_line_id` is the line of a statement that it came with."""

    __tablename__ = "payments"
    __rules__ = (
        belongs_to("invoices", "invoice_id"),
        belongs_to("bank_lines", "bank_line_id"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payments_invoice", "organisation_id", "invoice_id"),
        Index("ix_payments_bank_line", "organisation_id", "bank_line_id"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    invoice_id: Mapped[int] = mapped_column(Key)
    amount: Mapped[int] = mapped_column(Minor)
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(140), default="")
    bank_line_id: Mapped[int | None] = mapped_column(Key)
    created_at: Mapped[datetime]


class CreditNote(OfOrganisation, Base):
    """An amount the creditor took off an invoice."""

    __tablename__ = "credit_notes"
    __rules__ = (
        belongs_to("invoices", "invoice_id"),
        UniqueConstraint("organisation_id", "invoice_id", "number"),
        CheckConstraint("amount > 0", name="amount"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    invoice_id: Mapped[int] = mapped_column(Key)
    number: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(Minor)
    credited_on: Mapped[date]
    created_at: Mapped[datetime]


class Exemption(OfOrganisation, Base):
    """A span in which dunning leaves an invoice, or `amount` of it, alone.

    `asked_by` names who asked, such as `action:7`; one is in force per invoice and asker. It ends only when
    somebody or a rule ends it: `review_on` is a day to look at it again, never an end.
    """

    __tablename__ = "exemptions"
    __rules__ = (
        belongs_to("invoices", "invoice_id"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        Index(
            "uq_exemptions_in_force",
            "organisation_id",
            "invoice_id",
            "asked_by",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_exemptions_asked_by", "organisation_id", "asked_by"),
    )

    invoice_id: Mapped[int] = mapped_column(Key)
    asked_by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    amount: Mapped[int | None] = mapped_column(Minor)
    started_at: Mapped[datetime]
    review_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
