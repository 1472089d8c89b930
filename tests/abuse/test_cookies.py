"""Cookies that are almost right (A06): three thousand of them open nothing, and none breaks anything."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.crowd import Crowd
from tests.visitor import Visitor

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What no cookie of ours holds. A blank or a quote at its ends is no part of a value: parsers drop it.
ODD = [*"~!*'(){}|^`$%&+/=#@:<>?.", "%00", "%ff", "\u00e9", "\u0416", "\x01", "..", "A" * 4000]


def tampered(secret: str) -> Iterator[str]:
    """Yield what is not this secret: another sign in each place, cut, longer, turned round, other signs."""
    for place in range(0, len(secret), 2):
        yield from (secret[:place] + sign + secret[place + 1 :] for sign in SIGNS if sign != secret[place])
    for place in range(len(secret)):
        yield secret[:place]
        yield secret[place + 1 :]
    for odd in ODD:
        yield from (odd, secret + odd, odd + secret, secret[:20] + odd + secret[20:])
    yield from (secret[::-1], secret.swapcase(), secret * 2, secret.lower(), secret.upper())


def secret_of(visitor: Visitor, name: str) -> str:
    cookie = visitor.client.get_cookie(name)
    assert cookie is not None
    return cookie.value


def entered(crowd: Crowd) -> Visitor:
    """Return a debtor who has come in by a link."""
    visitor = Visitor(crowd.app)
    visitor.open(f"/k/{crowd.ids['k']}").submit()
    return visitor


@pytest.mark.parametrize(
    ("comes_in", "name", "page", "told"),
    [
        (entered, "visit", "/invoices", 401),
        (lambda crowd: crowd.administrator, "desk", "/desk/account", 303),
    ],
    ids=["a visit", "a member's session"],
)
def test_a_cookie_that_is_almost_right_opens_nothing(
    app: Flask, crowd: Crowd, comes_in: Callable[[Crowd], Visitor], name: str, page: str, told: int
) -> None:
    secret = secret_of(comes_in(crowd), name)
    client = app.test_client(use_cookies=False)
    assert client.get(page, headers={"Cookie": f"{name}={secret}"}).status_code == 200
    made = {text for text in tampered(secret) if text != secret}
    assert len(made) > 1_500
    statuses = {
        text: client.get(page, headers={"Cookie": f"{name}={text}".encode().decode("latin-1")}).status_code
        for text in made
    }
    assert {text: status for text, status in statuses.items() if status != told} == {}


def test_a_cookie_of_one_door_opens_no_other(app: Flask, crowd: Crowd) -> None:
    of_visit, of_desk = secret_of(crowd.debtor, "visit"), secret_of(crowd.administrator, "desk")
    client = app.test_client(use_cookies=False)
    assert client.get("/desk/account", headers={"Cookie": f"desk={of_visit}"}).status_code == 303
    assert client.get("/invoices", headers={"Cookie": f"visit={of_desk}"}).status_code == 401


def test_of_two_cookies_with_one_name_no_page_is_a_mix(app: Flask, crowd: Crowd) -> None:
    """A neighbouring host may set one beside ours; the first counts, as browsers send ours first."""
    mine, theirs = (secret_of(one, "visit") for one in (crowd.debtor, crowd.other_debtor))
    client = app.test_client(use_cookies=False)
    both = client.get("/invoices", headers={"Cookie": f"visit={mine}; visit={theirs}"}).text
    alone = client.get("/invoices", headers={"Cookie": f"visit={mine}"}).text
    assert _without_tokens(both) == _without_tokens(alone)


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf_token" not in line]
