"""Tables of organisations and creditors."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to
from core.identifiers import public_id

LANGUAGES = ("nl", "fr", "de", "en", "nb")


class Organisation(Base):
    """The tenant: who runs a portal and decides its settings."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("link_validity_hours BETWEEN 1 AND 24000", name="link_validity"),
        CheckConstraint("language IN ('nl', 'fr', 'de', 'en', 'nb')", name="language"),
        CheckConstraint("sms_per_day BETWEEN 0 AND 100000", name="sms_per_day"),
        CheckConstraint("length(accent) = 7 AND accent LIKE '#%'", name="accent"),
        CheckConstraint("collection_messages_a_week BETWEEN 1 AND 21", name="messages_a_week"),
        CheckConstraint("payment_data_days BETWEEN 1 AND 365", name="payment_data_days"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2), default="nl")
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Amsterdam")
    country: Mapped[str] = mapped_column(String(2), default="NL")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    accent: Mapped[str] = mapped_column(String(7), default="#0B5560")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_type: Mapped[str | None] = mapped_column(String(20))
    support_phone: Mapped[str] = mapped_column(String(40), default="")
    support_hours: Mapped[str] = mapped_column(String(120), default="")
    support_email: Mapped[str] = mapped_column(String(254), default="")
    debt_help_name: Mapped[str] = mapped_column(String(80), default="")
    debt_help_phone: Mapped[str] = mapped_column(String(40), default="")
    postal_address: Mapped[str] = mapped_column(String(240), default="")
    register_number: Mapped[str] = mapped_column(String(40), default="")
    link_validity_hours: Mapped[int] = mapped_column(default=14 * 24)
    collection_messages_a_week: Mapped[int] = mapped_column(default=3)
    payment_data_days: Mapped[int | None]
    # At most so many SMS a day, and the countries besides the organisation's own that they may go to.
    sms_per_day: Mapped[int] = mapped_column(default=10_000)
    sms_countries: Mapped[str] = mapped_column(String(240), default="NL BE DE FR NO")
    settings_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Creditor(OfOrganisation, Base):
    """In whose name an invoice is collected. One who cannot reclaim VAT `adds_vat` to the costs it asks.

    That counts for what reminders said from `adds_vat_from` on: those before it named the costs without VAT.
    """

    __tablename__ = "creditors"
    __rules__ = (
        UniqueConstraint("organisation_id", "code"),
        CheckConstraint("adds_vat = (adds_vat_from IS NOT NULL)", name="adds_vat_from"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    account_name: Mapped[str] = mapped_column(String(120), default="")
    iban: Mapped[str] = mapped_column(String(34), default="")
    bic: Mapped[str] = mapped_column(String(11), default="")
    company_number: Mapped[str] = mapped_column(String(40), default="")
    adds_vat: Mapped[bool] = mapped_column(default=False)
    adds_vat_from: Mapped[date | None]
    created_at: Mapped[datetime]


class Restore(OfOrganisation, Base):
    """That a backup was restored: until an administrator releases it nothing is sent and no run is approved.

    `backup_at` is when the backup was made; what happened between then and `restored_at` is not known here.
    """

    __tablename__ = "restores"
    __rules__ = (
        belongs_to("members", "released_by_id"),
        CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name="released_by"),
        Index(
            "uq_restores_open",
            "organisation_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    backup_at: Mapped[datetime]
    restored_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(Key)
