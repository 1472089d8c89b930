"""What nobody types into an address: odd ids, odd questions. At most that page is not there."""

from flask import Flask

from tests.crowd import Crowd
from tests.rules import PARAMETER, Place, places

ODD_IDS = (
    "a%00b",
    "%FF%FE",
    "%F0%9F%98%80",
    "..%2f..%2fetc%2fpasswd",
    "x" * 3000,
    "%E2%80%AE",
    "'%20OR%201=1--",
)
ODD_VALUES = ("a%00b", "%FF", "9" * 40, "-1", "x" * 400, "a&q=b", "%0D%0ASet-Cookie:%20a=b")
OF_LISTS = ("q", "page", "state", "kind", "owes", "assignee", "days", "view", "action", "before")
ASKED = (*OF_LISTS, "reason", "channel", "stage", "next", "lang", "v")


def test_an_odd_id_leads_nowhere(app: Flask, crowd: Crowd) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    wrong = []
    for place in places(app):
        for odd in ODD_IDS if place.words else ():
            for method in sorted(place.methods):
                answer = crowd.right_person(place).client.open(
                    PARAMETER.sub(odd, place.rule.rule),
                    method=method,
                    buffered=True,
                )
                if answer.status_code not in (308, 400, 401, 404, 405, 410, 422):
                    wrong.append(f"{method} {place.rule.rule} with {odd[:20]}: {answer.status_code}")
    assert wrong == []


def test_an_odd_question_is_answered_as_if_it_was_not_asked(app: Flask, crowd: Crowd) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    wrong = []
    for place in _lists(app):
        address, client = place.address(crowd.ids), crowd.right_person(place).client
        for odd in ODD_VALUES:
            asked = "&".join(f"{name}={odd}" for name in ASKED)
            answer = client.get(f"{address}?{asked}", buffered=True)
            if answer.status_code >= 500 or "a=b" in str(answer.headers):
                wrong.append(f"{place.rule.rule} asked {odd[:20]}: {answer.status_code}")
    assert wrong == []


def _lists(app: Flask) -> list[Place]:
    """Return the pages that can be asked something: lists, entry, sign-in."""
    endings = (".index", ".show", ".skipped", ".download")
    return [
        place
        for place in places(app)
        if place.door and "GET" in place.methods and place.endpoint.endswith(endings)
    ]
