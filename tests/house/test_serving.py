"""The portal behind real servers, in front of a real browser."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Page

from collections_portal.web_server import WebServer
from core import clock
from desk.views.imports import AROUND_A_FILE
from invoices.importing.tables import DESK_LIMITS, MEGABYTE
from tests.serving import Served


@pytest.fixture
def line(app: Flask) -> Iterator[http.client.HTTPConnection]:
    """A line to the portal behind its own web server."""
    server = WebServer(app, host="127.0.0.1", port=0)
    server.start()
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    yield line
    line.close()
    assert server.end(within=10)


def test_a_body_larger_than_any_view_takes_is_refused_at_its_headers(
    line: http.client.HTTPConnection,
) -> None:
    line.putrequest("POST", "/desk/imports/new")
    line.putheader("Content-Length", str(DESK_LIMITS.bytes + MEGABYTE))
    line.endheaders()
    answer = line.getresponse()
    assert (answer.status, answer.reason) == (413, "Request Entity Too Large")
    assert b"exceeds" in answer.read()


def test_a_file_a_little_too_large_still_reaches_the_desk(line: http.client.HTTPConnection) -> None:
    body = bytes(DESK_LIMITS.bytes + AROUND_A_FILE + 1)
    line.request("POST", "/desk/imports/new", body=body, headers={"Host": "localhost"})
    answer = line.getresponse()
    # The desk answers a stranger before it looks at the size; that it answers is what counts here.
    assert answer.status == 401
    assert answer.getheader("Content-Security-Policy")


def test_the_portal_answers_in_the_clear_and_stops(served: Served) -> None:
    with urlopen(f"{served.url}/health", timeout=10) as answer:
        assert answer.status == 200


def test_the_portal_answers_over_tls_with_a_certificate_that_is_checked(served_securely: Served) -> None:
    trusting = ssl.create_default_context(cafile=str(served_securely.certificate))
    with urlopen(f"{served_securely.url}/health", timeout=10, context=trusting) as answer:
        assert answer.status == 200
        assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_browser_reads_a_page_of_the_portal_over_tls(
    served_securely: Served, open_tab: Callable[..., Page], javascript: bool
) -> None:
    tab = open_tab(width=360, javascript=javascript)
    tab.goto(f"{served_securely.url}/no-such-page")
    assert tab.locator("h1").count() == 1


class Slow:
    """The portal, whose answers take as long as is wanted."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.begun, self.go_on = threading.Event(), threading.Event()
        app.add_url_rule("/slow", "slow", self._answer)

    def _answer(self) -> str:
        self.begun.set()
        self.go_on.wait(timeout=30)
        return "answered" * 100_000


@pytest.fixture
def slow(app: Flask) -> Slow:
    """A page that waits until it is let go on."""
    return Slow(app)


def takes_lines(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_an_answer_in_hand_is_given_before_the_server_ends(slow: Slow) -> None:
    server = WebServer(slow.app, host="127.0.0.1", port=0)
    server.start()
    line, idle = (http.client.HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(2))
    idle.request("GET", "/health", headers={"Host": "localhost"})
    assert idle.getresponse().read()
    line.request("GET", "/slow", headers={"Host": "localhost"})
    slow.begun.wait(timeout=30)
    with ThreadPoolExecutor(1) as ending:
        ended = ending.submit(server.end, within=20)
        while takes_lines(server.port):
            time.sleep(0.01)
        slow.go_on.set()
        answer = line.getresponse()
        assert answer.read() == b"answered" * 100_000
        assert answer.getheader("Connection") == "close"
        assert ended.result(timeout=20)
    for one in (line, idle):
        one.close()


def test_an_answer_that_takes_too_long_holds_up_the_end_no_longer_than_allowed(slow: Slow) -> None:
    server = WebServer(slow.app, host="127.0.0.1", port=0)
    server.start()
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.request("GET", "/slow", headers={"Host": "localhost"})
    slow.begun.wait(timeout=30)
    begun = time.monotonic()
    assert not server.end(within=0.5)
    assert time.monotonic() - begun < 5
    slow.go_on.set()
    line.close()


@pytest.mark.parametrize("behind", [timedelta(hours=-1), timedelta(hours=1)], ids=["fast", "slow"])
def test_an_idle_line_holds_up_no_end_where_the_databases_clock_differs(
    app: Flask, behind: timedelta
) -> None:
    shown = clock.of_machine()
    clock.agree(shared=shown + behind, shown=shown)
    try:
        server = WebServer(app, host="127.0.0.1", port=0)
        server.start()
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        line.request("GET", "/health", headers={"Host": "localhost"})
        assert line.getresponse().read()
        assert server.end(within=5)
        line.close()
    finally:
        clock.agree(shared=shown, shown=shown)


def test_the_portal_listens_on_every_address_of_a_name(app: Flask) -> None:
    server = WebServer(app, host="localhost", port=0)
    server.start()
    line = http.client.HTTPConnection("localhost", server.port, timeout=30)
    line.request("GET", "/health")
    assert line.getresponse().status == 200
    line.close()
    assert server.end(within=10)
