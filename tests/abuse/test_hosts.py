"""Debtors' pages and the desk on two hosts: each is not there on the other's (ASVS 5.0, 3.5.4)."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.members.models import Role
from tests.people import Person
from tests.rules import PARAMETER, Place, places

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PUBLIC, DESK = "https://pay.voltwerk.example", "https://desk.voltwerk.example"
OF_BOTH = {"static", "health", "theme", "logo"}


@pytest.fixture
def apart(make_app: Callable[..., Flask]) -> Flask:
    """The portal on two hosts."""
    return make_app(public_url=PUBLIC, desk_url=DESK)


def ask(app: Flask, place: Place, host: str, method: str) -> TestResponse:
    path = PARAMETER.sub("debtor.css" if place.endpoint == "static" else "x", place.rule.rule)
    return app.test_client().open(path, method=method, base_url=host, buffered=True)


def home_of(place: Place) -> set[str]:
    if place.endpoint in OF_BOTH:
        return {PUBLIC, DESK}
    return {DESK} if place.door in ("desk", "settings") else {PUBLIC}


def test_each_page_is_there_on_its_own_host_only(apart: Flask) -> None:
    wrong = []
    for place in places(apart):
        for method in sorted(place.methods | {"OPTIONS"}):
            for host in {PUBLIC, DESK} - home_of(place):
                answer = ask(apart, place, host, method)
                leads_home = place.endpoint == "debtor.visits.begin" and answer.status_code == 303
                if answer.status_code != 404 and not leads_home:
                    wrong.append(f"{method} {host}{place.rule.rule}: {answer.status_code}")
            wrong += [
                f"{method} {host}{place.rule.rule} is not there"
                for host in home_of(place)
                if "<" not in place.rule.rule and ask(apart, place, host, method).status_code == 404
            ]
    assert wrong == [], "\n".join(wrong)


def test_the_page_that_says_so_does_not_speak_of_the_other_host(apart: Flask) -> None:
    client = apart.test_client()
    for path in ("/desk/sign-in", "/settings/members", "/desk/nowhere", "/nowhere"):
        page = client.get(path, base_url=PUBLIC).text
        assert "This page does not exist." in page
        assert "/desk/" not in page.replace(path, "")
    assert "Go to the desk" in client.get("/about", base_url=DESK).text


def test_the_address_of_the_desk_alone_leads_to_it(apart: Flask) -> None:
    answer = apart.test_client().get("/", base_url=DESK)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")


def test_a_members_cookie_opens_nothing_on_the_debtors_host(
    make_app: Callable[..., Flask], app: Flask, at_the_desk: Callable[..., Person]
) -> None:
    secret = at_the_desk(Role.ADMINISTRATOR).client.get_cookie("desk")
    assert secret is not None
    apart = make_app(public_url=PUBLIC, desk_url=DESK)
    statuses = []
    for host in (PUBLIC, DESK):
        client = apart.test_client()
        client.set_cookie("__Host-desk", secret.value, domain=host.removeprefix("https://"), secure=True)
        statuses.append(client.get("/desk/account", base_url=host).status_code)
    assert statuses == [404, 200]


def test_a_host_that_is_neither_is_refused(apart: Flask) -> None:
    assert apart.test_client().get("/health", base_url="https://evil.example").status_code == 400


@pytest.mark.parametrize("desk_url", ["", PUBLIC, f"{PUBLIC}:8443"])
def test_without_a_host_of_its_own_the_desk_is_where_it_was(
    make_app: Callable[..., Flask], desk_url: str
) -> None:
    client = make_app(public_url=PUBLIC, desk_url=desk_url).test_client()
    for path in ("/about", "/desk/sign-in"):
        assert client.get(path, base_url=PUBLIC).status_code == 200


def test_a_process_for_the_desk_alone_says_that_it_is_well(make_app: Callable[..., Flask]) -> None:
    client = make_app(public_url=PUBLIC, desk_url=DESK, doors=("desk",)).test_client()
    for host in (PUBLIC, DESK):
        assert client.get("/health", base_url=host).status_code == 200
    assert client.get("/about", base_url=PUBLIC).status_code == 404
