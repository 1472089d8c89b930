"""The portal behind real servers, in front of a real browser."""

import ssl
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page
from redis import Redis

from tests.serving import Served


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
