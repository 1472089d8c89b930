"""The headers of every answer, and the flags of every cookie (ASVS 3.3, 3.4, 14.3)."""

from collections.abc import Callable, Iterator
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from collections_portal.carriers import carriers_of, link_writer
from collections_portal.jobs import answer_password_requests
from core import clock as the_clock
from core.members.models import Role
from core.web.accounts import hash_of_new_password
from messaging.delivery import deliver_due
from messaging.providers.files import newest_first
from tests import factories
from tests.crowd import Crowd
from tests.people import Person
from tests.rules import METHODS, places
from tests.visitor import Visitor

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
}
# Pages with a script that asks: typing keeps a visit going, the numbers of an import renew themselves.
ASKING = POLICY - {"connect-src 'none'"} | {"connect-src 'self'"}
ASKS = {("GET", "/react"), ("POST", "/react"), ("GET", "/desk/imports/<public_id>")}
# An e-mail as it was sent has styles of its own, and may do nothing at all.
MAIL = {
    "sandbox",
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
SHOWS_MAIL = ("GET", "/desk/messages/<public_id>/mail", 200)
ALWAYS = {
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
TELLING = ("Server", "X-Powered-By", "Access-Control-Allow-Origin")
LASTING = "public, max-age=31536000, immutable"
OTHER_HOSTS = (
    "evil.example",
    "evil.example:443",
    "localhost.evil.example",
    "evil.example#localhost",
    "localhost@evil.example",
    "localhost, evil.example",
    "xlocalhost",
    "[::1]",
    "127.0.0.1",
    "",
)
OTHER_NAMES = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "Forwarded": "host=evil.example;proto=http",
    "X-Original-URL": "//evil.example/",
    "X-Host": "evil.example",
}
SECURE = "https://localhost"
PASSWORD = "seven otters row home"


def policy_of(method: str, rule: str, status: int) -> set[str]:
    """Return what the page that answers may do."""
    if (method, rule, status) == SHOWS_MAIL:
        return MAIL
    return ASKING if (method, rule) in ASKS else POLICY


def faults_of(answer: TestResponse, *, is_kept: bool = False, policy: set[str] = POLICY) -> Iterator[str]:
    """Yield what is not as the table says; `policy` is what its page may do."""
    headers = answer.headers
    for name, value in ALWAYS.items():
        if headers.getlist(name) != [value]:
            yield f"{name}: {headers.getlist(name)}"
    if set(headers.get("Content-Security-Policy", "").split("; ")) != policy:
        yield f"policy: {headers.get('Content-Security-Policy')}"
    if headers.getlist("Cache-Control") != [LASTING if is_kept else "no-store"]:
        yield f"caching: {headers.getlist('Cache-Control')}"
    yield from (f"{name} is there" for name in TELLING if name in headers)


def test_every_rule_answers_everybody_with_the_headers(app: Flask, crowd: Crowd) -> None:
    people = (crowd.stranger, crowd.debtor, crowd.administrator)
    faults = []
    for place in places(app):
        for person in people:
            for method in ("GET", "POST", "DELETE"):
                answer = person.client.open(place.address(crowd.ids), method=method, buffered=True)
                found = faults_of(answer, policy=policy_of(method, place.rule.rule, answer.status_code))
                faults += [f"{method} {place.rule.rule}: {fault}" for fault in found]
    assert faults == []


@pytest.mark.parametrize("path", ["/nowhere", "/desk/nowhere", "/settings/nowhere", "/static/nowhere.css"])
def test_pages_that_are_not_there_have_the_headers(visitor: Visitor, path: str) -> None:
    for method in METHODS:
        answer = visitor.client.open(path, method=method)
        # Which methods a file takes is the same for every file, there or not.
        assert answer.status_code in (404, 405) or (method == "OPTIONS" and path.startswith("/static/"))
        assert list(faults_of(answer)) == []


def test_what_is_too_large_is_refused_with_the_headers(crowd: Crowd) -> None:
    for person, path in ((crowd.debtor, "/react"), (crowd.administrator, "/desk/account/language")):
        answer = person.client.post(path, data={"language": "x" * 600_000})
        assert answer.status_code == 413
        assert list(faults_of(answer, policy=policy_of("POST", path, answer.status_code))) == []


@pytest.mark.parametrize("path", ["/broken", "/desk/broken", "/settings/broken"])
def test_a_fault_has_the_headers_and_tells_nothing(app: Flask, path: str) -> None:
    def broken() -> str:
        raise RuntimeError("zq7 secret in a traceback")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule(path, "broken", broken)
    answer = app.test_client().get(path)
    assert answer.status_code == 500
    assert "zq7" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert list(faults_of(answer)) == []


def test_only_files_with_their_version_are_kept(crowd: Crowd) -> None:
    page = crowd.debtor.open("/invoices").response.text
    kept = [link.split('"')[0] for link in page.split('href="') if "?v=" in link.split('"')[0]]
    assert len(kept) >= 3
    for address in kept:
        answer = crowd.stranger.client.get(address, buffered=True)
        assert list(faults_of(answer, is_kept=True)) == []
        assert "Set-Cookie" not in answer.headers
        bare = crowd.stranger.client.get(address.split("?")[0], buffered=True)
        assert list(faults_of(bare)) == []
    assert list(faults_of(crowd.stranger.client.get("/static/none.css?v=1"))) == []


def test_browsers_are_told_to_come_over_tls_only_where_there_is_tls(
    make_app: Callable[..., Flask], visitor: Visitor
) -> None:
    assert "Strict-Transport-Security" not in visitor.client.get("/about").headers
    secure = make_app(public_url=SECURE)
    for place in places(secure):
        address = place.rule.rule.split("<")[0]
        answer = secure.test_client().get(address, base_url=SECURE, buffered=True)
        told = answer.headers.getlist("Strict-Transport-Security")
        assert told == ["max-age=63072000; includeSubDomains"], address


def test_an_answer_never_repeats_a_line_break_of_its_address(crowd: Crowd) -> None:
    for path in ("/left?lang=nl%0d%0aSet-Cookie:%20a=b", "/desk/sign-in?next=/desk/%0d%0aX-Evil:%201"):
        answer = crowd.stranger.client.get(path)
        assert "X-Evil" not in answer.headers
        assert all("a=b" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.fixture
def secure(make_app: Callable[..., Flask]) -> Flask:
    """The portal behind TLS."""
    return make_app(public_url=SECURE)


def test_a_members_cookies_are_for_this_host_over_tls_and_no_script_reads_them(
    secure: Flask, at_the_desk: Callable[..., Person]
) -> None:
    member = _with_password(secure, at_the_desk)
    browser = Visitor(secure)
    form = browser.open("/desk/sign-in").form()
    sent = form.filled_in({"email": member.member.email, "password": PASSWORD}, None)
    answer = browser.client.post(
        "/desk/sign-in", data=sent, base_url=SECURE, headers={"Referer": f"{SECURE}/desk/sign-in"}
    )
    assert answer.status_code == 303
    cookies = _cookies(answer)
    assert "__Host-desk" in cookies
    assert set(cookies) <= {"__Host-desk", "__Host-desk-page"}
    for cookie in cookies.values():
        assert _flags(cookie) == ("Strict", True, True, "/", "")


def test_a_visits_cookie_is_for_this_host_over_tls_and_ends_with_the_browser(
    crowd: Crowd, secure: Flask
) -> None:
    answer = secure.test_client().post(f"/k/{crowd.ids['k']}", base_url=SECURE, headers={"Origin": SECURE})
    assert answer.status_code == 303
    cookies = _cookies(answer)
    assert set(cookies) == {"__Host-visit"}
    assert _flags(cookies["__Host-visit"]) == ("Lax", True, True, "/", "")
    assert cookies["__Host-visit"]["max-age"] == cookies["__Host-visit"]["expires"] == ""


def test_a_page_that_is_only_read_gives_no_cookie_of_a_session(crowd: Crowd) -> None:
    for address in (f"/k/{crowd.ids['k']}", "/about", "/health", "/left", "/desk/account"):
        assert set(_cookies(crowd.stranger.client.get(address))) <= {"desk-page"}, address


def test_a_request_for_another_host_is_refused(crowd: Crowd) -> None:
    for host in OTHER_HOSTS:
        for path in (f"/k/{crowd.ids['k']}", "/desk/forgotten-password", "/static/debtor.css", "/nowhere"):
            answer = crowd.stranger.client.get(path, headers={"Host": host}, buffered=True)
            assert answer.status_code == 400, (host, path)
            assert "evil" not in f"{answer.headers}{answer.text}"
            assert list(faults_of(answer)) == []


def test_headers_that_name_another_host_change_no_address(crowd: Crowd) -> None:
    for name, value in OTHER_NAMES.items():
        for path in (f"/k/{crowd.ids['k']}", "/about", "/desk/sign-in", "/desk/account"):
            answer = crowd.stranger.client.get(path, headers={name: value})
            assert answer.status_code in (200, 303)
            assert "evil" not in f"{answer.headers}{answer.text}"


def test_a_mailed_link_has_the_configured_host_whatever_was_asked_for(app: Flask, crowd: Crowd) -> None:
    page = crowd.stranger.open("/desk/forgotten-password")
    sent = page.form().filled_in({"email": crowd.elsewhere.member.email}, None)
    answer = crowd.stranger.client.post(
        page.path, data=sent, headers={"Referer": page.url, "X-Forwarded-Host": "evil.example"}
    )
    assert answer.status_code == 303
    config = app.config["PORTAL"]
    with app.app_context():
        answer_password_requests(app)
        deliver_due(
            carriers=carriers_of(config),
            links_of=link_writer(config, the_clock.now),
            clock=the_clock.now,
            worker="tests",
            limit=500,
        )
    mails = [one.text for one in newest_first(config.mailbox_dir) if "/desk/reset-password/" in one.text]
    assert len(mails) == 1
    assert f"{config.public_url}/desk/reset-password/" in mails[0]
    assert "evil" not in mails[0]


def test_an_address_in_the_request_line_is_no_way_to_another_host(crowd: Crowd) -> None:
    for path in ("//evil.example/desk/", "/desk//evil.example", "/\\evil.example", "//evil.example/%2e%2e"):
        answer = crowd.stranger.client.get(path)
        assert "evil.example" not in answer.headers.get("Location", ""), path


def _with_password(app: Flask, at_the_desk: Callable[..., Person]) -> Person:
    with app.app_context():
        member = factories.organisation()
        stored = hash_of_new_password(factories.member(member), PASSWORD, organisation_name=member.name)
    return at_the_desk(Role.AGENT, password=stored)


def _cookies(answer: TestResponse) -> dict[str, "Morsel[str]"]:
    found: dict[str, Morsel[str]] = {}
    for line in answer.headers.getlist("Set-Cookie"):
        found |= SimpleCookie(line)
    return found


def _flags(cookie: "Morsel[str]") -> tuple[str, bool, bool, str, str]:
    return (
        cookie["samesite"],
        bool(cookie["secure"]),
        bool(cookie["httponly"]),
        cookie["path"],
        cookie["domain"],
    )
