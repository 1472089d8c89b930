"""Tests stay on this machine."""

import socket
from urllib.request import urlopen

import pytest

from tests.network import NetworkUsed


def test_a_socket_to_another_machine_is_refused() -> None:
    with socket.socket() as opened, pytest.raises(NetworkUsed, match=r"192\.0\.2\.1"):
        opened.connect(("192.0.2.1", 80))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as opened, pytest.raises(NetworkUsed):
        opened.sendto(b"?", ("192.0.2.1", 53))


def test_another_machine_is_not_even_looked_up() -> None:
    with pytest.raises(NetworkUsed, match=r"example\.org"):
        urlopen("http://example.org/")


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_this_machine_may_be_spoken_to(family: socket.AddressFamily) -> None:
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.create_server((address, 0), family=family) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection((address, port), timeout=5) as opened:
            assert opened.getpeername()[1] == port
