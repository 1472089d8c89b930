"""The portal behind a real server on a random port of loopback, in the clear or over TLS."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import waitress
from flask import Flask
from waitress import wasyncore
from werkzeug.serving import WSGIRequestHandler, make_server


@dataclass(frozen=True, slots=True)
class Served:
    """A running portal: its address without a last slash, and the certificate to trust (over TLS only)."""

    url: str
    app: Flask
    certificate: Path | None


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's own name
        """Say nothing: pytest shows what the application itself logs."""


@contextmanager
def answering(server: Any) -> Iterator[None]:
    """Let a waitress server answer in a thread of its own until the block ends."""
    over = threading.Event()

    def answer() -> None:
        while not over.is_set():
            wasyncore.loop(timeout=1, map=server._map, count=1)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(over.set)
    thread.join(timeout=10)
    assert not thread.is_alive()
    # Only now: a socket closed while another thread waits on it, or pulls at it, fails under its hands.
    wasyncore.close_all(server._map)


@contextmanager
def _over_tls(app: Flask, listening: socket.socket, context: ssl.SSLContext) -> Iterator[None]:
    host, port = listening.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, ssl_context=context, fd=listening.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs this worker's certificates."""
    return trustme.CA()


@pytest.fixture
def serve(
    make_app: Callable[..., Flask], authority: trustme.CA, tmp_path: Path
) -> Iterator[Callable[..., Served]]:
    """Serve the portal: `serve(https=True)`; other named arguments change its configuration."""
    with ExitStack() as running:

        def start(*, https: bool = False, **changes: object) -> Served:
            listening = running.enter_context(socket.socket())
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", 0))
            listening.listen(64)
            url = f"{'https' if https else 'http'}://localhost:{listening.getsockname()[1]}"
            app = make_app(public_url=url, **changes)
            if not https:
                running.enter_context(answering(waitress.create_server(app, sockets=[listening], threads=8)))
                return Served(url, app, None)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
            certificate = tmp_path / "authority.pem"
            authority.cert_pem.write_to_path(str(certificate))
            running.enter_context(_over_tls(app, listening, context))
            return Served(url, app, certificate)

        yield start


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    """The portal at http://localhost, on a port of its own."""
    return serve()


@pytest.fixture
def served_securely(serve: Callable[..., Served]) -> Served:
    """The portal at https://localhost, on a port of its own: cookies are `__Host-` and Secure."""
    return serve(https=True)
