"""A member's session: a secret in one cookie and a row behind it; a second cookie for what passes.

The cookie `__Host-desk` holds 256 random bits and stands for a row that the server can end. What only has to
survive until the next page (the form's key before sign-in, sentences such as "Saved") is signed and kept in
`__Host-desk-page`, so that reading a page changes nothing in the database.
"""

from hashlib import sha256

from flask import Flask, Request, current_app
from flask import request as current_request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from core.members.queries import LONGEST


class MemberSessions(SecureCookieSessionInterface):
    """Reads and hands out the members' two cookies; the guard of the door looks the secret up."""

    session_class = SecureCookieSession

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        prefix = "__Host-" if secure else ""
        self.cookie = f"{prefix}desk"
        self.page_cookie = f"{prefix}desk-page"

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name of the cookie for what passes."""
        return self.page_cookie

    def get_cookie_samesite(self, app: Flask) -> str:
        """Return Strict: no other site's page or form carries it along."""
        return "Strict"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the passing session; with a secret, its form key belongs to that secret alone."""
        session = super().open_session(app, request)
        secret = self.secret_of(request)
        if session is not None and secret:
            session["csrf_token"] = sha256(b"form:" + secret.encode()).hexdigest()
            session.modified = False
        return session

    def secret_of(self, request: Request) -> str:
        """Return the cookie's secret, or nothing."""
        return request.cookies.get(self.cookie, "")

    def hand_out(self, response: AnyResponse, *, secret: str) -> None:
        """Give the browser the secret of a new session, for as long as that session can last at most."""
        response.set_cookie(
            self.cookie,
            secret,
            max_age=LONGEST,
            secure=self.secure,
            httponly=True,
            samesite="Strict",
            path="/",
        )

    def take_back(self, response: AnyResponse) -> None:
        """Remove the cookie."""
        response.delete_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Strict", path="/")


def member_sessions() -> MemberSessions:
    """Return the interface of this deployment."""
    return MemberSessions(secure=current_app.config["SESSION_COOKIE_SECURE"])


def secret_here() -> str:
    """Return the secret that came with this request, or nothing."""
    return member_sessions().secret_of(current_request)
