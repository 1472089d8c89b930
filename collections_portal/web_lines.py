"""The lines of the web server: how many there may be, and how long one may take over what it asks.

Waitress reads requests without giving them a thread, so one that comes slowly takes nothing from the others
but its line. Lines are many and not endless: whoever sends a byte now and then would have them all.
"""

import socket
import time
from dataclasses import dataclass
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, Task, WSGITask

from core import clock

# A line on which nothing was said for so long is closed at the end: whoever opened it asks elsewhere.
QUIET_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a line may wait for its next request, and a request for its last byte; how many lines there
    are.

    A request's headers come within so many seconds in all; its body within so many more and a second for each
    `slowest_bytes`, which is what the worst mobile connections do. A full house keeps room: whoever comes in
    then takes the place of the line that has brought nothing whole for longest. With a file for the body of
    each, 400 lines stay within the 1,024 open files that most systems allow a process.
    """

    idle_seconds: float = 30
    head_seconds: float = 20
    body_seconds: float = 30
    slowest_bytes: int = 4_000
    lines: int = 400


class _Closing:
    """An answer that says, once the server ends, that nothing more is answered on its line."""

    channel: Any
    request: Any

    def build_response_header(self) -> bytes:
        if self.channel.server.ending:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()  # type: ignore[misc]  # waitress' own task has it
        return header


class _Answer(_Closing, WSGITask):
    pass


class _Refusal(_Closing, ErrorTask):
    pass


class Line(HTTPChannel):
    """A line somebody opened to us."""

    task_class: type[Task] = _Answer
    error_task_class: type[Task] = _Refusal

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002  waitress' name for it
        super().__init__(server, sock, addr, adj, map=map)
        # Since when no whole request came or was in hand; since when the one under way has been coming.
        self.waits_since = self.comes_since = time.monotonic()
        _make_room(self, [other for other in map.values() if isinstance(other, Line)])

    def readable(self) -> bool:
        """Return whether to read on; asked at every turn of the server, at least once a second."""
        now = time.monotonic()
        if self.requests:
            self.waits_since = self.comes_since = now
        elif self.request is None:
            self.comes_since = now
        if self._takes_too_long(now):
            self.will_close = True
        return bool(super().readable())

    def service(self) -> None:
        """Answer what was asked, in a thread of its own; from then on the line waits for the next request."""
        super().service()
        self.waits_since = time.monotonic()

    def _takes_too_long(self, now: float) -> bool:
        patience: Patience = self.server.patience
        # An answer that is read slowly is waitress' own affair: it closes a line on which nothing moves.
        if self.requests or self.total_outbufs_len:
            return False
        if self.request is None:
            return now - self.waits_since > patience.idle_seconds
        most = patience.head_seconds
        if self.request.headers_finished:
            most += patience.body_seconds + self.request.body_bytes_received / patience.slowest_bytes
        return now - self.comes_since > most

    def is_quiet(self) -> bool:
        """Return whether nothing is in hand here, and nothing was lately or lies unread."""
        if self.requests or self.request is not None or self.total_outbufs_len:
            return False
        # Waitress notes it by the clock of this machine, which the database's may differ from.
        if clock.of_machine().timestamp() - self.last_activity < QUIET_SECONDS:
            return False
        try:
            return not self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            # Nothing there, or nobody any more.
            return True


def _make_room(new: Line, lines: list[Line]) -> None:
    """Close the line that has waited longest where a new one is one too many; what is in hand stays."""
    staying = [line for line in lines if not line.will_close]
    if len(staying) <= new.server.patience.lines:
        return
    waiting = [line for line in staying if line is not new and not line.requests]
    if waiting:
        min(waiting, key=lambda line: line.waits_since).will_close = True
