"""The visitor itself: it sends what a browser would send, and nothing else."""

from types import SimpleNamespace

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from tests.visitor import Visitor

FORM = """<!doctype html><html lang="en"><head><title>Answer</title></head><body><main><h1>Answer</h1>
<form method="post" action="answer"><input type="hidden" name="csrf_token" value="t">
<label>Reason<textarea name="reason">
old words</textarea></label>
<label>Day<select name="day"><option>Monday</option><option selected>Friday</option></select></label>
<label><input type="checkbox" name="invoice" value="7" checked> 7</label>
<label><input type="checkbox" name="invoice" value="8"> 8</label>
<label>Locked<input name="locked" value="x" disabled></label>
<button name="do" value="save">Save</button><button name="do" value="drop">Drop</button></form>
<a href="/away">Away</a></main></body></html>"""


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a small portal with one form, which shows what it received."""
    app = Flask(__name__)
    app.config["PORTAL"] = SimpleNamespace(public_url="http://localhost")

    @app.route("/form/")
    def form() -> ResponseReturnValue:
        return FORM

    @app.post("/form/answer")
    def answer() -> ResponseReturnValue:
        return redirect("/seen?" + "&".join(f"{k}={v}" for k, v in request.form.items(multi=True)), 303)

    @app.route("/seen")
    def seen() -> ResponseReturnValue:
        got = "; ".join(f"{key}={value}" for key, value in request.args.items(multi=True))
        return f'<!doctype html><html lang="en"><title>Seen</title><h1>Seen</h1><p>{got}</p></html>'

    @app.route("/away")
    def away() -> ResponseReturnValue:
        return redirect("http://elsewhere.example/", 303)

    return Visitor(app)


def test_what_stands_in_the_form_is_sent_to_where_it_says(visitor: Visitor) -> None:
    seen = visitor.open("/form/").submit()
    assert seen.path.startswith("/seen")
    assert seen.words == "Seen csrf_token=t; reason=old words; day=Friday; invoice=7; do=save"


def test_values_and_the_pressed_button_replace_what_stood_there(visitor: Visitor) -> None:
    seen = visitor.open("/form/").submit({"day": "Monday", "invoice": ["7", "8"]}, button="Drop")
    assert seen.words == "Seen csrf_token=t; reason=old words; day=Monday; invoice=7; invoice=8; do=drop"


@pytest.mark.parametrize("values", [{"day": "Sunday"}, {"invoice": ["9"]}, {"amount": "1"}, {"locked": "y"}])
def test_what_no_browser_could_send_is_refused(visitor: Visitor, values: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match=r"offers|no field"):
        visitor.open("/form/").submit(values)


def test_a_redirect_to_another_host_is_not_followed(visitor: Visitor) -> None:
    with pytest.raises(AssertionError, match="leads away"):
        visitor.open("/form/").follow("Away")


def test_an_unexpected_status_fails_with_the_words_of_the_page(visitor: Visitor) -> None:
    with pytest.raises(AssertionError, match="200, not 404: Answer"):
        visitor.open("/form/", status=404)
