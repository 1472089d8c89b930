"""A bounded HTTP client: so many connections, each asking for the page again as soon as it was answered."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second, and how long the middle and the slowest hundredth took (ms)."""

    per_second: float
    p50: float
    p99: float


def load(*, port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Ask on loopback for so long; anything but 200 stops the measurement.

    The first fifth is warming up and is not counted.
    """
    started = time.perf_counter()
    counted_from, until = started + seconds / 5, started + seconds
    taken: list[float] = []
    failures: list[str] = []
    threads = [
        threading.Thread(
            target=_ask,
            args=(port, cycle(requests[number::connections]).__next__, counted_from, until, taken, failures),
        )
        for number in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    waits = statistics.quantiles(taken, n=100)
    return Load(len(taken) / (until - counted_from), waits[49] * 1000, waits[98] * 1000)


def _ask(
    port: int,
    next_request: Callable[[], bytes],
    counted_from: float,
    until: float,
    taken: list[float],
    failures: list[str],
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        while (sent_at := time.perf_counter()) < until:
            connection.sendall(next_request())
            head = _answer(connection)
            if b" 200 " not in head[:20]:
                failures.append(head[:200].decode(errors="replace"))
                return
            if sent_at >= counted_from:
                taken.append(time.perf_counter() - sent_at)


def _answer(connection: socket.socket) -> bytes:
    """Return the head of the answer after reading all of it."""
    read = b""
    while END_OF_HEAD not in read:
        part = connection.recv(65_536)
        if not part:
            return b"the connection was closed"
        read += part
    head, _, body = read.partition(END_OF_HEAD)
    lower = head.lower()
    at = lower.index(LENGTH) + len(LENGTH)
    missing = int(lower[at:].split(b"\r", 1)[0]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65_536))
    return head
