"""Forms of desk and settings that come too late: what was typed is given back, and there is a way on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from collections_portal.app import create_app
from core import tenancy
from core.database import db
from core.members import sessions
from core.members.models import Member
from core.web.accounts import hash_of_new_password
from core.web.typed import LONGEST_SHOWN
from core.web.ways import page_of_form
from reactions.models import ActionNote
from tests.desk.conftest import Office
from tests.manners import words_of
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

OURS = {"Sec-Fetch-Site": "same-origin"}
OURS_IN_OLD_BROWSERS = {"Origin": "http://localhost"}
NOT_SIGNED_IN = "You are not signed in, or no longer."
TOO_OLD = "This page was open for too long, or in another window. Please go back and try again."
NOT_SAVED = "What you typed has not been saved."
NOTE = "Called twice.\nNobody <b>answers</b>."
PASSWORD = "vier natte schoenen"


def given_back(page: Page) -> dict[str, str]:
    """Return what the page gives back, by the words of its label."""
    labels = {label.get("for"): words_of(label) for label in page.root.iter("label")}
    boxes = [box for box in page.root.iter() if box.get("readonly") is not None]
    return {labels[box.get("id")]: _typed(box) for box in boxes}


def _typed(box: Element) -> str:
    # A browser, and the parser, drop the first line break.
    return box.get("value") or "".join(box.itertext()).removeprefix("\n")


def links(page: Page) -> dict[str, str]:
    """Return where the links of the page lead, by their words."""
    return {words_of(link): link.get("href", "") for link in page.root.iter("a")}


def send(
    person: Visitor, path: str, typed: Mapping[str, Any], *, status: int, headers: Mapping[str, str] = OURS
) -> Page:
    """Send a form, as a page of ours does unless told otherwise."""
    return person.ask("POST", path, status=status, data=typed, headers=dict(headers))


@pytest.fixture
def note_of(office: Office) -> str:
    """The address that takes notes about an action."""
    return f"/desk/actions/{office.react().public_id}/note"


def test_a_note_that_comes_after_the_session_ended_is_given_back_and_not_stored(
    agent: Person, office: Office, note_of: str, clock: Clock
) -> None:
    form = agent.open(note_of.removesuffix("/note")).form("Add note").filled_in({"note": NOTE}, "Add note")
    clock.pass_by(minutes=60)
    page = send(agent, note_of, form, status=401)
    assert page.heading == NOT_SIGNED_IN
    assert NOT_SAVED in page.words
    assert given_back(page) == {"Note": NOTE}
    assert office.number_of(ActionNote) == 0


def test_signing_in_leads_back_to_the_page_of_the_form(
    agent: Person, office: Office, note_of: str, clock: Clock
) -> None:
    _give_password(office, agent.member)
    clock.pass_by(minutes=60)
    page = send(agent, f"{note_of}?view=overdue", {"note": NOTE}, status=401)
    signing_in = page.follow("Sign in")
    there = signing_in.submit({"email": agent.member.email, "password": PASSWORD})
    assert there.path == f"{note_of.removesuffix('/note')}?view=overdue"
    assert there.heading.startswith("R-")


def test_a_setting_that_comes_after_the_session_ended_is_given_back(
    administrator: Person, clock: Clock
) -> None:
    form = administrator.open("/settings/organisation").form("Save").filled_in({"name": "Noordhaven"}, None)
    clock.pass_by(minutes=60)
    page = send(administrator, "/settings/organisation", form, status=401)
    assert given_back(page)["Name"] == "Noordhaven"
    assert links(page) == {"Sign in": "/desk/sign-in?next=/settings/organisation"}


@pytest.mark.parametrize("path", ["/desk/debtors/new?q=a", "/settings/organisation"])
def test_a_page_asked_for_after_the_session_ended_leads_to_sign_in_and_back(
    administrator: Person, clock: Clock, path: str
) -> None:
    clock.pass_by(minutes=60)
    answer = administrator.client.get(path)
    assert answer.status_code == 303
    assert administrator.open(path).form().values["next"] == [path]


def test_passwords_tokens_and_hidden_fields_are_not_given_back(
    agent: Person, note_of: str, clock: Clock
) -> None:
    clock.pass_by(minutes=60)
    typed = {"current": "zq7current", "password": "zq7password", "again": "zq7password"}
    page = send(agent, "/desk/account/password", typed, status=401)
    assert "zq7" not in page.response.text
    assert NOT_SAVED not in page.words
    unseen = dict.fromkeys(("version", "csrf_token", "password", "more"), "zq7")
    page = send(agent, note_of, {"note": "Called."} | unseen, status=401)
    assert given_back(page) == {"Note": "Called."}
    assert "zq7" not in page.response.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_only_a_page_of_ours_puts_words_on_the_page(
    visitor: Visitor, note_of: str, headers: dict[str, str]
) -> None:
    page = send(visitor, note_of, {"note": NOTE}, status=401, headers=headers)
    assert given_back(page) == {}
    assert "Called" not in page.response.text


def test_a_browser_that_says_only_its_origin_gets_the_text_back(visitor: Visitor, note_of: str) -> None:
    page = send(visitor, note_of, {"note": NOTE}, status=401, headers=OURS_IN_OLD_BROWSERS)
    assert given_back(page) == {"Note": NOTE}


def test_markup_stays_text_and_a_text_has_an_end(visitor: Visitor, note_of: str) -> None:
    page = send(visitor, note_of, {"note": "</textarea><script>alert(1)</script>"}, status=401)
    assert "<script>alert" not in page.response.text
    assert given_back(page) == {"Note": "</textarea><script>alert(1)</script>"}
    page = send(visitor, note_of, {"note": "x" * (LONGEST_SHOWN + 1)}, status=401)
    assert given_back(page) == {"Note": "x" * LONGEST_SHOWN}


def test_what_is_too_large_is_refused_all_the_same(visitor: Visitor, agent: Person, note_of: str) -> None:
    for person, status in ((visitor, 401), (agent, 413)):
        assert given_back(send(person, note_of, {"note": "x" * 600_000}, status=status)) == {}


def test_a_step_of_a_plan_says_which_one_it_is(visitor: Visitor) -> None:
    typed = {"name": "Mild", "stages-0-days": "7", "stages-1-days": "x", "stages-1-event": "reminder_2"}
    page = send(visitor, "/desk/dunning/policy", typed, status=401)
    assert given_back(page) == {
        "Name": "Mild",
        "Step 1, Days after the due date": "7",
        "Step 2, Days after the due date": "x",
    }


def test_somebody_elsewhere_gets_their_own_words_and_nothing_of_the_action(
    agent: Person, agent_elsewhere: Person, visitor: Visitor, note_of: str
) -> None:
    reference = agent.open(note_of.removesuffix("/note")).heading
    send(visitor, note_of, {"note": NOTE}, status=401)
    token = agent_elsewhere.open("/desk/account").form(to="/sign-out").values["csrf_token"]
    page = send(agent_elsewhere, note_of, {"note": "Theirs.", "csrf_token": token}, status=404)
    assert given_back(page) == {"Note": "Theirs."}
    assert reference not in page.words
    assert given_back(send(visitor, note_of, {}, status=401)) == {}


def test_who_may_only_look_gets_back_what_they_typed(viewer: Person, note_of: str) -> None:
    page = send(viewer, note_of, {"note": NOTE}, status=403)
    assert given_back(page) == {"Note": NOTE}
    assert links(page) == {"Go to the desk": "/desk/"}


def test_a_form_of_an_earlier_session_is_given_back_with_a_way_to_its_page(
    agent: Person, office: Office, note_of: str, clock: Clock
) -> None:
    form = agent.open(note_of.removesuffix("/note")).form("Add note").filled_in({"note": NOTE}, "Add note")
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        secret = sessions.begin(member=agent.member, browser="Firefox, Linux", now=clock.now)
        db.session.commit()
    agent.client.set_cookie("desk", secret, domain="localhost")
    page = send(agent, note_of, form, status=400)
    assert page.heading == TOO_OLD
    assert given_back(page) == {"Note": NOTE}
    assert page.follow("Back to the page").heading.startswith("R-")
    assert office.number_of(ActionNote) == 0


def test_a_sign_in_that_came_too_late_leads_back_to_sign_in(visitor: Visitor) -> None:
    page = send(
        visitor, "/desk/sign-in", {"email": "ada@voltwerk.example", "password": "zq7password"}, status=400
    )
    assert links(page) == {"Back to the page": "/desk/sign-in"}
    assert "zq7" not in page.response.text


@pytest.mark.parametrize("path", ["/desk/nowhere", "/settings/nowhere", "/desk/actions/nowhere"])
def test_a_page_that_is_not_there_leads_to_the_desk(agent: Person, visitor: Visitor, path: str) -> None:
    page = agent.open(path, status=404)
    assert links(page) == {"Go to the desk": "/desk/"}
    assert page.follow("Go to the desk").path == "/desk/actions"
    if path != "/desk/actions/nowhere":
        assert visitor.open(path, status=404).follow("Go to the desk").path.startswith("/desk/sign-in")


@pytest.mark.parametrize(("door", "leads_to_the_desk"), [("debtor", False), ("desk", True)])
def test_a_host_with_one_door_leads_to_no_other(
    app: Flask, visitor: Visitor, door: str, leads_to_the_desk: bool
) -> None:
    alone = Visitor(create_app(replace(app.config["PORTAL"], doors=(door,))))
    for path in ("/desk/nowhere", "/nowhere"):
        assert ("Go to the desk" in links(alone.open(path, status=404))) == leads_to_the_desk
    assert "Go to the desk" not in links(visitor.open("/nowhere", status=404))


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/desk/debtors/new", "/desk/debtors/new"),
        ("/desk/actions/x/close?view=late", "/desk/actions/x/close?view=late"),
        ("/desk/actions/x/assign", "/desk/actions/x"),
        ("/desk/debtors/a%22%3Eb/pause/end", "/desk/debtors/a%22%3Eb"),
        ("/desk/imports/x/columns/read", "/desk/imports/x/columns"),
        ("/desk/letters/x/letters.pdf", "/desk/letters/x"),
        ("/settings/web/x/move", "/settings/web"),
        ("/desk/charges/x/paid", ""),
        ("/desk/sign-out", ""),
        ("/desk//evil.example/x", "/desk/"),
    ],
)
def test_the_page_of_a_form_is_the_nearest_one_upwards(app: Flask, sent_to: str, page: str) -> None:
    with app.test_request_context(sent_to, method="POST", base_url="http://localhost"):
        assert page_of_form() == page


@pytest.mark.parametrize("language", ["nl", "fr", "de", "nb"])
def test_the_page_speaks_the_language_of_the_browser(visitor: Visitor, note_of: str, language: str) -> None:
    visitor.headers = {"Accept-Language": language}
    page = send(visitor, note_of, {"note": NOTE}, status=401)
    assert page.root.get("lang") == language
    for english in (NOT_SIGNED_IN, NOT_SAVED, "Sign in"):
        assert english not in page.words
    assert "Go to the desk" not in visitor.open("/desk/nowhere", status=404).words
    assert "Back to the page" not in send(visitor, "/desk/sign-in", {}, status=400).words


def _give_password(office: Office, member: Member) -> None:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        row = db.session.get_one(Member, member.id)
        row.password = hash_of_new_password(row, PASSWORD, organisation_name=office.organisation.name)
        db.session.commit()
