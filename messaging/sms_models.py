"""Tables around SMS: what the provider reported, who wants none, and how many may leave."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from invoices.models import Channel


class Report(StrEnum):
    """What a provider reports, once each: the life of a message we sent, or a word somebody sent us.

    The order of the first nine is their rank: a later one is never undone by an earlier one.
    """

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    CANCELED = "canceled"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    STOP = "stop"
    START = "start"

    @property
    def rank(self) -> int:
        """How far it is from the first one."""
        return list(Report).index(self)


class OptOutSource(StrEnum):
    """How we know that somebody wants no messages: their SMS, the provider's refusal because of one, a
    complaint about a mail, what a member was told, or what they said on their own pages."""

    STOP = "stop"
    PROVIDER = "provider"
    COMPLAINT = "complaint"
    PORTAL = "portal"
    DEBTOR = "debtor"


class ProviderEvent(OfOrganisation, Base):
    """One report of a provider, kept once however often it comes. `provider_id` is its name for the message.

    `message_id` and `attempt` are ours; a word that somebody sent us has neither.
    """

    __tablename__ = "provider_events"
    __rules__ = (
        belongs_to("messages", "message_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "provider_id", "status"),
        Index("ix_provider_events_message", "organisation_id", "message_id"),
        CheckConstraint("(message_id IS NULL) = (attempt IS NULL)", name="attempt_of_message"),
        CheckConstraint("(message_id IS NULL) = (status IN ('stop', 'start'))", name="words_have_no_message"),
    )

    message_id: Mapped[int | None] = mapped_column(Key)
    attempt: Mapped[int | None]
    provider_id: Mapped[str] = mapped_column(String(80))
    status: Mapped[Report] = mapped_column(choice(Report, name="status"))
    code: Mapped[str] = mapped_column(String(24), default="")
    received_at: Mapped[datetime]


class OptOut(OfOrganisation, Base):
    """An address (in small letters) or number that gets no messages from this organisation by a channel."""

    __tablename__ = "opt_outs"
    __rules__ = (
        UniqueConstraint("organisation_id", "channel", "value"),
        CheckConstraint("channel <> 'sms' OR value LIKE '+%'", name="number_is_e164"),
    )

    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    value: Mapped[str] = mapped_column(String(254))
    source: Mapped[OptOutSource] = mapped_column(choice(OptOutSource, name="source"))
    began_at: Mapped[datetime]


class SmsDay(OfOrganisation, Base):
    """How many SMS an organisation handed over on one of its days."""

    __tablename__ = "sms_days"
    __rules__ = (
        UniqueConstraint("organisation_id", "day"),
        CheckConstraint("handed > 0", name="handed"),
    )

    day: Mapped[date]
    handed: Mapped[int]


class SendingAlarm(Base):
    """A provider's refusal of us, not of a message, that somebody has to look at until it takes one again.

    Organisations share the sender, so this is the installation's. `subject` is the sender, as in
    `SendingPace`, whose `rests_until` says how long it is left alone.
    """

    __tablename__ = "sending_alarms"
    __table_args__ = (CheckConstraint("words <> ''", name="words"),)

    subject: Mapped[str] = mapped_column(String(265), primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    words: Mapped[str] = mapped_column(String(240))
    since: Mapped[datetime]
