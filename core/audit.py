"""The audit trail: one line of who did what when; lines are added, never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice, db


class Actor(StrEnum):
    """Who did it: a member, the debtor (through a visit, or by an SMS), or the portal by itself."""

    MEMBER = "member"
    DEBTOR = "debtor"
    SYSTEM = "system"


class AuditEvent(OfOrganisation, Base):
    """One line. `what` is a name such as `action.closed`; `details` holds the values its sentence needs."""

    __tablename__ = "audit_events"
    __rules__ = (
        belongs_to("members", "member_id"),
        Index("ix_audit_events_debtor", "organisation_id", "debtor_id", "at"),
        Index("ix_audit_events_about", "organisation_id", "about", "about_id", "at"),
    )

    at: Mapped[datetime]
    actor: Mapped[Actor] = mapped_column(choice(Actor, name="actor"))
    member_id: Mapped[int | None]
    what: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(24))
    about_id: Mapped[int] = mapped_column(Key)
    debtor_id: Mapped[int | None] = mapped_column(Key)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    *,
    organisation_id: int,
    what: str,
    about: str,
    about_id: int,
    now: datetime,
    member_id: int | None = None,
    by_debtor: bool = False,
    debtor_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add a line. Without `member_id` or `by_debtor` the portal itself did it."""
    actor = Actor.MEMBER if member_id else Actor.DEBTOR if by_debtor else Actor.SYSTEM
    db.session.add(
        AuditEvent(
            organisation_id=organisation_id,
            at=now,
            actor=actor,
            member_id=member_id,
            what=what,
            about=about,
            about_id=about_id,
            debtor_id=debtor_id,
            details=details or {},
        )
    )
