"""A visit: it ends by leaving, by idling, after eight hours, with its link; what was typed is given back."""

from collections.abc import Callable

import pytest
from flask import Flask

from core.database import db
from links.models import AccessLink, Visit
from links.operations import revoke
from reactions.models import Reaction
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.moments import Clock
from tests.visitor import Page

ENDED = "Your visit has ended"


def send(form: Page, **values: str) -> Page:
    """Send the reaction form when its visit has ended."""
    sent = form.form().filled_in({}, "Save reaction") | COMPLAINT | values
    headers = {"Referer": form.url, "Sec-Fetch-Site": "same-origin"}
    return form.visitor.ask("POST", "/react", status=401, data=sent, headers=headers)


def test_leaving_ends_the_visit_on_the_server(guest: Guest) -> None:
    listed = guest.enter()
    cookie = guest.browser.client.get_cookie("visit")
    assert cookie is not None
    page = listed.submit({}, to="/leave")
    assert page.heading == "You have logged out"
    assert guest.browser.client.get_cookie("visit") is None
    guest.browser.client.set_cookie("visit", cookie.value)
    assert guest.browser.open("/invoices", status=401).heading == ENDED


def test_leaving_clears_what_the_browser_kept(guest: Guest) -> None:
    listed = guest.enter()
    answer = guest.browser.client.post("/leave", data=listed.form(to="/leave").values)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_after_leaving_the_link_opens_a_new_visit(guest: Guest) -> None:
    guest.enter().submit({}, to="/leave")
    assert guest.enter().path == "/invoices"


def test_leaving_keeps_the_language(guest: Guest) -> None:
    listed = guest.enter()
    sent = listed.form(to="/invoices").values | {"language": "fr"}
    page = guest.browser.ask("POST", "/invoices", data=sent)
    assert page.submit({}, to="/leave").root.get("lang") == "fr"


def test_a_visit_ends_after_half_an_hour_of_nothing(guest: Guest, clock: Clock) -> None:
    guest.enter()
    clock.pass_by(minutes=29, seconds=59)
    guest.browser.open("/invoices")
    clock.pass_by(minutes=30)
    page = guest.browser.open("/invoices", status=401)
    assert page.heading == ENDED
    assert "Open the link in our message again." in page.words


def test_a_visit_ends_after_eight_hours_of_work(guest: Guest, clock: Clock) -> None:
    guest.enter()
    for _ in range(19):
        clock.pass_by(minutes=25)
        guest.browser.open("/invoices")
    clock.pass_by(minutes=5)
    guest.browser.open("/invoices", status=401)


def test_a_visit_ends_with_its_link(guest: Guest, clock: Clock) -> None:
    guest.enter()
    with guest.room():
        revoke(link=db.session.get_one(AccessLink, guest.link.id), reason="test", now=clock.now)
    guest.browser.open("/invoices", status=401)


def test_a_visit_outlives_the_printed_end_of_its_link(guest: Guest, clock: Clock) -> None:
    clock.pass_by(days=13, hours=23, minutes=50)
    guest.enter()
    clock.pass_by(minutes=20)
    assert guest.browser.open("/invoices").heading == "Your open invoices"


def stay(guest: Guest, form: Page, *, status: int = 204, **changes: str) -> Page:
    """Tell that somebody types, as the script of the form does."""
    token = form.form("Save reaction").values["csrf_token"]
    headers = {"Referer": form.url, "Sec-Fetch-Site": "same-origin"}
    sent = {"csrf_token": token} | changes
    return guest.browser.ask("POST", "/stay", status=status, data=sent, headers=headers)


def test_who_types_for_long_stays_in_their_visit(guest: Guest, clock: Clock) -> None:
    guest.enter()
    form = guest.choose()
    for _ in range(3):
        clock.pass_by(minutes=29)
        answer = stay(guest, form).response
        assert (answer.status_code, answer.data) == (204, b"")
    clock.pass_by(minutes=29)
    assert form.submit(COMPLAINT, button="Save reaction").path == "/invoices"
    assert guest.count(Reaction) == 1


def test_typing_does_not_make_a_visit_longer_than_eight_hours(guest: Guest, clock: Clock) -> None:
    guest.enter()
    form = guest.choose()
    for _ in range(19):
        clock.pass_by(minutes=25)
        stay(guest, form)
    clock.pass_by(minutes=4, seconds=59)
    stay(guest, form)
    clock.pass_by(seconds=1)
    assert stay(guest, form, status=401).heading == ENDED
    page = send(form)
    assert "Two hours too many." in page.words


def test_a_visit_that_ended_is_not_begun_again_by_typing(
    guest: Guest, neighbour: Guest, clock: Clock
) -> None:
    guest.enter()
    form = guest.choose()
    clock.pass_by(minutes=30)
    assert stay(guest, form, status=401).heading == ENDED
    neighbour.enter()
    assert stay(neighbour, form, status=400).heading.startswith("This page was open for too long")
    neighbour.browser.client.delete_cookie("visit")
    stay(neighbour, form, status=401)
    guest.browser.open("/invoices", status=401)


def test_typing_is_told_by_our_own_form_and_never_by_reading(guest: Guest) -> None:
    guest.enter()
    form = guest.choose()
    stay(guest, form, status=400, csrf_token="zq7")
    assert guest.browser.client.post("/stay").status_code == 400
    for elsewhere in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        token = form.form("Save reaction").values["csrf_token"]
        answer = guest.browser.client.post("/stay", data={"csrf_token": token}, headers=elsewhere)
        assert answer.status_code == 403
    assert guest.browser.client.get("/stay").status_code == 405


def test_how_long_there_is_stands_before_the_questions(guest: Guest) -> None:
    guest.enter()
    words = guest.choose().words
    sentence = "If you do nothing for 30 minutes, this page closes"
    assert words.index(sentence) < words.index("What would you like to tell us?")


def test_what_was_typed_too_late_is_given_back_and_not_stored(guest: Guest, clock: Clock) -> None:
    guest.enter()
    form = guest.choose()
    clock.pass_by(hours=1)
    page = send(form)
    assert page.heading == ENDED
    assert "What you typed has not been saved." in page.words
    assert "Two hours too many." in page.words
    assert guest.count(Reaction) == 0


def test_what_is_too_large_comes_too_late_all_the_same(guest: Guest, clock: Clock) -> None:
    guest.enter()
    form = guest.choose()
    clock.pass_by(hours=1)
    assert send(form, **{"complaint.explanation": "two words " * 60_000}).heading == ENDED


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {}])
def test_another_site_cannot_put_words_on_our_page(guest: Guest, headers: dict[str, str]) -> None:
    answer = guest.browser.client.post("/react", data=COMPLAINT, headers=headers)
    assert answer.status_code == 401
    assert b"Two hours" not in answer.data


def test_the_language_is_changed_by_a_button_and_stays(guest: Guest) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    receipt = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")
    page = receipt.submit({}, to="/language", button="Nederlands")
    assert page.path == receipt.path
    assert page.heading == "Wij hebben uw reactie ontvangen"
    assert guest.browser.open("/invoices").root.get("lang") == "nl"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/invoices\r\nX: y", "/desk", ""]
)
def test_the_way_back_is_always_one_of_our_pages(guest: Guest, back: str) -> None:
    page = guest.enter()
    token = page.form(to="/leave").values["csrf_token"]
    data = {"language": "nl", "back": back, "csrf_token": token}
    answer = guest.browser.client.post("/language", data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/invoices")


def test_an_unknown_language_changes_nothing(guest: Guest) -> None:
    page = guest.enter()
    token = page.form(to="/leave").values["csrf_token"]
    guest.browser.client.post("/language", data={"language": "xx", "csrf_token": token})
    assert guest.browser.open("/invoices").root.get("lang") == "en"


@pytest.mark.parametrize("path", ["/invoices", "/react", "/language", "/leave"])
def test_no_form_works_without_its_token(guest: Guest, path: str) -> None:
    guest.enter()
    assert guest.browser.client.post(path, data=COMPLAINT).status_code == 400
    with guest.room():
        assert db.session.query(Visit).one().ended_at is None


def test_over_tls_the_cookie_is_bound_to_the_host(make_app: Callable[..., Flask], guest: Guest) -> None:
    client = make_app(public_url="https://localhost").test_client()
    cookie = client.post(guest.address, base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
