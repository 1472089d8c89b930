"""A mail server on loopback that keeps what it gets, encrypts if wanted, and misbehaves when told to."""

import asyncio
import ssl
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USERNAME, PASSWORD = "portal", "not a secret: it opens a test server"


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came over the line, dots undone."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool

    @property
    def mail(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.content, policy=SMTP_POLICY)


@dataclass
class Faults:
    """What goes wrong, once for each entry: an answer such as "451 4.3.0 Later", or "cut" to hang up.

    `at_dot` "cut" hangs up after the message was kept, `cut_connections` before a word was said.
    """

    at_mail: deque[str] = field(default_factory=deque)
    at_recipient: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)
    at_dot: deque[str] = field(default_factory=deque)
    cut_connections: int = 0


class _Handler:
    def __init__(self, sink: "SmtpSink") -> None:
        self._sink = sink

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        extra = ["250-PIPELINING"] if self._sink.pipelining else []
        return [*responses[:-1], *extra, responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.faults.at_mail:
            return self._fault(server, self._sink.faults.at_mail)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.faults.at_recipient:
            return self._fault(server, self._sink.faults.at_recipient)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        faults = self._sink.faults.at_dot
        if faults and faults[0] != "cut":
            return faults.popleft()
        self._sink.keep(
            Received(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=bytes(envelope.original_content or b""),
                encrypted=session.ssl is not None or _over_tls(server),
            )
        )
        if faults:
            return self._fault(server, faults)
        return f"250 2.0.0 OK queued as {len(self._sink.received):08d}"

    def _fault(self, server: SMTP, faults: deque[str]) -> str:
        fault = faults.popleft()
        if fault == "cut" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "421 4.3.2 Gone" if fault == "cut" else fault


class _Server(SMTP):
    """aiosmtpd's server with a fault that has no hook: a refusal of DATA, and one that counts connections."""

    def __init__(self, sink: "SmtpSink", **parameters: Any) -> None:
        super().__init__(_Handler(sink), **parameters)
        self._sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink.connections += 1
        self._sink.lines.append(transport)
        if self._sink.faults.cut_connections > 0:
            self._sink.faults.cut_connections -= 1
            transport.close()
            return
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:
        if self._sink.faults.at_data:
            await self.push(self._sink.faults.at_data.popleft())
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def __init__(self, sink: "SmtpSink", parameters: dict[str, Any]) -> None:
        super().__init__(_Handler(sink), hostname="127.0.0.1", port=sink.port, ssl_context=sink.tls)
        self._sink = sink
        self._parameters = parameters

    def factory(self) -> SMTP:
        return _Server(self._sink, **self._parameters)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class SmtpSink:
    """A context manager: the server runs inside it. `received` holds what was taken, in order."""

    def __init__(
        self,
        folder: Path,
        *,
        starttls: bool = True,
        tls: bool = False,
        login: bool = False,
        pipelining: bool = True,
    ) -> None:
        self.faults = Faults()
        self.received: list[Received] = []
        self.connections = 0
        self.lines: list[asyncio.BaseTransport] = []
        self.port = 0
        self.pipelining = pipelining
        self.ca_file = folder / "authority.pem"
        self._lock = threading.Lock()
        self._controller: _Controller | None = None
        self._parameters: dict[str, Any] = {"hostname": "sink.test", "enable_SMTPUTF8": False}
        self.tls = self._certificate() if tls else None
        if starttls and not tls:
            self._parameters |= {"tls_context": self._certificate(), "require_starttls": True}
        if login:
            self._parameters |= {"authenticator": _authenticate, "auth_required": True}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after a `stop` on the same port as before."""
        self._controller = _Controller(self, self._parameters)
        self._controller.start()
        self.port = self._controller.port
        self.connections = 0

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            asyncio.run_coroutine_threadsafe(self._hang_up(), self._controller.loop).result(5)
            self._controller.stop()
            self._controller = None

    def keep(self, message: Received) -> None:
        """Store a message; called from the server's thread."""
        with self._lock:
            self.received.append(message)

    async def _hang_up(self) -> None:
        """Close every line, and give the loop the turns in which it notices."""
        for line in self.lines:
            # Before Python 3.11.4, a line over TLS that was closed twice knows nothing more to end.
            with suppress(AttributeError):
                if isinstance(line, asyncio.WriteTransport):
                    line.abort()
        self.lines.clear()
        for _ in range(5):
            await asyncio.sleep(0)

    def _certificate(self) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context


def _over_tls(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("sslcontext") is not None


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
) -> AuthResult:
    good = login.login == USERNAME.encode() and login.password == PASSWORD.encode()
    return AuthResult(success=good, handled=good)
