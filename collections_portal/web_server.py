"""Waitress, ended without cutting an answer: what was asked is answered first, then its line is closed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, Task, WSGITask

from core import clock
from invoices.importing.tables import DESK_LIMITS, MEGABYTE

WEB_THREADS = 8
# A slow sender may hold a connection this long without a byte; waitress buffers bodies away from the threads.
IDLE_SECONDS = 30
# Waitress keeps a whole body on disk before the application is asked. What is larger than any view takes is
# refused at its headers; the room above the largest file lets the desk say itself what is a little too large.
MOST_BYTES = DESK_LIMITS.bytes + MEGABYTE
# A line on which nothing was said for so long is closed at the end: whoever opened it asks elsewhere.
QUIET_SECONDS = 0.5
LOOK_SECONDS = 0.02


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


class _Line(HTTPChannel):
    task_class: type[Task] = _Answer
    error_task_class: type[Task] = _Refusal

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


class WebServer:
    """Waitress on a host (all its addresses) and a port, listening and not yet answering; port 0 takes a free
    one. Raises OSError."""

    def __init__(self, app: Flask, *, host: str, port: int) -> None:
        self._map: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._map,
            host=host,
            port=port,
            threads=WEB_THREADS,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=MOST_BYTES,
            ident=None,
            clear_untrusted_proxy_headers=app.config["PORTAL"].proxies == 0,
        )
        self._listening = [one for one in self._map.values() if isinstance(one, BaseWSGIServer)]
        for one in self._listening:
            one.channel_class, one.ending = _Line, False
        self.port = int(self._listening[0].effective_port)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Answer, in threads of its own."""
        self._thread.start()

    def end(self, *, within: float) -> bool:
        """Take no new line, answer what was asked, close the lines; return whether all was answered.

        What is not answered after so many seconds is cut.
        """
        over = time.monotonic() + within
        self._do(self._take_no_more)
        while self._lines() and time.monotonic() < over:
            self._do(self._close_quiet_lines)
            time.sleep(LOOK_SECONDS)
        all_answered = not self._lines()
        self._server.task_dispatcher.shutdown(timeout=max(over - time.monotonic(), 0.0))
        self._do(lambda: wasyncore.close_all(self._map))
        self._thread.join(timeout=1)
        return all_answered

    def _do(self, job: Any) -> None:
        """Have it done by the thread that waits on the lines: nobody else may touch them."""
        # Where that thread has ended already nothing is left to do.
        with suppress(OSError):
            self._listening[0].trigger.pull_trigger(job)

    def _take_no_more(self) -> None:
        for one in self._listening:
            one.ending = True
            # Whoever has been let in by the machine already is answered too.
            before = -1
            while before != len(one.active_channels):
                before = len(one.active_channels)
                one.handle_accept()
            wasyncore.dispatcher.close(one)

    def _close_quiet_lines(self) -> None:
        for line in self._lines():
            if line.is_quiet():
                line.will_close = True

    def _lines(self) -> list[_Line]:
        return list(self._all_lines())

    def _all_lines(self) -> Iterator[_Line]:
        for one in self._listening:
            yield from list(one.active_channels.values())
