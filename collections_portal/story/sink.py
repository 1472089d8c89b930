"""A mail server on loopback that keeps what it gets, for the length of the story."""

from asyncio import Server
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Controller(Controller):
    """Listens on a port that the system chose, and asks that one whether the server is there."""

    def _trigger_server(self) -> None:
        if isinstance(self.server, Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Sink:
    """Takes every message; `received` holds them in order, parsed."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        self.received.append(message_from_bytes(envelope.original_content or b"", policy=POLICY))
        return "250 2.0.0 Taken"

    def start(self) -> int:
        """Listen, and return the port."""
        self._controller.start()
        port: int = self._controller.port
        return port

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()
