"""Signing in and out, with a password, by people and by somebody who guesses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from core import audit, tenancy
from core.database import db
from core.members.models import Member, MemberSession, Role
from core.web.accounts import hash_of_new_password
from tests import factories
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

RIGHT = "vier natte schoenen"
WRONG = "vier droge schoenen"
SAME_WORDS = "This e-mail address and password do not belong together."


@pytest.fixture
def ada(app: Flask) -> Member:
    """A member with a password."""
    with app.app_context():
        owner = factories.organisation()
        member = factories.member(owner, email="ada@voltwerk.example", name="Ada Visser", language="en")
        with tenancy.scope(owner.id):
            member.password = hash_of_new_password(member, RIGHT, organisation_name=owner.name)
            db.session.commit()
        db.session.expunge_all()
    return member


def sign_in(
    visitor: Visitor, email: str, password: str, *, status: int = 200, at: str = "/desk/account"
) -> Page:
    """Want a page, be led to the form, fill it in; return what follows."""
    return visitor.open(at).submit({"email": email, "password": password}, status=status)


def cookies_of(visitor: Visitor) -> dict[str, str]:
    jar = visitor.client._cookies or {}
    return {cookie.key: cookie.value for cookie in jar.values()}


def test_the_right_password_opens_the_desk(visitor: Visitor, ada: Member) -> None:
    assert sign_in(visitor, "ada@voltwerk.example", RIGHT).heading == "Your account"


def test_the_address_may_be_typed_in_capitals(visitor: Visitor, ada: Member) -> None:
    assert sign_in(visitor, " Ada@Voltwerk.Example ", RIGHT).heading == "Your account"


def test_sign_in_leads_to_the_page_that_was_wanted(visitor: Visitor, ada: Member) -> None:
    page = sign_in(visitor, ada.email, RIGHT, at="/desk/account?from=mail")
    assert page.path == "/desk/account?from=mail"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/desk\\evil.example",
        "/deskevil",
        "javascript:alert(1)",
        "/desk/\r\nX: y",
        "/k/abc",
    ],
)
def test_sign_in_leads_nowhere_else(visitor: Visitor, ada: Member, wanted: str) -> None:
    form = visitor.open("/desk/sign-in").form()
    sent = form.filled_in({"email": ada.email, "password": RIGHT, "next": wanted}, None)
    assert visitor.client.post("/desk/sign-in", data=sent).headers["Location"] == "/desk/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(visitor: Visitor, ada: Member) -> None:
    known = sign_in(visitor, ada.email, WRONG, status=422)
    unknown = sign_in(visitor, "bob@voltwerk.example", WRONG, status=422)
    assert SAME_WORDS in known.words
    assert known.words == unknown.words


@pytest.mark.parametrize("change", [{"active": False}, {"password": None}])
def test_a_disabled_or_invited_member_gets_those_words_too(
    app: Flask, visitor: Visitor, ada: Member, change: dict[str, object]
) -> None:
    with app.app_context(), tenancy.everywhere():
        db.session.query(Member).filter_by(id=ada.id).update(change)  # type: ignore[arg-type]
        db.session.commit()
    assert SAME_WORDS in sign_in(visitor, ada.email, RIGHT, status=422).words


def test_nothing_filled_in_is_said_at_the_fields(visitor: Visitor) -> None:
    page = visitor.open("/desk/sign-in").submit(status=422)
    assert page.words.count("Fill this in.") == 4


def test_a_password_of_nul_bytes_or_a_thousand_signs_breaks_nothing(visitor: Visitor, ada: Member) -> None:
    sign_in(visitor, ada.email, "a\x00b" * 10, status=422)
    sign_in(visitor, "a\x00b@voltwerk.example", "x" * 1000, status=422)


def test_the_secret_is_new_at_every_sign_in_and_stored_as_a_hash(
    app: Flask, visitor: Visitor, ada: Member
) -> None:
    visitor.client.set_cookie("desk", "planted-by-somebody-else", domain="localhost")
    sign_in(visitor, ada.email, RIGHT)
    secret = cookies_of(visitor)["desk"]
    assert secret != "planted-by-somebody-else"
    assert len(secret) >= 43
    with app.app_context(), tenancy.everywhere():
        stored = db.session.query(MemberSession).one()
        assert secret not in (stored.secret_hash, stored.public_id)


def test_a_saved_cookie_opens_nothing_after_signing_out(visitor: Visitor, ada: Member) -> None:
    page = sign_in(visitor, ada.email, RIGHT)
    secret = cookies_of(visitor)["desk"]
    assert page.submit(to="/desk/sign-out").heading == "Sign in"
    assert "desk" not in cookies_of(visitor)
    visitor.client.set_cookie("desk", secret, domain="localhost")
    assert visitor.client.get("/desk/account").status_code == 303
    assert visitor.client.post("/desk/account/language").status_code == 401


def test_signing_out_clears_what_the_browser_kept_and_nothing_of_others(
    visitor: Visitor, ada: Member
) -> None:
    form = sign_in(visitor, ada.email, RIGHT).form(to="/desk/sign-out")
    answer = visitor.client.post("/desk/sign-out", data=form.values)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert any(line.startswith("desk=;") for line in answer.headers.getlist("Set-Cookie"))


def test_cookies_are_strict_and_kept_from_scripts(visitor: Visitor, ada: Member) -> None:
    form = visitor.open("/desk/sign-in").form()
    sent = form.filled_in({"email": ada.email, "password": RIGHT}, None)
    answer = visitor.client.post("/desk/sign-in", data=sent)
    lines = answer.headers.getlist("Set-Cookie")
    secret_line = next(line for line in lines if line.startswith("desk="))
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        assert part in secret_line


def test_over_https_cookies_are_bound_to_the_host(make_app: Callable[..., Flask]) -> None:
    visitor = Visitor(make_app(public_url="https://localhost"))
    answer = visitor.client.get("/desk/sign-in", base_url="https://localhost")
    line = answer.headers["Set-Cookie"]
    assert line.startswith("__Host-desk-page=")
    assert "Secure" in line
    assert "Domain" not in line


def test_the_fourth_browser_ends_the_session_seen_longest_ago(
    clock: Clock, new_visitor: Callable[[], Visitor], ada: Member
) -> None:
    browsers = [new_visitor() for _ in range(4)]
    for browser in browsers:
        sign_in(browser, ada.email, RIGHT)
        clock.pass_by(minutes=2)
    states = [browser.client.get("/desk/account").status_code for browser in browsers]
    assert states == [303, 200, 200, 200]


def test_signing_in_stands_in_the_audit_trail(app: Flask, visitor: Visitor, ada: Member) -> None:
    sign_in(visitor, ada.email, RIGHT)
    with app.app_context(), tenancy.everywhere():
        event = db.session.query(audit.AuditEvent).one()
        assert (event.what, event.member_id) == ("member.signed_in", ada.id)


def test_after_ten_wrong_passwords_even_the_right_one_waits_but_not_from_elsewhere(
    clock: Clock, new_visitor: Callable[[], Visitor], ada: Member
) -> None:
    guesser = new_visitor()
    for _ in range(10):
        sign_in(guesser, ada.email, WRONG, status=422)
    refused = sign_in(guesser, ada.email, RIGHT, status=429)
    assert refused.response.headers["Retry-After"] == "900"
    assert "15 minutes" in refused.heading
    elsewhere = new_visitor()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert sign_in(elsewhere, ada.email, RIGHT).heading == "Your account"
    clock.pass_by(minutes=15)
    assert sign_in(guesser, ada.email, RIGHT).heading == "Your account"


def test_an_unknown_account_is_stopped_at_the_same_try(visitor: Visitor) -> None:
    for _ in range(10):
        sign_in(visitor, "nobody@voltwerk.example", WRONG, status=422)
    sign_in(visitor, "nobody@voltwerk.example", WRONG, status=429)


def test_a_right_password_forgets_the_slips_before_it(visitor: Visitor, ada: Member) -> None:
    for _ in range(3):
        for _ in range(9):
            sign_in(visitor, ada.email, WRONG, status=422)
        sign_in(visitor, ada.email, RIGHT).submit(to="/desk/sign-out")


def test_a_forged_forwarding_header_changes_nothing(visitor: Visitor, ada: Member) -> None:
    for number in range(10):
        visitor.headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        sign_in(visitor, ada.email, WRONG, status=422)
    visitor.headers = {"X-Forwarded-For": "203.0.113.99"}
    sign_in(visitor, ada.email, RIGHT, status=429)


def test_a_hundred_tries_at_once_let_ten_through(
    app: Flask, new_visitor: Callable[[], Visitor], ada: Member
) -> None:
    def guess(_number: int) -> int:
        visitor = Visitor(app)
        sent = visitor.open("/desk/sign-in").form().filled_in({"email": ada.email, "password": WRONG}, None)
        return visitor.client.post("/desk/sign-in", data=sent).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(100)))
    assert (statuses.count(422), statuses.count(429)) == (10, 90)


def test_a_viewer_may_not_open_what_asks_for_an_agent(app: Flask, viewer: Person, agent: Person) -> None:
    view = app.view_functions["desk.account.show"]
    rank = view.__dict__["rank"]
    view.__dict__["rank"] = 2
    try:
        assert viewer.open("/desk/account", status=403).heading == "You may not do this."
        assert agent.open("/desk/account").status == 200
    finally:
        view.__dict__["rank"] = rank
    assert viewer.member.role is Role.VIEWER
