"""Beginning, seeing and ending the sessions of members."""

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.sql.elements import ColumnElement

from core import audit
from core.database import db
from core.identifiers import secret as new_secret
from core.members.models import Member, MemberSession
from core.members.queries import LONGEST, SessionUnknown, hash_of, member_by_public_id, sessions_of
from core.refusals import N_, Refusal

# ASVS 5.0, 7.1.2: how many browsers one member may be signed in with; the one seen longest ago makes room.
MOST = 3


class SignInOvertaken(Refusal):
    """The member got another password, or was disabled, while the password that was typed was looked at."""

    sentence = N_("You are not signed in, or no longer.")
    status = 401


def begin(*, member: Member, browser: str, now: datetime) -> str:
    """Open a session for a member whose password was right; return the secret for the cookie.

    Looking at a password takes long enough for another one to be chosen, which ends every session: one that
    begins after that would outlive it. So the member is held and looked at again. Raises SignInOvertaken.
    """
    mark = member.fs_uniquifier
    present = member_by_public_id(
        organisation_id=member.organisation_id, public_id=member.public_id, lock=True
    )
    if not present.active or present.fs_uniquifier != mark:
        raise SignInOvertaken
    running = sessions_of(organisation_id=member.organisation_id, member_id=member.id, now=now)
    for oldest in running[MOST - 1 :]:
        oldest.ended_at = now
    secret = new_secret()
    db.session.add(
        MemberSession(
            organisation_id=member.organisation_id,
            member_id=member.id,
            secret_hash=hash_of(secret),
            browser=browser,
            started_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    db.session.execute(update(Member).where(Member.id == member.id).values(signed_in_at=now))
    audit.record(
        organisation_id=member.organisation_id,
        what="member.signed_in",
        about="member",
        about_id=member.id,
        member_id=member.id,
        now=now,
    )
    return secret


def note_seen(*, organisation_id: int, session_id: int, now: datetime) -> None:
    """Note that the session was used now."""
    db.session.execute(
        update(MemberSession)
        .where(MemberSession.organisation_id == organisation_id, MemberSession.id == session_id)
        .values(seen_at=now)
    )


def end(*, organisation_id: int, member_id: int, public_id: str, now: datetime) -> int:
    """End one of the member's own sessions; return 1, or 0 when it is over. Raises SessionUnknown."""
    own = select(MemberSession.id).where(
        MemberSession.organisation_id == organisation_id,
        MemberSession.member_id == member_id,
        MemberSession.public_id == public_id,
    )
    if db.session.scalar(own) is None:
        raise SessionUnknown
    return _end(
        MemberSession.organisation_id == organisation_id,
        MemberSession.member_id == member_id,
        MemberSession.public_id == public_id,
        now=now,
    )


def end_all(*, organisation_id: int, member_id: int, kept_id: int | None = None, now: datetime) -> int:
    """End every session of the member but the one with `kept_id`; return how many."""
    return _end(
        MemberSession.organisation_id == organisation_id,
        MemberSession.member_id == member_id,
        MemberSession.id != (kept_id or 0),
        now=now,
    )


def _end(*which: ColumnElement[bool], now: datetime) -> int:
    result = db.session.execute(
        update(MemberSession).where(*which, MemberSession.ended_at.is_(None)).values(ended_at=now)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
