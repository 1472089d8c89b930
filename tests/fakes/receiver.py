"""An organisation's own system: a real web server on loopback that keeps what is posted to it."""

import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came."""

    path: str
    headers: Message
    body: bytes

    @property
    def said(self) -> Mapping[str, Any]:
        """The document."""
        found: Mapping[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature as a system does that reads our manual."""
        parts = dict(part.split("=", 1) for part in self.headers["Portal-Signature"].split(","))
        signed = f"{parts['t']}.".encode() + self.body
        return hmac.compare_digest(hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest(), parts["v1"])


@dataclass
class Receiver:
    """What came, and what is answered: `status`, after `before_answer` was called and `trickle` written."""

    url: str = ""
    status: int = 204
    location: str = ""
    before_answer: Callable[[], object] = lambda: None
    trickle: Iterable[bytes] = ()
    came: list[Posted] = field(default_factory=list)


@contextmanager
def receiver(certificate: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Answer on a port of its own until the block ends; over TLS with a certificate."""
    system = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            system.came.append(Posted(self.path, self.headers, body))
            system.before_answer()
            with suppress(OSError):
                for piece in system.trickle:
                    self.wfile.write(piece)
            self.send_response(system.status)
            if system.location:
                self.send_header("Location", system.location)
            with suppress(OSError):
                self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    system.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}/reactions?from=portal"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
