"""A visit as Flask's session: the cookie holds a random secret, the row holds everything else."""

from hashlib import sha256
from typing import Any

from flask import Flask, Request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug import Response


class VisitSession(dict[str, Any], SessionMixin):
    """What forms need of a visit: a CSRF secret made from the cookie's secret."""

    accessed = True
    modified = False


class VisitSessions(SessionInterface):
    """Reads the visit's cookie; the door sets it when a debtor enters and removes it when they leave."""

    def __init__(self, *, secure: bool) -> None:
        self.cookie = "__Host-visit" if secure else "visit"
        self.secure = secure

    def open_session(self, app: Flask, request: Request) -> VisitSession:
        """Return a session whose CSRF secret belongs to this browser's visit, or an empty one."""
        session = VisitSession()
        secret = request.cookies.get(self.cookie)
        if secret:
            session["csrf_token"] = sha256(b"form:" + secret.encode()).hexdigest()
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing: visits are rows, written by the door in its own transaction."""

    def hand_out(self, response: Response, *, secret: str) -> None:
        """Give the browser its cookie; it ends with the browser, the visit ends on the server."""
        response.set_cookie(self.cookie, secret, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def take_back(self, response: Response) -> None:
        """Remove the cookie."""
        response.delete_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Lax", path="/")
