"""A session with a mail server that may take its time: whoever waits for its answer is heard of meanwhile."""

import io
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

# So often somebody hears that an answer is still awaited.
BEAT = 5.0


class Session(smtplib.SMTP):
    """A line whose answers may each take `patience` seconds; `on_wait` is called before and during a wait."""

    def __init__(
        self, host: str, port: int, *, on_wait: Callable[[], object], timeout: float, **settings: Any
    ) -> None:
        self.on_wait = on_wait
        self.patience = timeout
        # The base class connects at once, and waits for the greeting.
        super().__init__(host, port, timeout=timeout, **settings)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Return a line to the first of the server's addresses that answers, all of them within `timeout`."""
        over = time.monotonic() + timeout
        error: OSError = TimeoutError("The mail server was not reached in time.")
        for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            self.on_wait()
            left = over - time.monotonic()
            if left <= 0:
                break
            try:
                # With TLS the base class also speaks to the server's certificate; its stub leaves this out.
                line: socket.socket = super()._get_socket(str(place[0]), port, left)  # type: ignore[misc]
            except OSError as failed:
                error = failed
            else:
                line.settimeout(timeout)
                return line
        raise error

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the words of the server's answer."""
        if self.file is None:
            self.file = io.BufferedReader(_Answers(self))
        return super().getreply()


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


class _Answers(io.RawIOBase):
    """What comes over a session's line. It is waited for in pieces; the time to write stays as it was."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        line = self._session.sock
        # Without a line there is nothing more to read.
        if line is None:
            return 0
        over, usual = time.monotonic() + self._session.patience, line.gettimeout()
        try:
            while True:
                self._session.on_wait()
                left = over - time.monotonic()
                if left <= 0:
                    raise TimeoutError("The mail server gave no answer in time.")
                line.settimeout(min(BEAT, left))
                try:
                    return line.recv_into(buffer)
                except TimeoutError:
                    continue
        finally:
            line.settimeout(usual)


def opened(
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None,
    timeout: float,
    local_name: str | None,
    on_wait: Callable[[], object],
) -> Session:
    """Return a session after the server's greeting; encrypted from the first byte with `tls`.

    `timeout`, in seconds, is for each step. Raises OSError and smtplib.SMTPException.
    """
    if tls is None:
        return Session(host, port, local_hostname=local_name, timeout=timeout, on_wait=on_wait)
    return TlsSession(host, port, local_hostname=local_name, timeout=timeout, on_wait=on_wait, context=tls)
