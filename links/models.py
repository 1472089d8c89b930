"""Tables of access links and visits."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id
from invoices.models import Channel

# Why a link ended before its time, as `revoke_reason` has it: its contact was corrected, or a member took it
# back.
CONTACT_CHANGED = "contact_changed"
BY_MEMBER = "by_member"


def token_id() -> bytes:
    """Return the 64 random bits by which a token finds its row."""
    return secrets.token_bytes(8)


class AccessLink(OfOrganisation, Base):
    """The record behind a link. All that counts is here; `expires_at` is fixed when the link is issued."""

    __tablename__ = "access_links"
    __rules__ = (
        belongs_to("debtors", "debtor_id"),
        belongs_to("contact_points", "contact_point_id"),
        belongs_to("access_links", "replaced_by_id"),
        belongs_to("members", "revoked_by_id"),
        UniqueConstraint("token_id"),
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked_has_reason"),
        CheckConstraint("length(token_id) = 8", name="token_id"),
        Index("ix_access_links_debtor", "organisation_id", "debtor_id"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    token_id: Mapped[bytes] = mapped_column(LargeBinary(8), default=token_id)
    debtor_id: Mapped[int] = mapped_column(Key)
    contact_point_id: Mapped[int | None] = mapped_column(Key)
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    generation: Mapped[int] = mapped_column(default=1)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(Key)
    revoke_reason: Mapped[str | None] = mapped_column(String(120))
    replaced_by_id: Mapped[int | None] = mapped_column(Key)
    first_entered_at: Mapped[datetime | None]
    entered: Mapped[int] = mapped_column(default=0)

    @property
    def was_taken_back(self) -> bool:
        """Whether it was ended on purpose, and not by correcting its contact: no other takes its place."""
        return self.revoked_at is not None and self.revoke_reason != CONTACT_CHANGED


class Visit(OfOrganisation, Base):
    """One debtor's entry through a link, until it ends: 30 minutes idle, 8 hours at most.

    The cookie's secret is stored hashed. `contents` holds what the visitor chose and typed.
    """

    __tablename__ = "visits"
    __rules__ = (
        belongs_to("access_links", "link_id"),
        belongs_to("debtors", "debtor_id"),
        UniqueConstraint("secret_hash"),
        CheckConstraint("expires_at > started_at", name="expires_after_start"),
        Index("ix_visits_link", "organisation_id", "link_id"),
    )

    link_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int] = mapped_column(Key)
    secret_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    contents: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
