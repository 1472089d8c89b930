"""Members for Flask-Security: how passwords are stored and checked, and the signed links to choose one.

Flask-Security brings argon2, the normal form of a password and links that expire and work once. Its pages,
forms, mails and sessions are not used: the desk has its own, and only the desk's guard says who is signed in.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from flask import Flask, current_app
from flask_security import (
    MailUtil,
    RoleMixin,
    Security,
    UserDatastore,
    UserMixin,
    hash_password,
    verify_password,
)
from flask_security.utils import check_and_get_token_status

from core import tenancy
from core.members.models import Member
from core.members.queries import member_by_uniquifier
from core.refusals import N_, Refusal
from core.web import passwords


class LinkKind(StrEnum):
    """Why somebody may choose a password; the values name Flask-Security's serializers, each with a salt."""

    RESET = "reset"
    INVITATION = "confirm"


# ASVS 5.0, 6.4.1: an invitation works for 48 hours, and once.
WITHIN = {LinkKind.RESET: timedelta(hours=1), LinkKind.INVITATION: timedelta(hours=48)}

PATHS = {LinkKind.RESET: "/desk/reset-password/", LinkKind.INVITATION: "/desk/invitation/"}

# Only argon2, straight over the password: no second key that a rotation could lose.
SETTINGS = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
    "SECURITY_CLI_USERS_NAME": False,
    "SECURITY_CLI_ROLES_NAME": False,
    "SESSION_PROTECTION": None,
}


class PasswordLinkUnusable(Refusal):
    """The link was used, is too old, was replaced by a newer password, or is no link of ours."""

    sentence = N_("This link no longer works. Ask for a new one.")
    status = 410


class Account(UserMixin):
    """A member as Flask-Security sees them."""

    fs_uniquifier = ""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.fs_uniquifier = member.fs_uniquifier
        self.email = member.email
        self.password = member.password
        self.active = member.active


class Accounts(UserDatastore):
    """Finds members for Flask-Security; changes are made by `core.members.operations` only."""

    def __init__(self) -> None:
        super().__init__(Account, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Account | None:
        """Return the account with this `fs_uniquifier`."""
        with tenancy.everywhere():
            member = member_by_uniquifier(uniquifier=by["fs_uniquifier"])
        return Account(member) if member else None


class NoMail(MailUtil):
    """Mail leaves through the outbox; Flask-Security has none to send."""

    def send_mail(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError("Queue a message instead.")


def install(app: Flask) -> None:
    """Give the app Flask-Security without its pages."""
    app.config.update(SETTINGS)
    # Flask-Login and Flask-Principal would have a part in every request of every door, and ask its session;
    # nobody signs in through them.
    before, after = list(app.before_request_funcs[None]), list(app.after_request_funcs[None])
    context = list(app.template_context_processors[None])
    security = Security(
        app, Accounts(), register_blueprint=False, mail_util_cls=NoMail, password_util_cls=passwords.Passwords
    )
    app.before_request_funcs[None], app.after_request_funcs[None] = before, after
    app.template_context_processors[None] = context
    # Flask-Security puts the newest key first, itsdangerous signs with the last.
    for serializer in (security.reset_serializer, security.confirm_serializer):
        serializer.secret_keys.reverse()


def is_password_of(member: Member | None, password: str) -> bool:
    """Return whether the password is this active member's; the answer takes as long when there is none."""
    normal = _security().password_util.normalize(password[: passwords.LONGEST + 1])
    if member is None or member.password is None:
        hash_password(normal)
        return False
    return bool(verify_password(normal, member.password)) and member.active


def hash_of_new_password(member: Member, password: str, *, organisation_name: str) -> str:
    """Return what is stored of a new password.

    Raises PasswordTooShort, PasswordTooLong or PasswordEasyToGuess (core.web.passwords).
    """
    normal = _security().password_util.normalize(password)
    words = " ".join((member.name, member.email.replace("@", " ").replace(".", " "), organisation_name))
    passwords.check(normal, known_words=tuple(words.lower().split()))
    return str(hash_password(normal))


def password_link(member: Member, kind: LinkKind, *, valid_until: datetime) -> str:
    """Return the address of a page where the member chooses a password.

    The end is part of what is signed, because the mail with the link may leave later than it was asked for.
    """
    serializer = getattr(_security(), f"{kind.value}_serializer")
    deployment = current_app.config["PORTAL"]
    base = deployment.desk_url or deployment.public_url
    token = serializer.dumps([member.fs_uniquifier, int(valid_until.timestamp())])
    return f"{base}{PATHS[kind]}{token}"


def member_behind(token: str, kind: LinkKind, *, now: datetime) -> Member:
    """Return the active member a link was made for.

    Raises PasswordLinkUnusable when it is forged or too old, and when the member was disabled or chose a
    password since: that changes what the link was signed over.
    """
    expired, invalid, signed = check_and_get_token_status(token, kind.value, WITHIN[kind])
    if expired or invalid:
        raise PasswordLinkUnusable
    uniquifier, ends_at = signed
    if now.timestamp() > ends_at:
        raise PasswordLinkUnusable
    account = _security().datastore.find_user(fs_uniquifier=uniquifier)
    if account is None or not account.member.active:
        raise PasswordLinkUnusable
    member: Member = account.member
    return member


def _security() -> Any:
    return current_app.extensions["security"]
