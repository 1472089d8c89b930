"""Waitress, ended without cutting an answer: what was asked is answered first, then its line is closed."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from collections_portal.web_lines import Line, Patience
from invoices.importing.tables import DESK_LIMITS, MEGABYTE

WEB_THREADS = 8
# Beside the lines that visitors may have (`Patience`): the sockets it listens on, and lines being closed.
# When all of them are in hand too, newcomers wait until the machine lets them in.
MORE_SOCKETS = 50
# How often waitress looks for lines whose answer nobody reads.
CLEANUP_SECONDS = 5
# Waitress keeps a whole body on disk before the application is asked. What is larger than any view takes is
# refused at its headers; the room above the largest file lets the desk say itself what is a little too large.
MOST_BYTES = DESK_LIMITS.bytes + MEGABYTE
LOOK_SECONDS = 0.02


class WebServer:
    """Waitress on a host (all its addresses) and a port, listening and not yet answering; port 0 takes a free
    one. Raises OSError."""

    def __init__(self, app: Flask, *, host: str, port: int, patience: Patience = Patience()) -> None:
        self._map: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._map,
            host=host,
            port=port,
            threads=WEB_THREADS,
            connection_limit=patience.lines + MORE_SOCKETS,
            channel_timeout=int(patience.idle_seconds),
            cleanup_interval=CLEANUP_SECONDS,
            max_request_body_size=MOST_BYTES,
            ident=None,
            clear_untrusted_proxy_headers=app.config["PORTAL"].proxies == 0,
        )
        self._listening = [one for one in self._map.values() if isinstance(one, BaseWSGIServer)]
        for one in self._listening:
            one.channel_class, one.ending, one.patience = Line, False, patience
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

    def _lines(self) -> list[Line]:
        return list(self._all_lines())

    def _all_lines(self) -> Iterator[Line]:
        for one in self._listening:
            yield from list(one.active_channels.values())
