"""Tables of where reactions are forwarded to, and of what became of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id

LONGEST_URL = 500
WAITING = "state = 'waiting'"


class ForwardingState(StrEnum):
    """`waiting` until the system took it, or until it had not for so long that nobody tries any more."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class ForwardingTarget(OfOrganisation, Base):
    """An organisation's own system: where its reactions are posted, and the key they are signed with."""

    __tablename__ = "forwarding_targets"
    __rules__ = (UniqueConstraint("organisation_id"),)

    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class ForwardedReaction(OfOrganisation, Base):
    """One reaction on its way. `public_id` is the same in every try, so that the system takes it once.

    `attempt` counts the tries and fences them: only the last one says what came of it. `reason` is why that
    did not succeed; `asked_at` is since when it is tried.
    """

    __tablename__ = "forwarded_reactions"
    __rules__ = (
        belongs_to("reactions", "reaction_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "reaction_id"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_moment"),
        Index(
            "ix_forwarded_reactions_waiting",
            "not_before",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    reaction_id: Mapped[int] = mapped_column(Key)
    state: Mapped[ForwardingState] = mapped_column(
        choice(ForwardingState, name="state"), default=ForwardingState.WAITING
    )
    attempt: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    not_before: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40), default="")
    delivered_at: Mapped[datetime | None]
