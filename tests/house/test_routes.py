"""Every rule of the portal: guarded or open for a reason, written down, quiet when it is only read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, template_rendered

from collections_portal.app import create_app
from collections_portal.config import Config
from core.web.guards import EVERYBODY, rank_of
from tests.crowd import Crowd
from tests.fingerprints import fingerprints
from tests.rules import PARAMETER, PLAIN, Place, places
from tests.visitor import Visitor

LIST = Path(__file__).with_name("routes.txt")
# Views without a guard, each with its reason; a view that is not here asks who is there.
OPEN = {
    "static": "style sheets, scripts and pictures of the portal itself",
    "health": "says `ok` or not, for whoever watches the machine",
    "theme": "a colour, for a style sheet",
    "hooks.incoming": "Twilio's signature is the key",
    "hooks.status": "our own signature in the address and Twilio's over the form are the keys",
    "logo": "a picture, as on every letter of the organisation",
    "debtor.about.show": "how to check a message, also for who does not trust the link",
    "debtor.entry.show": "the link itself is the key, and the page says no more than who wrote",
    "debtor.entry.enter": "the link itself is the key",
    "debtor.visits.begin": "leads to the invoices, which ask for a visit",
    "debtor.visits.left": "a goodbye, without anything of the visit",
    "desk.sign_in.show": "before sign-in",
    "desk.sign_in.enter": "before sign-in",
    "desk.password.forgotten": "before sign-in",
    "desk.password.send_link": "before sign-in; says the same for every address",
    "desk.password.sent": "before sign-in",
    "desk.password.choose": "the signed link in the mail is the key",
    "desk.password.save": "the signed link in the mail is the key",
}
# Templates that stand elsewhere than their view's name says, by endpoint.
ELSEWHERE = {
    "debtor.entry.show": "debtor/entry.html",
    "debtor.invoices.index": "debtor/invoices.html",
    "debtor.reactions.new": "debtor/reaction.html",
    "debtor.reactions.show": "debtor/receipt.html",
    "debtor.payments.show": "debtor/pay.html",
    "debtor.visits.left": "debtor/signed_out.html",
    "desk.password.forgotten": "desk/sign_in/forgot.html",
    "desk.password.sent": "desk/sign_in/sent.html",
    "desk.password.choose": "desk/sign_in/reset.html",
}
# Addresses that only lead on to another page.
LEADING_ON = {"debtor.visits.begin", "desk.home.show", "settings.web.index"}
KEBAB = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
# Files that a browser keeps, and the demo's own pages, are nobody's.
TYPED = {
    *("public_id", "debtor_public_id", "contact_public_id", "settlement_public_id", "token", "attempt"),
    *PLAIN,
}


def test_every_view_asks_who_is_there_or_is_open_for_a_reason(app: Flask) -> None:
    open_here = {place.endpoint for place in places(app) if _is_open(app, place)}
    assert open_here == set(OPEN), "A view without a guard needs a reason in OPEN."


def test_the_demo_mailbox_is_there_in_the_demo_only(
    app: Flask, make_app: Callable[..., Flask], new_visitor: Callable[[], Visitor]
) -> None:
    assert {place.endpoint for place in places(make_app(demo=True))} - {
        place.endpoint for place in places(app)
    } == {"demo.mailbox", "demo.message"}
    new_visitor().open("/demo/mailbox", status=404)


def test_the_debtors_door_stands_on_a_host_of_its_own_without_the_others(tmp_path: Path) -> None:
    def found_behind(*doors: str) -> set[str]:
        config = Config.for_tests(database_url="sqlite://", var_dir=tmp_path, doors=doors)
        return {place.door for place in places(create_app(config))}

    assert found_behind("debtor") == {"debtor", ""}
    assert found_behind("desk") == {"desk", "settings", ""}


def test_no_route_comes_or_goes_unnoticed(app: Flask) -> None:
    here = {place.line() for place in places(app)}
    listed = set(LIST.read_text().splitlines())
    added, gone = sorted(here - listed), sorted(listed - here)
    assert (added, gone) == ([], []), "Bring tests/house/routes.txt up to date, on purpose."


def test_the_list_of_routes_is_sorted_by_address() -> None:
    lines = LIST.read_text().splitlines()
    assert lines == sorted(lines, key=lambda line: (line[8:].strip(), line))


def test_addresses_are_kebab_case_and_their_parameters_are_known(app: Flask) -> None:
    odd = []
    for place in places(app):
        fixed = PARAMETER.sub("", place.rule.rule)
        odd += [part for part in fixed.split("/") if part.strip(".") and not KEBAB.fullmatch(part.strip("."))]
        odd += [name for name in PARAMETER.findall(place.rule.rule) if name not in TYPED]
    assert odd == []


def test_reading_every_page_shows_it_and_changes_nothing(app: Flask, crowd: Crowd) -> None:
    before = _prints(app)
    for place in _readable(app):
        visitor = crowd.right_person(place)
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = visitor.client.open(place.address(crowd.ids), method=method, buffered=True)
            expected = 303 if place.endpoint in LEADING_ON and method != "OPTIONS" else 200
            assert answer.status_code == expected, f"{place.line()} by {method}: {answer.status_code}"
        assert _prints(app) == before, f"{place.line()} changed something by being read."


def test_every_page_has_manners(app: Flask, crowd: Crowd) -> None:
    for place in _readable(app):
        crowd.right_person(place).open(place.address(crowd.ids))


def test_templates_stand_where_their_view_says(app: Flask, crowd: Crowd) -> None:
    odd = []
    for place in _readable(app):
        shown: list[str] = []

        def remember(_sender: Flask, template: Any, *, shown: list[str] = shown, **_: Any) -> None:
            shown.append(template.name)

        with template_rendered.connected_to(remember, app):
            crowd.right_person(place).client.get(place.address(crowd.ids), buffered=True)
        odd += [f"{place.endpoint}: {name}" for name in shown if not _stands_right(place, name)]
    assert odd == []


def _stands_right(place: Place, template: str) -> bool:
    """Return whether desk.actions.show shows desk/actions/*.html or desk/actions.html, or is listed."""
    door, *rest = place.endpoint.split(".")
    section = place.rule.rule.strip("/").split("/")[1:2]
    homes = {f"{door}/{name}" for name in (*rest[:1], *section)}
    return template == ELSEWHERE.get(place.endpoint) or any(
        template in (f"{home}.html", f"{home.replace('-', '_')}.html") or template.startswith(f"{home}/")
        for home in homes
    )


def _readable(app: Flask) -> list[Place]:
    found = [place for place in places(app) if "GET" in place.methods]
    assert len(found) > 40
    return found


def _prints(app: Flask) -> dict[str, str]:
    with app.app_context():
        return fingerprints()


def _is_open(app: Flask, place: Place) -> bool:
    view = app.view_functions[place.endpoint]
    if place.door in ("desk", "settings"):
        return rank_of(view) in (EVERYBODY, None)
    return place.door == "" or view.__dict__.get("visit") is not None
