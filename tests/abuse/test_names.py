"""Fields with names that no page of ours gives: for the portal they are not there, whoever sends them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g, request
from werkzeug.datastructures import MultiDict

from desk.forms.dunning import PolicyForm
from dunning.policies import MOST_STAGES
from tests.crowd import Crowd
from tests.forms import Seen, forms_of
from tests.visitor import Visitor

DIGITS = {
    "a digit of another kind": "\u00b2",
    "digits of another script": "\u0663\u0664",
    "more digits than a number has": "9" * 5000,
    "a sign": "-1",
    "nothing": "",
    "a NUL": "0\x00",
    "a line break": "0\r\nX-Forged: 1",
}
# What a page of ours would have sent, for all the portal can see.
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
# With 5,000 digits each, more would be too large to be read at all.
AT_ONCE = 6


def odd_names(names: list[str], digits: str) -> Iterator[str]:
    """Yield each name with its numbers changed, or with one behind it."""
    for name in names[:AT_ONCE]:
        yield re.sub("[0-9]+", lambda _: digits, name) if re.search("[0-9]", name) else f"{name}-{digits}-x"


def odd_fields(seen: Seen, digits: str) -> dict[str, Any]:
    numbered = sorted(seen.fields, key=lambda name: not re.search("[0-9]", name))
    return dict.fromkeys(odd_names(numbered, digits), "1")


@pytest.fixture
def forms(app: Flask, crowd: Crowd) -> list[Seen]:
    """Every form of the portal."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return forms_of(app, crowd)


def test_odd_names_of_fields_break_nothing(forms: list[Seen]) -> None:
    wrong = []
    for number, seen in enumerate(forms):
        for how, digits in DIGITS.items():
            answer = seen.send(seen.filled_in() | odd_fields(seen, digits), number=number, **FROM_HERE)
            if answer.status_code >= 500:
                wrong.append(f"{seen} with {how}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def test_a_part_of_a_form_without_a_name_is_none(app: Flask) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--\r\n"
    sent = {"data": body, "content_type": "multipart/form-data; boundary=x", "method": "POST"}
    with app.test_request_context("/desk/dunning/policy", **sent):
        assert list(request.form) == []
        assert not PolicyForm(meta={"csrf": False}).name.data


def test_a_stranger_who_sends_them_is_answered_with_a_page(app: Flask, forms: list[Seen]) -> None:
    """The page about a refusal makes the form anew, to give back what was typed."""
    stranger, wrong = Visitor(app), []
    for seen in forms:
        for how, digits in DIGITS.items():
            sent = dict.fromkeys(seen.fields, "1") | odd_fields(seen, digits)
            answer = stranger.client.post(seen.address, data=sent, headers=FROM_HERE, buffered=True)
            if answer.status_code >= 500 or "Content-Security-Policy" not in answer.headers:
                wrong.append(f"{seen} with {how}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def test_a_form_that_cannot_be_made_is_not_given_back_and_the_page_comes(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: object) -> PolicyForm:
        raise ValueError("what nobody thought of")

    view = app.view_functions["desk.actions.note"]
    monkeypatch.setitem(view.__dict__, "asks", (breaks,))
    answer = visitor.client.post("/desk/actions/x/note", data={"note": "Called."}, headers=FROM_HERE)
    assert answer.status_code == 401
    assert "You are not signed in, or no longer." in answer.text


def test_a_fault_is_answered_even_when_its_page_cannot_be_shown(app: Flask, visitor: Visitor) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.before_request
    def breaks() -> None:
        g.door = []
        raise RuntimeError("something in the middle")

    answer = visitor.client.get("/about")
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert answer.text == "Something went wrong on our side. Please try again later."
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["stages-0-days", "stages-2-days", "stages-2-channel"], 2),
        (["stages-\u00b2-days", "stages--days", "stages-1000-days", "stages", "stages2-days"], 0),
        (["stage-1-days", "xstages-1-days"], 0),
    ],
)
def test_rows_are_numbered_by_digits(app: Flask, names: list[str], rows: int) -> None:
    with app.test_request_context():
        form = PolicyForm(formdata=MultiDict(dict.fromkeys(names, "1")), meta={"csrf": False})
    assert len(form.stages) == rows


def test_no_more_rows_are_made_than_a_plan_may_have(app: Flask) -> None:
    sent = MultiDict({f"stages-{number}-days": "1" for number in range(200)})
    with app.test_request_context():
        form = PolicyForm(formdata=sent, meta={"csrf": False})
    assert len(form.stages) == MOST_STAGES
