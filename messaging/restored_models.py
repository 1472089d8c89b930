"""The table of what may have left since a backup that was restored."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from messaging.models import MessageState


class Decision(StrEnum):
    """What somebody decided: it leaves after the release, it has left already, or it does not leave."""

    SEND = "send"
    HAS_LEFT = "has_left"
    SET_ASIDE = "set_aside"


class RestoredMessage(OfOrganisation, Base):
    """A message that had not come to its end when the backup was made, so that it may have left since.

    `was` is its state in the backup. A message that comes to an end by itself, because the provider told or
    its time is over, needs no decision any more.
    """

    __tablename__ = "restored_messages"
    __rules__ = (
        belongs_to("restores", "restore_id"),
        belongs_to("messages", "message_id", ondelete="CASCADE"),
        belongs_to("members", "decided_by_id"),
        UniqueConstraint("organisation_id", "restore_id", "message_id"),
        CheckConstraint("was IN ('new', 'claimed', 'handing', 'unknown')", name="had_not_ended"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(decision IS NULL) = (decided_by_id IS NULL)", name="decided_by"),
    )

    restore_id: Mapped[int] = mapped_column(Key)
    message_id: Mapped[int] = mapped_column(Key)
    was: Mapped[MessageState] = mapped_column(choice(MessageState, name="was"))
    decision: Mapped[Decision | None] = mapped_column(choice(Decision, name="decision"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(Key)
