"""E-mail by SMTP (RFC 5321), one kept session for a batch, in two steps.

The order is what counts. Everything that can fail without doubt comes first: connecting, the envelope, the
words. Then `before_handing` is asked, and only then the final dot is sent. A server may not deliver what has
no final dot (RFC 5321, 4.1.1.4), so until then a message is certainly not sent.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self

from messaging.headers import AddressRefused, ascii_address
from messaging.providers.outcomes import (
    BeforeHanding,
    NotHanded,
    Outcome,
    OutgoingMail,
    Refused,
    Remedy,
    Sent,
    Unknown,
    Withheld,
)
from messaging.providers.smtp_answers import refused, text_of
from messaging.providers.smtp_session import Session, opened

_QUEUE_NAME = re.compile(r"\b(?:queued as |id=)([A-Za-z0-9.<>@_-]{4,80})", re.IGNORECASE)


class Encryption(StrEnum):
    """How the line to the server is kept private; `NONE` is for a server on this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `ca_file` names a certificate authority beside the system's own.

    `timeout` is for each step of the conversation, `dot_timeout` for the answer to the final dot, both in
    seconds: the server may be storing the message by then, and whoever hangs up makes it doubtful
    (RFC 5321, 4.5.3.2.6).
    """

    host: str
    port: int = 587
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    encryption: Encryption = Encryption.STARTTLS
    timeout: float = 30.0
    dot_timeout: float = 600.0
    ca_file: str | None = None
    local_name: str | None = None


class SmtpProvider:
    """A session with one server, opened when first needed and kept; for one thread."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._session: Session | None = None
        self._on_wait: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye and close the line; harmless when there is none."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.quit()
            except (OSError, smtplib.SMTPException):
                session.close()

    def tell_of_waiting(self, told: Callable[[], object]) -> None:
        """Call `told` before an answer is waited for, and every few seconds while it is."""
        self._on_wait = told

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Hand one e-mail over. Raises only what `before_handing` raises; then nothing was sent."""
        kept = self._session is not None
        ready = self._ready(message)
        if isinstance(ready, NotHanded) and kept:
            # A server may hang up on an idle session. Nothing was handed over yet, so a new one may be tried.
            ready = self._ready(message)
        if not isinstance(ready, Session):
            return ready
        try:
            allowed = before_handing()
        except BaseException:
            self._drop()
            raise
        if not allowed:
            # After DATA there is no command that takes the words back; hanging up does.
            self._drop()
            return Withheld()
        return self._final_dot(ready)

    def _ready(self, message: OutgoingMail) -> Session | Refused | NotHanded:
        """Return the session with everything said but the final dot, or why that was not possible."""
        try:
            commands = _commands(message)
        except AddressRefused as error:
            return Refused(Remedy.CONTACT_DEAD, None, None, str(error))
        try:
            session = self._session or self._open()
            refusal = self._envelope(session, commands)
            if refusal is None:
                session.send(_stuffed(message.message))
        except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            self._drop()
            return Refused(Remedy.CHANNEL_STOPS, None, None, _words_of(error))
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            return _not_let_in(error)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return NotHanded(_words_of(error))
        return session if refusal is None else refusal

    def _open(self) -> Session:
        server = self._server
        self._session = session = opened(
            server.host,
            server.port,
            tls=_trust(server) if server.encryption is Encryption.TLS else None,
            timeout=server.timeout,
            local_name=server.local_name,
            on_wait=self._on_wait,
        )
        # The words and the dot are two small packets; without this the second waits for the first's receipt.
        if session.sock is not None:
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.ehlo_or_helo_if_needed()
        if server.encryption is Encryption.STARTTLS:
            # Raises SMTPNotSupportedError when it is not offered: no mail goes in the clear because of that.
            session.starttls(context=_trust(server))
            session.ehlo_or_helo_if_needed()
        if server.username is not None:
            session.login(server.username, server.password or "")
        return session

    def _envelope(self, session: Session, commands: tuple[str, ...]) -> Refused | None:
        """Say from whom, to whom, and DATA, in one packet where the server allows it (RFC 2920)."""
        at_once = session.has_extn("pipelining")
        if at_once:
            session.send("".join(f"{command}\r\n" for command in commands))
        refusal: Refused | None = None
        code = 0
        for command in commands:
            code, answer = session.getreply() if at_once else session.docmd(command)
            if refusal is None and code not in {250, 251, 354}:
                refusal = refused(code, answer, step=command[:4])
                if not at_once:
                    break
        if refusal is not None:
            self._after_refusal(session, last_code=code)
        return refusal

    def _after_refusal(self, session: Session, *, last_code: int) -> None:
        """Make the session fit for the next message, or drop it.

        354: the server waits for words although it took no recipient. 421: it is about to hang up.
        """
        if last_code not in {354, 421}:
            try:
                if session.rset()[0] == 250:
                    return
            except (OSError, smtplib.SMTPException):
                pass
        self._drop()

    def _final_dot(self, session: Session) -> Outcome:
        try:
            session.send(b".\r\n")
            session.patience = self._server.dot_timeout
            code, answer = session.getreply()
            session.patience = self._server.timeout
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Unknown(_words_of(error))
        if 200 <= code < 300:
            name = _QUEUE_NAME.search(text_of(answer))
            return Sent(name[1] if name else "")
        if code == 421 or not 400 <= code < 600:
            self._drop()
        return refused(code, answer, step="dot") if 400 <= code < 600 else Unknown(text_of(answer))

    def _drop(self) -> None:
        """Hang up without a word, so that nothing half said is taken for a message."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _trust(server: SmtpServer) -> ssl.SSLContext:
    """Return whose certificates are trusted; reading them takes longer than sending a mail."""
    context = ssl.create_default_context()
    if server.ca_file:
        context.load_verify_locations(server.ca_file)
    return context


def _commands(message: OutgoingMail) -> tuple[str, ...]:
    sender = ascii_address(message.sender) if message.sender else ""
    return f"MAIL FROM:<{sender}>", f"RCPT TO:<{ascii_address(message.recipient)}>", "DATA"


def _stuffed(message: bytes) -> bytes:
    """Return the words with doubled leading dots (RFC 5321, 4.5.2) and an end of line."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _not_let_in(error: smtplib.SMTPAuthenticationError) -> Refused | NotHanded:
    """A wrong password stops the channel; "try again later" (454) does not."""
    if error.smtp_code < 500:
        return NotHanded(_words_of(error))
    return Refused(Remedy.CHANNEL_STOPS, error.smtp_code, None, _words_of(error))


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
