"""Sessions by door: each audience has its own cookie and its own rows behind it."""

from collections.abc import Mapping

from flask import Flask, Request, Response
from flask import request as current_request
from flask.sessions import SessionInterface, SessionMixin


class NoSession(dict[str, object], SessionMixin):
    """What pages without a session see: nothing is read from the browser and nothing is kept."""

    accessed = False
    modified = False


class DoorSessions(SessionInterface):
    """Hands a request to the session interface of its door, chosen by the first part of the path."""

    def __init__(self, *, doors: Mapping[str, SessionInterface], otherwise: SessionInterface) -> None:
        self.doors = doors
        self.otherwise = otherwise

    def _of(self, request: Request) -> SessionInterface:
        return self.doors.get(request.path.split("/", 2)[1], self.otherwise)

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Return the session of the request's door."""
        opened = self._of(request).open_session(app, request)
        return NoSession() if opened is None else opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Let the door keep what changed."""
        if not isinstance(session, NoSession):
            self._of(current_request).save_session(app, session, response)
