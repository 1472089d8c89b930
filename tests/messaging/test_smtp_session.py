"""Reaching a mail server that has several addresses."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from messaging.providers.smtp_session import Session, opened

NAME = "mail.example"


def finds(*addresses: str) -> Callable[..., list[Any]]:
    """Return a look-up that finds these addresses by the server's name."""
    real = socket.getaddrinfo

    def find(host: str, port: int, *of: Any, **how: Any) -> list[Any]:
        hosts = addresses if host == NAME else (host,)
        return [found for each in hosts for found in real(each, port, *of, **how)]

    return find


def reach(port: int, on_wait: Callable[[], object], timeout: float) -> Session:
    return opened(NAME, port, tls=None, timeout=timeout, local_name="here", on_wait=on_wait)


def test_the_first_address_that_answers_is_taken_and_each_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def greet() -> None:
            line, _ = listener.accept()
            with line:
                line.sendall(b"220 hello\r\n")
                line.recv(1)

        server = threading.Thread(target=greet, daemon=True)
        server.start()
        monkeypatch.setattr(socket, "getaddrinfo", finds("127.0.0.2", "127.0.0.3", "127.0.0.1"))
        session = reach(port, lambda: told.append(time.monotonic()), timeout=5)
        assert session.sock is not None
        assert session.sock.gettimeout() == 5
        session.close()
        server.join(5)
    # Before each of three addresses, and before the greeting.
    assert len(told) == 4


def test_many_addresses_take_no_longer_than_one_may(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def never(_address: object, timeout: float, _source: object = None) -> socket.socket:
        asked.append(timeout)
        time.sleep(min(timeout, 0.4))
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "getaddrinfo", finds("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"))
    monkeypatch.setattr(socket, "create_connection", never)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        reach(25, lambda: None, timeout=1)
    assert time.monotonic() - began < 1.5
    assert asked == sorted(asked, reverse=True)
    assert asked[-1] < 1
