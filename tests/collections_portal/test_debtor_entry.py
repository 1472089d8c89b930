"""The link: it reads only, tells nothing, lets in by a press of its button, and stops at its printed end."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from core import tenancy
from core.database import Base, db
from core.identifiers import ALPHABET
from core.organisations.models import Organisation
from links.models import AccessLink, Visit
from links.operations import revoke
from links.tokens import typed
from tests.collections_portal.conftest import Guest
from tests.moments import Clock

SCANNERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0)",
    "Mozilla/5.0 (compatible; Microsoft Office Existence Discovery)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mozilla/5.0 (compatible; Mimecast)",
    "BarracudaCentral-LinkProtect/1.0",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "curl/8.5.0",
)


def everything(guest: Guest) -> str:
    """Return a hash of every row of every table."""
    with guest.app.app_context(), tenancy.everywhere():
        rows = [
            sorted(repr(row) for row in db.session.connection().execute(select(table)))
            for table in Base.metadata.sorted_tables
        ]
        db.session.rollback()
    return sha256(repr(rows).encode()).hexdigest()


def test_scanners_change_nothing_and_are_told_nothing(guest: Guest) -> None:
    before = everything(guest)
    for agent in SCANNERS:
        for method in ("GET", "HEAD", "OPTIONS"):
            headers = {"User-Agent": agent}
            answer = guest.browser.client.open(guest.address, method=method, headers=headers)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            text = answer.get_data(as_text=True)
            for secret in (guest.debtor.last_name, guest.invoices[0].number, "1,250", "csrf"):
                assert secret not in text
    assert everything(guest) == before


def test_a_scanner_that_presses_the_button_locks_nobody_out(guest: Guest) -> None:
    for _ in range(3):
        guest.app.test_client().post(guest.address)
    assert guest.enter().heading == "Your open invoices"


def test_the_button_ends_the_browsers_old_visit(guest: Guest, neighbour: Guest) -> None:
    guest.enter()
    page = guest.browser.open(neighbour.address).submit()
    assert neighbour.invoices[0].number in page.words
    assert guest.invoices[0].number not in page.words
    with guest.room():
        visits = db.session.scalars(select(Visit).order_by(Visit.id)).all()
        assert [visit.ended_at is None for visit in visits] == [False, True]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_press_the_button(guest: Guest, headers: dict[str, str]) -> None:
    answer = guest.browser.client.post(guest.address, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert guest.count(Visit) == 0


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}])
def test_our_own_page_can(guest: Guest, headers: dict[str, str]) -> None:
    assert guest.browser.client.post(guest.address, headers=headers).status_code == 303


@pytest.mark.parametrize("behind", [".", ",", ")", "!", '"', ">", "%20", "%E2%80%9D", ").", "%C2%A0"])
def test_punctuation_behind_a_link_does_not_break_it(guest: Guest, behind: str) -> None:
    page = guest.browser.open(guest.address + behind)
    assert page.submit().path == "/invoices"


def test_a_link_works_until_the_second_before_its_printed_end(guest: Guest, clock: Clock) -> None:
    end = guest.link.expires_at
    clock.move_to(end - timedelta(seconds=1))
    page = guest.browser.open(guest.address)
    assert "Your link works until Wednesday 2 December 2026 at 12:00." in page.words
    assert page.submit().path == "/invoices"
    clock.move_to(end)
    assert guest.browser.open(guest.address, status=410).heading == "This link does not work"
    assert guest.browser.client.post(guest.address).status_code == 410


def test_expired_revoked_unknown_and_forged_links_show_the_same(guest: Guest, clock: Clock) -> None:
    client = guest.browser.client
    letter = guest.address[-1]
    forged = guest.address[:-1] + ("x" if letter != "x" else "y")
    bodies = {client.get(path).data for path in (forged, "/k/abc", "/k/" + "0" * 25)}
    with guest.room():
        revoke(link=db.session.get_one(AccessLink, guest.link.id), reason="test", now=clock.now)
    answer = client.get(guest.address)
    assert answer.status_code == 410
    bodies.add(answer.data)
    clock.pass_by(days=20)
    bodies.add(client.get(guest.address).data)
    assert len(bodies) == 1
    assert b"Voltwerk" not in bodies.pop()


def test_a_closed_organisations_links_open_nothing(guest: Guest, clock: Clock) -> None:
    with guest.room():
        db.session.get_one(Organisation, guest.organisation.id).closed_at = clock.now
    assert guest.browser.open(guest.address, status=410).heading == "This link does not work"
    assert guest.browser.client.post(guest.address).status_code == 410


def home(number: int) -> dict[str, Any]:
    """Return an address of its own for each, so that no limit answers instead."""
    return {"REMOTE_ADDR": f"10.0.{number >> 8}.{number & 255}"}


def malformed(real: str) -> list[str]:
    """Return two thousand different texts, none of them a token: too short, too long, other signs, paths."""
    signs = [*"-_~+=$&@:;'*(|^`/?", "%00", "%0d%0a", "%2e%2e%2f", "%ff", "%C3%A9", "%F0%9F%98%80", "//"]
    texts = [real[:n] for n in range(25)] + [real + real[:n] for n in range(1, 200)]
    texts += [real[:n] + sign + real[n + 1 :] for sign in signs for n in range(25)]
    texts += [sign * n for sign in signs for n in range(1, 40)]
    texts += [real[:n] + real[n + 1 :] for n in range(25)] + ["z" * 25, "0" * 5000, real.swapcase()]
    texts += [real[:n] + 2 * sign + real[n + 2 :] for sign in signs for n in range(24)]
    return [text for text in dict.fromkeys(texts) if not text.startswith((f"{real}?", f"{real}#"))][:2000]


def test_two_thousand_malformed_tokens_open_nothing_and_let_nobody_in(guest: Guest) -> None:
    real = guest.address.removeprefix("/k/")
    client = guest.browser.client
    texts = malformed(real)
    assert (len(set(texts)), real in texts) == (2_000, False)
    for number, text in enumerate(texts):
        look = client.get if number % 4 == 0 else client.post
        answer = look(f"/k/{text}", environ_base=home(number))
        assert answer.status_code in {400, 404, 405, 308}, text
        assert "Set-Cookie" not in answer.headers, text
    assert guest.count(Visit) == 0
    assert client.post(f"/k/{real}").status_code == 303
    assert guest.count(Visit) == 1


def test_no_change_of_one_character_opens_anything(guest: Guest) -> None:
    real = guest.address.removeprefix("/k/")
    client = guest.browser.client
    changed = [
        real[:place] + letter + real[place + 1 :]
        for place in range(25)
        for letter in ALPHABET
        if letter != real[place]
    ]
    assert len(changed) == 25 * 61
    statuses = {client.get(f"/k/{text}", environ_base=home(n)).status_code for n, text in enumerate(changed)}
    assert statuses == {404}


def test_guessing_is_slowed_down_and_disturbs_nobody_with_a_link(guest: Guest, neighbour: Guest) -> None:
    """An office, or a whole mobile network, may stand behind one address (L4)."""
    client = guest.browser.client
    statuses = [client.get(f"/k/{n:025d}").status_code for n in range(300)]
    assert (statuses[:60], statuses[60:]) == ([404] * 60, [429] * 240)
    answer = client.get("/k/abc")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "Please wait a moment" in answer.text
    for one in (guest, neighbour):
        assert one.enter().heading == "Your open invoices"
    assert client.get("/k/abc", environ_base=home(1)).status_code == 404


def test_links_that_have_ended_are_no_guesses(guest: Guest, clock: Clock) -> None:
    clock.pass_by(days=20)
    statuses = {guest.browser.client.get(guest.address).status_code for _ in range(100)}
    assert statuses == {410}


def test_pressing_too_often_is_answered_with_when_to_try_again(guest: Guest) -> None:
    client = guest.browser.client
    statuses = [client.post("/k/abc").status_code for _ in range(30)]
    assert set(statuses) == {404}
    answer = client.post(guest.address)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    elsewhere: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post(guest.address, environ_base=elsewhere).status_code == 303


def test_one_home_with_many_addresses_is_one(guest: Guest) -> None:
    client = guest.browser.client
    answers = [
        client.post("/k/abc", environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}).status_code for n in range(31)
    ]
    assert answers[-1] == 429


def test_addresses_of_the_old_kind_written_as_the_new_kind_stay_apart(guest: Guest) -> None:
    client = guest.browser.client
    for n in range(31):
        mapped = {"REMOTE_ADDR": f"::ffff:192.0.2.{n}"}
        assert client.post("/k/abc", environ_base=mapped).status_code == 404


def test_the_entry_page_speaks_the_browsers_language_or_the_chosen_one(guest: Guest) -> None:
    guest.browser.headers["Accept-Language"] = "fr-BE,fr;q=0.9"
    page = guest.browser.open(guest.address)
    assert page.heading == "Vos factures de Voltwerk"
    german = page.follow("Deutsch")
    assert german.root.get("lang") == "de"
    assert german.submit().root.get("lang") == "de"


def test_without_a_choice_the_visit_speaks_the_debtors_language(guest: Guest) -> None:
    guest.browser.headers["Accept-Language"] = "fr-BE,fr;q=0.9"
    assert guest.enter().root.get("lang") == "en"


def test_the_code_of_a_letter_opens_the_same_page_however_it_is_typed(guest: Guest) -> None:
    site, _, token = guest.address.rpartition("/")
    code = typed(token)
    for spelling in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), code + "."):
        assert guest.browser.client.get(f"{site}/{spelling}").status_code == 200
    page = guest.browser.open(f"{site}/{code.lower()}").submit()
    assert guest.invoices[0].number in page.words
