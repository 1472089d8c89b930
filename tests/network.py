"""No test speaks to anything but this machine: a socket to elsewhere fails the test that opens it."""

import ipaddress
import os
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

# The one exception is named by whoever runs the tests.
OWN_NAMES = {
    None,
    "",
    "localhost",
    socket.gethostname(),
    urlsplit(os.environ.get("TEST_POSTGRES_URL", "")).hostname,
}
CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname")


class NetworkUsed(RuntimeError):
    """A test reached for another machine. Not an OSError, so that no code takes it for a bad connection."""


def is_own(host: str | bytes | None) -> bool:
    """Return whether the host is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    return name in OWN_NAMES or (_is_number(name) and ipaddress.ip_address(name or "").is_loopback)


def _is_number(host: str | bytes | None) -> bool:
    """Return whether this is an address already, for which nobody else is asked."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "")
    except ValueError:
        return False
    return True


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        opened, address = arguments
        if isinstance(address, tuple) and opened.family != socket.AF_UNIX and not is_own(address[0]):
            raise NetworkUsed(f"A test opened a socket to {address[0]}.")
    elif event in LOOKING_UP and not (is_own(arguments[0]) or _is_number(arguments[0])):
        raise NetworkUsed(f"A test looked up {arguments[0]}.")


def pytest_configure(config: pytest.Config) -> None:
    """Watch every socket of this process from now on."""
    sys.addaudithook(_watch)
