"""The password asked for again before something that a borrowed browser must not do (ASVS 5.0, 7.5.1)."""

from flask import request

from core import clock, transaction
from core.members import attempts
from core.refusals import N_, Refusal
from core.web.accounts import is_password_of
from core.web.guards import current_member


class PasswordWrong(Refusal):
    """The password that was typed is not the signed-in member's."""

    sentence = N_("This is not the password you have now.")


def confirm(password: str) -> None:
    """Look at the signed-in member's password, counted like a try to sign in: this is no place to guess.

    Raises PasswordWrong and TooManyTries.
    """
    member, address = current_member(), request.remote_addr or ""
    with transaction.writing():
        attempts.count_sign_in(email=member.email, address=address, now=clock.now())
    if not is_password_of(member, password):
        raise PasswordWrong
    with transaction.writing():
        attempts.forget_sign_in(email=member.email, address=address)
