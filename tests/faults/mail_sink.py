"""A mail server in a process of its own: it writes down what it took before it says that it took it."""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

# Whoever's address begins like this is not known here.
NOBODY = "nobody"
_DRAW = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Troubles:
    """Which share of the messages meets what: "come back later" (451), or a line cut after it was taken.

    Each of them takes `seconds` before it is answered.
    """

    later: float = 0.0
    cut: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class MailSink:
    """The running server, as a test sees it."""

    port: int
    file: Path
    line: Connection

    def taken(self) -> list[tuple[str, str]]:
        """Return recipient and Message-ID of each message that was taken, in order."""
        return [(to, name) for what, to, name in self._lines() if what == "took"]

    def number(self) -> int:
        """Return how many were taken, without looking at each."""
        return self.file.read_bytes().count(b"took ")

    def refused(self) -> Counter[str]:
        """Return how often each unknown recipient was tried."""
        return Counter(to for what, to, _name in self._lines() if what == "refused")

    def refuse_connections(self, away: bool) -> None:
        """Cut every line and take no new one, until told otherwise."""
        self.line.send(away)
        self.line.recv()

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        for line in self.file.read_text().splitlines():
            what, to, name = line.split(" ", 2)
            yield what, to, name


@contextmanager
def mail_sink(context: ForkContext, folder: Path, troubles: Troubles | None = None) -> Iterator[MailSink]:
    """Run the server on a port of loopback."""
    here, there = context.Pipe()
    file = folder / "taken.txt"
    file.touch()
    process = context.Process(target=_serve, args=(there, file, troubles or Troubles()), daemon=True)
    process.start()
    try:
        yield MailSink(here.recv(), file, here)
    finally:
        process.kill()
        process.join()


class _Handler:
    def __init__(self, file: Path, troubles: Troubles) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND)
        self._troubles = troubles

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(NOBODY):
            self._write("refused", address, "-")
            return "550 5.1.1 No such person"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._troubles.seconds)
        drawn = _DRAW.random()
        if drawn < self._troubles.later:
            return "451 4.3.0 Come back later"
        # Reading all of it would make this server slow while the worker waits for its answer.
        name = BytesHeaderParser().parsebytes(bytes(envelope.original_content or b""))["Message-ID"]
        self._write("took", envelope.rcpt_tos[0], name)
        if drawn < self._troubles.later + self._troubles.cut and isinstance(
            server.transport, asyncio.WriteTransport
        ):
            server.transport.abort()
        return "250 2.0.0 OK"

    def _write(self, what: str, to: str, name: str) -> None:
        os.write(self._file, f"{what} {to} {name}\n".encode())


class _Server:
    """The listening socket, which comes and goes, and the lines it opened."""

    def __init__(self, handler: _Handler, line: Connection) -> None:
        self._handler = handler
        self._line = line
        self._lines: list[SMTP] = []
        self._port = 0
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._opened, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self._line.send(self._port)

    async def obey(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            away = await loop.run_in_executor(None, self._line.recv)
            if not away:
                await self.listen()
            elif self._server is not None:
                self._server.close()
                for line in self._lines:
                    if isinstance(line.transport, asyncio.WriteTransport):
                        line.transport.abort()
                self._lines.clear()
                self._line.send(self._port)

    def _opened(self) -> SMTP:
        line = SMTP(self._handler, hostname="sink.test", enable_SMTPUTF8=False)
        self._lines.append(line)
        return line


def _serve(line: Connection, file: Path, troubles: Troubles) -> None:
    async def run() -> None:
        server = _Server(_Handler(file, troubles), line)
        await server.listen()
        await server.obey()

    asyncio.run(run())
