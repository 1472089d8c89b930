"""Tables of dunning policies, stages, runs and notices."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, Minor, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.models import Channel

# Runs a worker goes on with: half filled, or confirmed with messages still to be queued.
BEGUN = "finished_at IS NULL AND state IN ('filling', 'confirmed')"


class RunState(StrEnum):
    """A run is filled debtor by debtor, proposed, then confirmed (its messages are queued) or discarded."""

    FILLING = "filling"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class StageChannel(StrEnum):
    """By which channel a stage writes, in order; `preferred` takes the debtor's own first usable one.

    Only a stage that says so prints a letter.
    """

    PREFERRED = "preferred"
    EMAIL = "email"
    SMS = "sms"
    EMAIL_SMS = "email_sms"
    SMS_EMAIL = "sms_email"
    LETTER = "letter"
    LETTER_EMAIL = "letter_email"
    LETTER_EMAIL_SMS = "letter_email_sms"
    EMAIL_LETTER = "email_letter"
    EMAIL_SMS_LETTER = "email_sms_letter"

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it may take, whoever the debtor is."""
        if self is StageChannel.PREFERRED:
            return (Channel.EMAIL, Channel.SMS)
        return tuple(Channel(name) for name in self.value.split("_"))


class StageCosts(StrEnum):
    """Which costs a stage adds: none, a fee for the reminder itself, or those of collecting."""

    NONE = ""
    REMINDER = "reminder"
    COLLECTION = "collection"


class NoticeState(StrEnum):
    """What became of a debtor in a run. `held_back` means that nothing was left to write about at the end."""

    PROPOSED = "proposed"
    LEFT_OUT = "left_out"
    QUEUED = "queued"
    HELD_BACK = "held_back"


class DunningPolicy(OfOrganisation, Base):
    """The plan: stages with days after the due date, and the days that lie at least between two messages.

    `amount_minimum` is in minor units of the organisation's currency. An automatic policy runs by itself on
    working days, once a day, from `runs_from_hour` on the organisation's clock.

    `segment` (person, company, or empty for both) and `country` (ISO 3166, or empty for all) say whose plan
    it is; one that is by hand is only for debtors who were put on it. The default one is for the rest.
    """

    __tablename__ = "dunning_policies"
    __rules__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("segment IN ('', 'person', 'company')", name="segment"),
        CheckConstraint("is_default = (segment = '' AND country = '' AND NOT is_by_hand)", name="is_default"),
        CheckConstraint("NOT (is_default AND ended_at IS NOT NULL)", name="default_stays"),
        CheckConstraint("NOT (is_automatic AND ended_at IS NOT NULL)", name="ended_is_silent"),
        CheckConstraint("NOT is_by_hand OR (segment = '' AND country = '')", name="by_hand_has_no_selector"),
        CheckConstraint("minimum_gap_days BETWEEN 1 AND 365", name="minimum_gap"),
        CheckConstraint("amount_minimum >= 0", name="amount_minimum"),
        CheckConstraint("runs_from_hour BETWEEN 0 AND 23", name="runs_from_hour"),
        Index(
            "uq_dunning_policies_selector",
            "organisation_id",
            "segment",
            "country",
            unique=True,
            sqlite_where=text("NOT is_by_hand AND ended_at IS NULL"),
            postgresql_where=text("NOT is_by_hand AND ended_at IS NULL"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    name: Mapped[str] = mapped_column(String(80))
    is_default: Mapped[bool] = mapped_column(default=False)
    segment: Mapped[str] = mapped_column(String(8), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    is_by_hand: Mapped[bool] = mapped_column(default=False)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    runs_from_hour: Mapped[int] = mapped_column(default=9)
    minimum_gap_days: Mapped[int] = mapped_column(default=7)
    amount_minimum: Mapped[int] = mapped_column(Minor, default=0)
    ended_at: Mapped[datetime | None]


class DunningAssignment(OfOrganisation, Base):
    """A debtor whom somebody put on a policy, whatever the selectors of the others say."""

    __tablename__ = "dunning_assignments"
    __rules__ = (
        belongs_to("debtors", "debtor_id", ondelete="CASCADE"),
        belongs_to("dunning_policies", "policy_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "debtor_id"),
    )

    debtor_id: Mapped[int] = mapped_column(Key)
    policy_id: Mapped[int] = mapped_column(Key)


class DunningStage(OfOrganisation, Base):
    """A step of a policy: from so many days after the due date, this text by this channel.

    Invoices with less open than `amount_minimum` (minor units of the organisation's currency) stop before it.
    What `costs` and `adds_interest` come to is computed by the law of each debtor.
    """

    __tablename__ = "dunning_stages"
    __rules__ = (
        belongs_to("dunning_policies", "policy_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "policy_id", "position"),
        CheckConstraint("days_after_due BETWEEN 1 AND 1000", name="days_after_due"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("amount_minimum >= 0", name="amount_minimum"),
    )

    policy_id: Mapped[int] = mapped_column(Key)
    position: Mapped[int]
    days_after_due: Mapped[int]
    channel: Mapped[StageChannel] = mapped_column(
        choice(StageChannel, name="channel"), default=StageChannel.PREFERRED
    )
    event: Mapped[str] = mapped_column(String(40))
    amount_minimum: Mapped[int] = mapped_column(Minor, default=0)
    costs: Mapped[StageCosts] = mapped_column(choice(StageCosts, name="costs"), default=StageCosts.NONE)
    adds_interest: Mapped[bool] = mapped_column(default=False)


class DunningRun(OfOrganisation, Base):
    """One execution of a policy. At most one of a policy is filled or waits; one a day runs by itself.

    `filled_to` is the last debtor it was decided about: whoever goes on with filling begins after it.
    `finished_at` is when the last message of a confirmed one was queued, so that no worker looks at it again.
    `skip_counts` tells how many invoices an old run left alone by reason, once its skips are forgotten.
    """

    __tablename__ = "dunning_runs"
    __rules__ = (
        belongs_to("dunning_policies", "policy_id"),
        belongs_to("members", "decided_by_id"),
        CheckConstraint(
            "(state IN ('filling', 'proposed')) = (decided_at IS NULL)", name="decided_has_moment"
        ),
        CheckConstraint("finished_at IS NULL OR state = 'confirmed'", name="finished_is_confirmed"),
        Index(
            "uq_dunning_runs_open",
            "organisation_id",
            "policy_id",
            unique=True,
            sqlite_where=text("state IN ('filling', 'proposed')"),
            postgresql_where=text("state IN ('filling', 'proposed')"),
        ),
        Index(
            "uq_dunning_runs_automatic",
            "organisation_id",
            "policy_id",
            "run_on",
            unique=True,
            sqlite_where=text("is_automatic"),
            postgresql_where=text("is_automatic"),
        ),
        Index(
            "ix_dunning_runs_begun",
            "organisation_id",
            sqlite_where=text(BEGUN),
            postgresql_where=text(BEGUN),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    policy_id: Mapped[int] = mapped_column(Key)
    state: Mapped[RunState] = mapped_column(choice(RunState, name="state"), default=RunState.FILLING)
    filled_to: Mapped[int] = mapped_column(Key, default=0)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    run_on: Mapped[date]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(Key)
    finished_at: Mapped[datetime | None]
    skip_counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))


class DunningNotice(OfOrganisation, Base):
    """One debtor's outcome in a run: one message, whatever the number of invoices.

    Without a contact point it is a letter, to the debtor's postal address.
    """

    __tablename__ = "dunning_notices"
    __rules__ = (
        belongs_to("dunning_runs", "run_id", ondelete="CASCADE"),
        belongs_to("debtors", "debtor_id"),
        belongs_to("contact_points", "contact_point_id"),
        belongs_to("messages", "message_id"),
        UniqueConstraint("organisation_id", "run_id", "debtor_id"),
        CheckConstraint("(state = 'queued') = (message_id IS NOT NULL)", name="queued_has_message"),
        Index("ix_dunning_notices_debtor", "organisation_id", "debtor_id"),
    )

    run_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int] = mapped_column(Key)
    contact_point_id: Mapped[int | None] = mapped_column(Key)
    message_id: Mapped[int | None] = mapped_column(Key)
    event: Mapped[str] = mapped_column(String(40))
    stage_position: Mapped[int]
    state: Mapped[NoticeState] = mapped_column(
        choice(NoticeState, name="state"), default=NoticeState.PROPOSED
    )


class DunningNoticeInvoice(OfOrganisation, Base):
    """An invoice of a notice: the stage it reaches by it, and what it is reminded of in minor units.

    `costs` and `interest` are what the message adds: expected in a proposal, those of its charges once it is
    queued.
    """

    __tablename__ = "dunning_notice_invoices"
    __rules__ = (
        belongs_to("dunning_notices", "notice_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id"),
        UniqueConstraint("organisation_id", "notice_id", "invoice_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("costs >= 0", name="costs"),
        CheckConstraint("interest >= 0", name="interest"),
        Index("ix_dunning_notice_invoices_invoice", "organisation_id", "invoice_id"),
    )

    notice_id: Mapped[int] = mapped_column(Key)
    invoice_id: Mapped[int] = mapped_column(Key)
    stage_position: Mapped[int]
    event: Mapped[str] = mapped_column(String(40))
    amount: Mapped[int] = mapped_column(Minor)
    costs: Mapped[int] = mapped_column(Minor, default=0)
    interest: Mapped[int] = mapped_column(Minor, default=0)


class DunningSkip(OfOrganisation, Base):
    """An overdue invoice that a run leaves alone, and why."""

    __tablename__ = "dunning_skips"
    __rules__ = (
        belongs_to("dunning_runs", "run_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("debtors", "debtor_id"),
        UniqueConstraint("organisation_id", "run_id", "invoice_id"),
    )

    run_id: Mapped[int] = mapped_column(Key)
    invoice_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(120), default="")
