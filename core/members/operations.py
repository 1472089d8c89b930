"""Changes to members: who is invited, what they may do, and whether they may still come in."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from core import audit, tenancy
from core.database import db
from core.members import sessions
from core.members.models import Member, Role
from core.members.queries import active_administrators, member_by_public_id
from core.organisations.models import LANGUAGES
from core.refusals import N_, Refusal


class EmailNotValid(Refusal):
    """The address cannot receive mail."""

    sentence = N_("This is not an e-mail address.")


class EmailAlreadyKnown(Refusal):
    """The address belongs to a member already, here or at another organisation of the installation."""

    sentence = N_("Somebody already signs in with this e-mail address.")


class LastAdministrator(Refusal):
    """Without this member nobody could change the settings."""

    sentence = N_("This is the only administrator. Make somebody else administrator first.")
    status = 409


class NotYourself(Refusal):
    """A member takes away their own access."""

    sentence = N_("You cannot do this to yourself. Ask another administrator.")
    status = 409


class PasswordChangedMeanwhile(Refusal):
    """Somebody was faster with the same link."""

    sentence = N_("This link no longer works. Ask for a new one.")
    status = 410


class LanguageUnknown(Refusal):
    """The desk does not speak this language."""

    sentence = N_("This language is not one of the five.")


def invite(
    *, organisation_id: int, email: str, name: str, role: Role, language: str, by: int | None, now: datetime
) -> Member:
    """Add a member who has no password yet; `by` is the inviting member's id, None for the command line.

    The door sends the invitation in the same transaction (messaging.member_mail). Raises EmailNotValid and
    EmailAlreadyKnown.
    """
    member = Member(
        organisation_id=organisation_id,
        email=_free_address(email),
        name=name.strip(),
        role=role,
        language=_known(language),
        active=True,
        fs_uniquifier=new_uniquifier(),
        created_at=now,
    )
    db.session.add(member)
    db.session.flush()
    _record(member, what="member.invited", by=by, now=now, details={"role": role.value})
    return member


def note_refused_invitation(*, organisation_id: int, by: int, now: datetime) -> None:
    """Leave a line in the trail: nobody tries addresses unseen to learn who signs in elsewhere."""
    audit.record(
        organisation_id=organisation_id,
        what="member.invitation_refused",
        about="member",
        about_id=by,
        member_id=by,
        now=now,
    )


def change_role(*, organisation_id: int, public_id: str, role: Role, by: int | None, now: datetime) -> Member:
    """Let the member do more or less from their next request on. Raises MemberUnknown, LastAdministrator."""
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id)
    if role is member.role:
        return member
    _keep_an_administrator(member)
    details = {"from": member.role.value, "to": role.value}
    member.role = role
    _record(member, what="member.role_changed", by=by, now=now, details=details)
    return member


def disable(*, organisation_id: int, public_id: str, by: int | None, now: datetime) -> Member:
    """Keep the member out from their next request on.

    Raises MemberUnknown, NotYourself and LastAdministrator.
    """
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id)
    if not member.active:
        return member
    if member.id == by:
        raise NotYourself
    _keep_an_administrator(member)
    member.active = False
    # Links to choose a password that are still on their way no longer work.
    member.fs_uniquifier = new_uniquifier()
    sessions.end_all(organisation_id=organisation_id, member_id=member.id, now=now)
    _record(member, what="member.disabled", by=by, now=now)
    return member


def enable(*, organisation_id: int, public_id: str, by: int | None, now: datetime) -> Member:
    """Let the member in again. Raises MemberUnknown."""
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id)
    if not member.active:
        member.active = True
        _record(member, what="member.enabled", by=by, now=now)
    return member


def end_sessions(*, organisation_id: int, public_id: str, by: int | None, now: datetime) -> int:
    """Sign the member out everywhere; return of how many browsers. Raises MemberUnknown."""
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id)
    ended = sessions.end_all(organisation_id=organisation_id, member_id=member.id, now=now)
    _record(member, what="member.sessions_ended", by=by, now=now, details={"sessions": ended})
    return ended


def set_password(
    *,
    organisation_id: int,
    public_id: str,
    password_hash: str,
    kept_session_id: int | None = None,
    expected_uniquifier: str | None = None,
    now: datetime,
) -> Member:
    """Store a new password; end every session but the one it was changed in, and links to choose one.

    Raises MemberUnknown, and PasswordChangedMeanwhile when the member's links ended since one was read.
    """
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id, lock=True)
    if expected_uniquifier not in (None, member.fs_uniquifier):
        raise PasswordChangedMeanwhile
    member.password = password_hash
    member.fs_uniquifier = new_uniquifier()
    sessions.end_all(organisation_id=organisation_id, member_id=member.id, kept_id=kept_session_id, now=now)
    _record(member, what="member.password_changed", by=member.id, now=now)
    return member


def speak(*, organisation_id: int, public_id: str, language: str) -> Member:
    """Show the desk to this member in another language. Raises LanguageUnknown."""
    member = member_by_public_id(organisation_id=organisation_id, public_id=public_id)
    member.language = _known(language)
    return member


def new_uniquifier() -> str:
    """Return what makes a member's links to choose a password theirs, until it changes."""
    return secrets.token_hex(32)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise LanguageUnknown
    return language


def _free_address(email: str) -> str:
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise EmailNotValid from error
    address = address.lower()
    with tenancy.everywhere():
        known = db.session.scalar(select(Member.id).where(Member.email == address))
    if known:
        raise EmailAlreadyKnown
    return address


def _keep_an_administrator(member: Member) -> None:
    if member.role is Role.ADMINISTRATOR and member.active:
        others = set(active_administrators(organisation_id=member.organisation_id)) - {member.id}
        if not others:
            raise LastAdministrator


def _record(
    member: Member, *, what: str, by: int | None, now: datetime, details: Mapping[str, object] | None = None
) -> None:
    audit.record(
        organisation_id=member.organisation_id,
        what=what,
        about="member",
        about_id=member.id,
        member_id=by,
        now=now,
        details=dict(details or {}),
    )
