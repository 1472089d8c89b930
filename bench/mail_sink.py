"""The quickest mail server there can be: it takes every message, keeps none, and waits for nothing."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_HELLO = b"250-sink.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class _Line(asyncio.Protocol):
    """One connection, whose answers come `away` seconds later; commands may come several in a packet
    (RFC 2920)."""

    def __init__(self, away: float) -> None:
        self._away = away
        self._waiting = b""
        self._in_words = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.test\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        if answers:
            self._answer(b"".join(answers))

    def _answer(self, words: bytes) -> None:
        if self._away:
            asyncio.get_running_loop().call_later(self._away, self._transport.write, words)
        else:
            self._transport.write(words)

    def _next(self) -> bytes | None:
        """Return the answer to what came, or None while the rest is still on its way."""
        end = b"\r\n.\r\n" if self._in_words else b"\r\n"
        said, found, rest = self._waiting.partition(end)
        if not found:
            return None
        self._waiting = rest
        if self._in_words:
            self._in_words = False
            return b"250 2.0.0 OK\r\n"
        command = said[:4].upper()
        self._in_words = command == b"DATA"
        return {b"EHLO": _HELLO, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(
            command, b"250 OK\r\n"
        )


@contextmanager
def mail_sink(*, away: float = 0.0) -> Iterator[int]:
    """Run the server, so many seconds there and back, in a process of its own; yield its port on loopback."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there, away), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _serve(tell: Connection, away: float) -> None:
    async def listen() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Line(away), "127.0.0.1", 0)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())
