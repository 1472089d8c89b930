"""Questions about members and their sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, func, select

from core import tenancy
from core.database import db
from core.members.models import Member, MemberSession, Role
from core.organisations.models import Organisation
from core.refusals import N_, Refusal

# ASVS 5.0, 7.1.1: both spans are written down and tested at their edges.
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)


class SessionEnded(Refusal):
    """The cookie's session is over, was ended, or never was."""

    sentence = N_("You are not signed in, or no longer.")
    status = 401


class SessionUnknown(Refusal):
    """This member has no such session."""

    sentence = N_("This page does not exist.")
    status = 404


class MemberUnknown(Refusal):
    """This organisation has no such member."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member, the session they came with and their organisation: detached rows, to be read only."""

    session: MemberSession
    member: Member
    organisation: Organisation


def hash_of(secret: str) -> str:
    """Return what is stored of a cookie's secret; it has 256 random bits, so a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()


def session_behind(*, secret: str, now: datetime) -> SignedIn:
    """Return who holds this secret, in one statement; ask it everywhere (`core.tenancy`).

    In this transaction the database works for the member's organisation from then on: a caller who goes on in
    it says `tenancy.enter(…, is_told=True)`, and ends it when this raises.
    Raises SessionEnded when the session was ended or is unknown, was idle for 60 minutes or began 12 hours
    ago, and when the member was disabled or the organisation closed since.
    """
    row = db.session.execute(
        select(MemberSession, Member, Organisation, tenancy.Entered(MemberSession.organisation_id))
        .join(
            Member,
            and_(
                Member.id == MemberSession.member_id, Member.organisation_id == MemberSession.organisation_id
            ),
        )
        .join(Organisation, Organisation.id == MemberSession.organisation_id)
        .where(MemberSession.secret_hash == hash_of(secret))
    ).one_or_none()
    if row is None:
        raise SessionEnded
    found = SignedIn(*row[:3])
    for instance in row[:3]:
        db.session.expunge(instance)
    if not (
        is_running(found.session, now=now) and found.member.active and found.organisation.closed_at is None
    ):
        raise SessionEnded
    return found


def is_running(session: MemberSession, *, now: datetime) -> bool:
    """Return whether the session still counts at this moment."""
    return session.ended_at is None and now < session.expires_at and now < session.seen_at + IDLE


def sessions_of(*, organisation_id: int, member_id: int, now: datetime) -> list[MemberSession]:
    """Return the member's running sessions, the one seen last first."""
    rows = db.session.scalars(
        select(MemberSession)
        .where(
            MemberSession.organisation_id == organisation_id,
            MemberSession.member_id == member_id,
            MemberSession.ended_at.is_(None),
            MemberSession.expires_at > now,
            MemberSession.seen_at > now - IDLE,
        )
        .order_by(MemberSession.seen_at.desc(), MemberSession.id.desc())
    )
    return list(rows)


def member_by_email(*, email: str) -> Member | None:
    """Return who signs in with this address, detached; ask it with `everywhere()`.

    Members of an organisation that was closed are not found.
    """
    return _detached(Member.email == email.strip().lower())


def member_by_uniquifier(*, uniquifier: str) -> Member | None:
    """Return the member whose links carry this mark, likewise."""
    return _detached(Member.fs_uniquifier == uniquifier)


def _detached(which: ColumnElement[bool]) -> Member | None:
    """Return the row apart from the database session: it outlives the transaction it was read in."""
    found = db.session.scalar(
        select(Member)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(which, Organisation.closed_at.is_(None))
    )
    if found is not None:
        db.session.expunge(found)
    return found


def member_by_public_id(*, organisation_id: int, public_id: str, lock: bool = False) -> Member:
    """Return the member, with `lock` for the rest of the transaction. Raises MemberUnknown."""
    statement = select(Member).where(Member.organisation_id == organisation_id, Member.public_id == public_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise MemberUnknown
    return found


def members_of(*, organisation_id: int) -> Sequence[Member]:
    """Return the organisation's members, active ones first, then by name."""
    return db.session.scalars(
        select(Member)
        .where(Member.organisation_id == organisation_id)
        .order_by(Member.active.desc(), func.lower(Member.name), Member.id)
    ).all()


def active_administrators(*, organisation_id: int) -> list[int]:
    """Return the ids of the members who can change settings, locked until the end of the transaction."""
    rows = db.session.scalars(
        select(Member.id)
        .where(
            Member.organisation_id == organisation_id,
            Member.role == Role.ADMINISTRATOR,
            Member.active.is_(True),
        )
        .order_by(Member.id)
        .with_for_update()
    )
    return list(rows)
