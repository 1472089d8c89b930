"""Slow and idle lines (A24): however many somebody opens, however slowly they send, others are answered."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count

import pytest
from flask import Flask

from collections_portal.web_lines import Patience
from collections_portal.web_server import WebServer

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HASTY = Patience(idle_seconds=1, head_seconds=1, body_seconds=1, slowest_bytes=1_000, lines=20)
FEW = Patience(lines=20)
BEGINNING = b"POST /k/x HTTP/1.1\r\nHost: localhost\r\n"
IN_TIME = 1.0


class Lines:
    """Lines to a server, each a socket."""

    def __init__(self, port: int, keep: ExitStack) -> None:
        self.port, self._keep = port, keep

    def open(self, first: bytes = b"") -> socket.socket:
        line = self._keep.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))
        line.sendall(first)
        return line

    def answer_in(self) -> float:
        """Ask for a page on a line of its own; return the seconds until it came."""
        begun = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        line.request("GET", "/about", headers={"Host": "localhost"})
        assert line.getresponse().status == 200
        line.close()
        return time.monotonic() - begun


@pytest.fixture
def serving(app: Flask) -> Iterator[Callable[..., Lines]]:
    """Serve the portal with this much patience: `serving(Patience(idle_seconds=1))`."""
    with ExitStack() as running:

        def start(patience: Patience = HASTY) -> Lines:
            server = WebServer(app, host="127.0.0.1", port=0, patience=patience)
            server.start()
            running.callback(server.end, within=5)
            return Lines(server.port, running)

        yield start


def is_closed(line: socket.socket) -> bool:
    """Return whether the server has closed it, reading what it said before."""
    line.settimeout(0.01)
    try:
        while line.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def seconds_until_closed(line: socket.socket, sends: Iterator[bytes], *, every: float = 0.1) -> float:
    """Go on sending until the server closes the line, for ten seconds at most."""
    begun = time.monotonic()
    while not is_closed(line) and time.monotonic() - begun < 10:
        try:
            line.sendall(next(sends))
        except OSError:
            break
        time.sleep(every)
    return time.monotonic() - begun


def test_slow_and_idle_lines_make_nobody_wait(serving: Callable[..., Lines]) -> None:
    lines = serving(Patience())
    body = BEGINNING + b"Content-Length: 60000\r\n\r\n"
    slow = [lines.open(BEGINNING) for _ in range(50)] + [lines.open(body) for _ in range(50)]
    idle = [lines.open() for _ in range(200)]
    for number in range(10):
        for line in slow:
            line.sendall(b"x" if number else b"X-Slow: ")
        assert lines.answer_in() < IN_TIME
    assert not any(is_closed(line) for line in (slow[0], slow[-1], idle[0]))


def test_more_lines_than_there_are_shut_nobody_out(serving: Callable[..., Lines]) -> None:
    lines = serving(FEW)
    held = [lines.open() for _ in range(FEW.lines * 3)]
    assert lines.answer_in() < IN_TIME
    # The newest stay.
    assert [is_closed(line) for line in (held[0], held[-1])] == [True, False]


def test_whoever_opens_lines_without_end_shuts_nobody_out(serving: Callable[..., Lines]) -> None:
    lines = serving(FEW)
    for _ in range(10):
        for _ in range(FEW.lines):
            lines.open(BEGINNING)
        assert lines.answer_in() < IN_TIME


@pytest.mark.parametrize(
    ("first", "sends"),
    [
        (b"", (b"" for _ in count())),
        (b"", (b"\r\n\r\n" for _ in count())),
        (BEGINNING, (b"X: %d\r\n" % number for number in count())),
        (BEGINNING + b"Content-Length: 60000\r\n\r\n", (b"x" for _ in count())),
        (BEGINNING + b"Transfer-Encoding: chunked\r\n\r\n", (b"1\r\nx\r\n" for _ in count())),
    ],
    ids=["nothing", "empty lines", "headers", "a body", "chunks"],
)
def test_a_line_on_which_nothing_comes_to_an_end_is_closed_however_often_it_sends(
    serving: Callable[..., Lines], first: bytes, sends: Iterator[bytes]
) -> None:
    assert 0.9 < seconds_until_closed(serving().open(first), sends) < 6


def test_a_line_is_not_closed_while_requests_come(serving: Callable[..., Lines]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", serving().port, timeout=10)
    line.connect()
    first = line.sock
    for _ in range(5):
        line.request("GET", "/health", headers={"Host": "localhost"})
        assert line.getresponse().read()
        time.sleep(0.5)
    assert line.sock is first
    line.close()


def test_a_line_on_which_somebody_was_answered_is_no_longer_the_one_that_waits_longest(
    serving: Callable[..., Lines],
) -> None:
    lines = serving(FEW)
    with closing(http.client.HTTPConnection("127.0.0.1", lines.port, timeout=10)) as used:
        used.connect()
        idle = [lines.open() for _ in range(FEW.lines - 2)]
        # Whoever comes after them is answered: the server knows them all.
        assert lines.answer_in() < IN_TIME
        # It notes an answer once it has left: the second one comes after the note of the first.
        for _ in range(2):
            used.request("GET", "/health", headers={"Host": "localhost"})
            assert used.getresponse().read()
        more = [lines.open() for _ in range(6)]
        assert lines.answer_in() < IN_TIME
        assert all(is_closed(line) for line in idle[:5])
        assert used.sock is not None
        assert not any(is_closed(line) for line in (idle[-1], more[-1], used.sock))


def test_a_large_body_on_a_line_that_is_slow_but_moves_is_taken(serving: Callable[..., Lines]) -> None:
    size = 12_000
    line = serving().open(BEGINNING + b"Content-Length: %d\r\n\r\n" % size)
    for _ in range(12):
        line.sendall(b"x" * (size // 12))
        time.sleep(0.3)
    # What it asks for is not there; that it was read to its end is what counts.
    assert line.recv(65536).startswith(b"HTTP/1.1 4")
