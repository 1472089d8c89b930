"""Every form of desk and settings, sent when the session has ended: no text is lost, no secret is shown."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from core.web.guards import EVERYBODY, rank_of
from tests.crowd import Crowd
from tests.forms import Seen, forms_of
from tests.manners import words_of
from tests.visitor import Visitor

# Nothing here asks a database anything of its own.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OURS = {"Sec-Fetch-Site": "same-origin"}
IN_THE_CLEAR = ("text", "email", "number", "date", "tel", "search", "url")
# A preview stores nothing: whatever is typed there is a try.
ONLY_A_TRY = {"settings.preview.save"}


def test_what_was_typed_into_any_form_is_given_back_under_its_words(app: Flask, crowd: Crowd) -> None:
    wrong, tried = [], 0
    for seen in _behind_sign_in(app, crowd):
        boxes = {box.get("name", ""): box for box in _boxes(seen.form.element)}
        typed = {name: f"zq{number} typed" for number, name in enumerate(boxes)}
        secrets = dict.fromkeys(_secrets(seen.form.element), "zqsecret")
        page = Visitor(app).ask(
            "POST", seen.address, status=401, data=seen.filled_in() | typed | secrets, headers=OURS
        )
        back = _given_back(page.root)
        for name, text in typed.items():
            words = back.get(text, "").rpartition(", ")[2].partition(" (")[0]
            if not words or words not in _label_of(seen, boxes[name]):
                wrong.append(f"{seen}: {name}: {words!r}")
            tried += 1
        if "zqsecret" in page.response.text or seen.token in page.response.text:
            wrong.append(f"{seen} shows a secret")
    assert wrong == [], "\n".join(wrong)
    assert tried > 60


def _behind_sign_in(app: Flask, crowd: Crowd) -> Iterator[Seen]:
    for seen in forms_of(app, crowd):
        endpoint = seen.place.endpoint
        if seen.place.door == "debtor" or endpoint in ONLY_A_TRY:
            continue
        if rank_of(app.view_functions[endpoint]) != EVERYBODY:
            yield seen


def _boxes(form: Element) -> Iterator[Element]:
    """Yield the boxes that people type into and see what they type."""
    for box in form.iter():
        if box.tag == "textarea" or (box.tag == "input" and box.get("type", "text") in IN_THE_CLEAR):
            yield box


def _secrets(form: Element) -> Iterator[str]:
    """Yield the names of what is not for a page to show: passwords, and what a form carries along."""
    for box in form.iter("input"):
        if box.get("type") in ("password", "hidden") and box.get("name"):
            yield box.get("name", "")


def _given_back(root: Element) -> dict[str, str]:
    labels = {label.get("for"): words_of(label) for label in root.iter("label")}
    return {box.get("value", ""): labels[box.get("id")] for box in root.iter("input")}


def _label_of(seen: Seen, box: Element) -> str:
    page = seen.visitor.open(seen.page).root
    named = [words_of(label) for label in page.iter("label") if label.get("for") == box.get("id")]
    return " ".join([*named, box.get("aria-label", "")])
