"""Tables of templates and of the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.models import Channel

# What a person should look at: it did not arrive, or nobody knows.
TROUBLE = "state IN ('unknown', 'failed', 'bounced') AND cleared_at IS NULL"


def _where(name: str, columns: str, condition: str) -> Index:
    """Return an index on the few rows that workers look for."""
    return Index(name, *columns.split(), sqlite_where=text(condition), postgresql_where=text(condition))


class MessageState(StrEnum):
    """Where a message is. `handing` is committed just before the provider gets it; doubt arises only then."""

    NEW = "new"
    CLAIMED = "claimed"
    HANDING = "handing"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    EXPIRED = "expired"


class MessageTemplate(OfOrganisation, Base):
    """An organisation's own words for one event, channel and language, with ((placeholders))."""

    __tablename__ = "message_templates"
    __rules__ = (
        UniqueConstraint("organisation_id", "event", "channel", "language"),
        CheckConstraint("channel = 'sms' OR subject <> ''", name="has_subject"),
    )

    event: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class Message(OfOrganisation, Base):
    """One e-mail, SMS or letter to one person: a row written with its reason, carried out by a worker.

    `values` are the placeholders known when it was queued; link and validity are filled when it is sent.
    `is_collection` says that every invoice in it must pass `invoices.queries.why_not_dun` when it leaves;
    `is_approach` of another message that nobody asked for it: it keeps to the contact hours and the week.
    `ask_at` is when the provider is asked what became of a doubtful SMS.
    `leased_until` of a claim is when it ends; of a doubtful message it is when that goes back to the queue,
    if it may. `losses` counts the workers that died while they held it. `sent_sha256` is of the bytes that
    were handed over last, `kept_mail` the packed copy of an e-mail (`messaging.copies`), `cleared_at` when a
    person said that nothing more is to be done about a failure.

    A letter belongs to a batch, which is printed and posted as one. `handing` it lies in the batch's PDF and
    waits for the person who posts it; its lease never ends, because nobody but that person knows.
    `letter_number` stands at its foot: only letters that are in the PDF have one, whatever comes of them.
    """

    __tablename__ = "messages"
    __rules__ = (
        belongs_to("debtors", "debtor_id"),
        belongs_to("contact_points", "contact_point_id"),
        belongs_to("members", "member_id"),
        belongs_to("access_links", "link_id"),
        belongs_to("letter_batches", "letter_batch_id"),
        UniqueConstraint("organisation_id", "dedupe_key"),
        CheckConstraint("(debtor_id IS NULL) <> (member_id IS NULL)", name="one_recipient"),
        CheckConstraint(
            "handed_at IS NULL OR state NOT IN ('new', 'claimed', 'suppressed')", name="handed_in_state"
        ),
        CheckConstraint("sent_at IS NULL OR state IN ('sent', 'delivered', 'bounced')", name="sent_in_state"),
        CheckConstraint(
            "state NOT IN ('claimed', 'handing') OR claimed_by IS NOT NULL", name="claim_has_owner"
        ),
        CheckConstraint("losses >= 0", name="losses"),
        CheckConstraint("(channel = 'letter') = (letter_batch_id IS NOT NULL)", name="letter_has_batch"),
        CheckConstraint("channel <> 'letter' OR state NOT IN ('claimed', 'unknown')", name="letter_is_known"),
        CheckConstraint(
            "letter_number IS NULL OR (letter_number > 0 AND channel = 'letter' AND state <> 'new')",
            name="letter_number",
        ),
        CheckConstraint(
            "channel <> 'letter' OR state <> 'handing' OR letter_number IS NOT NULL",
            name="printed_has_number",
        ),
        CheckConstraint("ask_at IS NULL OR channel = 'sms'", name="asked_about_sms"),
        CheckConstraint("sent_sha256 = '' OR length(sent_sha256) = 64", name="sent_sha256"),
        CheckConstraint("cleared_at IS NULL OR state NOT IN ('new', 'claimed', 'handing')", name="cleared"),
        Index("ix_messages_debtor", "organisation_id", "debtor_id"),
        _where("ix_messages_letter_batch", "organisation_id letter_batch_id", "letter_batch_id IS NOT NULL"),
        Index(
            "ix_messages_ask_at",
            "ask_at",
            sqlite_where=text("ask_at IS NOT NULL"),
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
        _where("ix_messages_waiting", "organisation_id channel is_collection not_before id", "state = 'new'"),
        _where("ix_messages_leased", "leased_until", "leased_until IS NOT NULL"),
        _where("ix_messages_ending", "expires_at", "state = 'new' AND expires_at IS NOT NULL"),
        _where("ix_messages_troubled", "organisation_id state", TROUBLE),
        _where("ix_messages_suspect", "not_before", "state = 'new' AND losses > 0"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    dedupe_key: Mapped[str] = mapped_column(String(120))
    event: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    language: Mapped[str] = mapped_column(String(2))
    debtor_id: Mapped[int | None] = mapped_column(Key)
    contact_point_id: Mapped[int | None] = mapped_column(Key)
    member_id: Mapped[int | None] = mapped_column(Key)
    link_id: Mapped[int | None] = mapped_column(Key)
    letter_batch_id: Mapped[int | None] = mapped_column(Key)
    letter_number: Mapped[int | None]
    recipient: Mapped[str] = mapped_column(String(254))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_collection: Mapped[bool] = mapped_column(default=False)
    is_approach: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[MessageState] = mapped_column(choice(MessageState, name="state"), default=MessageState.NEW)
    state_reason: Mapped[str] = mapped_column(String(240), default="")
    attempt: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(120))
    ask_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(240), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    sent_sha256: Mapped[str] = mapped_column(String(64), default="")
    kept_mail: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
    handed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class MessageInvoice(OfOrganisation, Base):
    """An invoice a message is about.

    One that is `behind` has not come as far as the message's text, which is that of another invoice in it:
    about such ones alone the message would be too harsh.
    """

    __tablename__ = "message_invoices"
    __rules__ = (
        belongs_to("messages", "message_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id"),
        UniqueConstraint("organisation_id", "message_id", "invoice_id"),
        Index("ix_message_invoices_invoice", "organisation_id", "invoice_id"),
    )

    message_id: Mapped[int] = mapped_column(Key)
    invoice_id: Mapped[int] = mapped_column(Key)
    is_behind: Mapped[bool] = mapped_column(default=False, server_default=false())


class MessageAttempt(OfOrganisation, Base):
    """One try to hand a message over, with the provider's words."""

    __tablename__ = "message_attempts"
    __rules__ = (
        belongs_to("messages", "message_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "message_id", "attempt"),
    )

    message_id: Mapped[int] = mapped_column(Key)
    attempt: Mapped[int]
    started_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(24))
    code: Mapped[str] = mapped_column(String(24), default="")
    words: Mapped[str] = mapped_column(String(400), default="")


class SendingPace(Base):
    """How fast messages go to a domain, from an organisation or from a sender, over all workers.

    `subject` is `domain:mail.example`, `organisation:7` or `sender:sms`. `spent_until` is the moment up to
    which its rate is used (see `messaging.rates`). A domain that refuses us for what we are (5.7.x) rests
    until `rests_until`, and so does a sender that is refused or told to wait.

    `refusals` counts what a domain refused since `refusals_since`; of a sender it is how often its rate was
    halved, for the last time then.
    """

    __tablename__ = "sending_paces"
    __table_args__ = (
        CheckConstraint("refusals >= 0", name="refusals"),
        CheckConstraint("(refusals = 0) = (refusals_since IS NULL)", name="refusals_since"),
    )

    subject: Mapped[str] = mapped_column(String(265), primary_key=True)
    spent_until: Mapped[datetime]
    refusals: Mapped[int] = mapped_column(default=0)
    refusals_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
