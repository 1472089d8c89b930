"""Tables of members, their sessions, and tries to sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Key, OfOrganisation, belongs_to, choice
from core.identifiers import public_id


class Role(StrEnum):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    AGENT = "agent"
    ADMINISTRATOR = "administrator"


class Member(OfOrganisation, Base):
    """A person of an organisation. The e-mail address, in lower case, is unique in the installation."""

    __tablename__ = "members"
    __rules__ = (UniqueConstraint("email"), UniqueConstraint("fs_uniquifier"))

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    language: Mapped[str] = mapped_column(String(2), default="en")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]


class MemberSession(OfOrganisation, Base):
    """One browser in which a member signed in; the cookie's secret is stored hashed."""

    __tablename__ = "member_sessions"
    __rules__ = (
        belongs_to("members", "member_id", ondelete="CASCADE"),
        UniqueConstraint("secret_hash"),
        Index("ix_member_sessions_member", "organisation_id", "member_id"),
    )

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=public_id)
    member_id: Mapped[int]
    secret_hash: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(60), default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInCount(Base):
    """How often something was tried in a span of time, for the installation as a whole.

    `subject_hash` stands for what is counted (an account from an address, an address, an account), so that a
    stolen table names nobody. Before sign-in there is no organisation yet.
    """

    __tablename__ = "sign_in_counts"
    __table_args__ = (
        CheckConstraint("tries > 0", name="tries"),
        Index("ix_sign_in_counts_ends_at", "ends_at"),
    )

    subject_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    ends_at: Mapped[datetime]


class PasswordRequest(Base):
    """An address for which somebody asked for a link to choose a password, until a worker looks whose it is.

    It may be nobody's; whoever asked is answered before anybody knows.
    """

    __tablename__ = "password_requests"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime]
