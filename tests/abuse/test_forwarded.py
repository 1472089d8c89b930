"""Behind a proxy: the address that it names counts, and what a visitor wrote before it does not (A08)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.visitor import Visitor

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HOME, ELSEWHERE = "198.51.100.7", "198.51.100.8"
Send = Callable[[FlaskClient, str], int]


def sign_in(client: FlaskClient, forwarded: str) -> int:
    sent = {"email": "ada@voltwerk.example", "password": "vier droge schoenen", "csrf_token": _token(client)}
    headers = {"X-Forwarded-For": forwarded}
    return client.post("/desk/sign-in", data=sent, headers=headers).status_code


def press(client: FlaskClient, forwarded: str) -> int:
    return client.post("/k/abc", headers={"X-Forwarded-For": forwarded}).status_code


WAYS: dict[str, tuple[Send, int, int]] = {"signing in": (sign_in, 10, 422), "entering": (press, 30, 404)}


def _token(client: FlaskClient) -> str:
    visitor = Visitor(client.application)
    visitor.client = client
    return str(visitor.open("/desk/sign-in").form().values["csrf_token"][0])


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> tuple[Send, int, int]:
    """A way that is counted by address: how to go it, how often, and what one is told until then."""
    found: tuple[Send, int, int] = request.param
    return found


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("proxies", "named"),
    [
        (1, "203.0.113.%d, " + HOME),
        (1, "%d.1.1.1,unknown," + HOME),
        (2, "203.0.113.%d, " + HOME + ", 10.0.0.1"),
    ],
)
def test_an_address_that_a_visitor_made_up_does_not_count(
    make_app: Callable[..., Flask], way: tuple[Send, int, int], proxies: int, named: str
) -> None:
    send, most, told = way
    client = make_app(proxies=proxies).test_client()
    statuses = [send(client, named % number) for number in range(most + 1)]
    assert statuses == [told] * most + [429]
    # Who really comes from another address is not stopped, whatever stands before it.
    assert send(client, named.replace(HOME, ELSEWHERE) % 0) == told


@pytest.mark.usefixtures("clock")
def test_each_visitor_behind_the_proxy_is_counted_apart(
    make_app: Callable[..., Flask], way: tuple[Send, int, int]
) -> None:
    send, most, told = way
    client = make_app(proxies=1).test_client()
    assert {send(client, f"198.51.100.{number}") for number in range(most + 5)} == {told}
