"""Every rule, by every method, asked by everybody whose business it is not (ASVS 8.2, 8.4).

They hold every address of an organisation, its rows' ids included, and see none of its 200 canaries. The
members among them send the token of a form of their own, so that they are refused for who they are.
"""

from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.test import TestResponse

from core.members.models import Role
from core.web.guards import EVERYBODY, RANKS, rank_of
from tests.crowd import Crowd
from tests.fingerprints import fingerprints
from tests.rules import METHODS, Place, places, strangers_ids
from tests.visitor import Visitor

REFUSALS = {401, 403, 404, 405}
# A link that is almost right: forged, it opens nothing, and says that it works no longer.
FORGED = {404, 410}
# Pictures, colours, files and words that are everybody's (see OPEN in tests/house/test_routes.py).
OPEN_FILES = {"static", "theme", "logo", "health"}
# These end a session, so they come last.
ENDING = ("desk.sign_in.sign_out", "debtor.visits.leave")
SAFE = ("GET", "HEAD")


@dataclass
class Prober:
    """Somebody with a browser, how far the guards let them in, and which rows are theirs.

    `debtor_id` is who they are, when they are a debtor; `own_tables` hold other rows of theirs.
    """

    browser: Visitor
    rank: int
    visits: bool = False
    page_of_forms: str = ""
    own_tables: frozenset[str] = frozenset()
    debtor_id: int | None = None

    def token(self) -> str:
        """Return the token of a form of their own, or nothing."""
        if not self.page_of_forms:
            return ""
        forms = self.browser.open(self.page_of_forms).forms
        return str(next(form.values["csrf_token"][0] for form in forms if "csrf_token" in form.values))

    def is_let_in(self, app: Flask, place: Place) -> bool:
        """Return whether the guard before this view has nothing against them."""
        view = app.view_functions[place.endpoint]
        if place.door in ("desk", "settings"):
            rank = rank_of(view)
            assert rank is not None
            return self.rank >= rank
        return self.visits or place.door == "" or view.__dict__.get("visit") is not None


@pytest.fixture(params=["nobody", "another debtor", "an agent elsewhere", "a viewer"])
def prober(request: pytest.FixtureRequest, crowd: Crowd) -> Prober:
    """Each of those whose business it is not."""
    return {
        "nobody": Prober(crowd.stranger, EVERYBODY),
        "another debtor": Prober(
            crowd.other_debtor,
            EVERYBODY,
            True,
            "/invoices",
            own_tables=frozenset({"opt_outs"}),
            debtor_id=crowd.other_debtor_id,
        ),
        "an agent elsewhere": Prober(crowd.elsewhere, RANKS[Role.AGENT], False, "/desk/account"),
        "a viewer": Prober(
            crowd.viewer,
            RANKS[Role.VIEWER],
            False,
            "/desk/account",
            own_tables=frozenset({"member_sessions"}),
        ),
    }[request.param]


def test_nobody_gets_at_what_is_not_theirs(app: Flask, crowd: Crowd, prober: Prober) -> None:
    of_the_same = prober.browser is crowd.viewer
    ids, token, before = strangers_ids(crowd.ids), prober.token(), _prints(crowd, prober)
    asked, wrong = 0, []
    for place in sorted(places(app), key=lambda place: place.endpoint in ENDING):
        for method in METHODS:
            address = place.address(ids)
            answer = _ask(prober, method, address, token)
            asked += 1
            answering = _answering(app, address, method)
            expected = _expected(app, prober, answering, method, of_the_same=of_the_same)
            if answering is not place:
                expected |= {404}
            if answer.status_code not in expected:
                wrong.append(f"{method} {place.rule.rule}: {answer.status_code}, not {sorted(expected)}")
            may_read = of_the_same and method == "GET" and prober.is_let_in(app, place)
            seen = set() if may_read else crowd.canaries.found_in(_everything(answer))
            wrong += [f"{method} {place.rule.rule} shows {canary}" for canary in seen]
    assert wrong == [], "\n".join(wrong)
    assert asked == len(list(app.url_map.iter_rules())) * len(METHODS)
    after = _prints(crowd, prober)
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= prober.own_tables, "Somebody changed what is not theirs."


def _ask(prober: Prober, method: str, address: str, token: str) -> TestResponse:
    sent = {"csrf_token": token} if method not in (*SAFE, "OPTIONS", "TRACE") else None
    return prober.browser.client.open(address, method=method, data=sent, buffered=True)


def _everything(answer: TestResponse) -> str:
    return f"{answer.headers}\n{answer.get_data(as_text=True) if answer.mimetype != 'image/png' else ''}"


def _expected(app: Flask, prober: Prober, place: Place | None, method: str, *, of_the_same: bool) -> set[int]:
    """Return the statuses that are right."""
    if place is None:
        return {405}
    if not prober.is_let_in(app, place):
        # Who has not signed in is led to where they can; whoever has no visit is told how to get one.
        signs_in = place.door in ("desk", "settings") and method in SAFE and prober.rank == EVERYBODY
        return {303} if signs_in else {401, 403}
    if method == "OPTIONS":
        # Which methods there are stands in the program: no row was looked up.
        return {200}
    if place.endpoint in OPEN_FILES:
        return {200}
    if place.endpoint.startswith("hooks."):
        # Without the provider's signature nothing is looked up.
        return {403, 405}
    if place.words and place.words[0] in ("k", "invitation", "reset-password"):
        # A form before sign-in without a session's token is refused for that.
        return FORGED | ({400} if method == "POST" else set())
    if place.holds_ids and not (of_the_same and place.door == "desk"):
        return REFUSALS
    # Their own pages, and forms of theirs that lack what they ask for: nothing of the others is in them.
    return {200, 303} if method in SAFE else {200, 204, 303, 400, 404, 409, 413, 422}


def _answering(app: Flask, address: str, method: str) -> Place | None:
    """Return the rule that answers: /desk/dunning/propose is for POST, and by GET a run that is not there."""
    try:
        rule, _ = app.url_map.bind("localhost").match(address, method, return_rule=True)
    except MethodNotAllowed:
        return None
    return next(place for place in places(app) if place.rule is rule)


def _prints(crowd: Crowd, prober: Prober) -> dict[str, str]:
    with crowd.app.app_context():
        return fingerprints(organisation_id=crowd.organisation.id, but_of=prober.debtor_id)
