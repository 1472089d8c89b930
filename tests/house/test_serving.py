"""The portal behind real servers, in front of a real browser."""

import http.client
import ssl
from collections.abc import Callable, Iterator
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Page
from redis import Redis

from collections_portal.serving import web_server
from desk.views.imports import AROUND_A_FILE
from invoices.importing.tables import DESK_LIMITS, MEGABYTE
from tests.serving import Served, answering


@pytest.fixture
def line(app: Flask) -> Iterator[http.client.HTTPConnection]:
    """A line to the portal behind its own web server."""
    server = web_server(app, host="127.0.0.1", port=0)
    with answering(server):
        line = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=30)
        yield line
        line.close()


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


def test_redis_is_there_and_empty(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
