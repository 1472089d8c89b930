"""What the visitor finds wrong with a page: each fault alone, and none on a good page."""

import pytest

from tests.manners import faults_of
from tests.markup import parse

GOOD = """<!doctype html>
<html lang="nl"><head><title>Facturen – Waterhuis</title><link rel="stylesheet" href="/static/a.css"></head>
<body><main><h1>Facturen</h1>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">
<label for="a">Datum</label><p id="hint">Bijvoorbeeld 5 mei</p>
<input id="a" name="a" aria-describedby="hint"><label><input type="checkbox" name="b"> Ja</label>
<button>Opslaan</button></form><img src="/logo.png" alt=""></main></body></html>"""

FAULTS = [
    ('lang="nl"', 'lang="en-GB-oed"', "language"),
    ("<title>Facturen", "<title>Rekeningen", "does not hold the heading"),
    ("</h1>", "</h1><h1>Nog een</h1>", "2 headings"),
    ('<p id="hint">', '<p id="hint"></p><p id="hint">', "stands there 2 times"),
    ('<p id="hint">', "<p>", "points at nothing"),
    ('<label for="a">Datum</label>', "", "has no label"),
    ('<label for="a">Datum</label>', '<label for="a"></label>', "has no label"),
    ("<button>Opslaan", "<button>", "has no words"),
    ('name="csrf_token"', 'name="other"', "carries no token"),
    ("</form>", "</form><script>run()</script>", "inline <script>"),
    ("</form>", "</form><style>p{}</style>", "inline <style>"),
    ("<main>", '<main style="color:red">', "inline style"),
    ("<button>", '<button onclick="run()">', "inline onclick"),
    ("</form>", '</form><a href="javascript:run()">Ga</a>', "runs a script"),
    ('href="/static', 'href="https://cdn.example/static', "loaded from elsewhere"),
    ('src="/logo.png"', 'src="//cdn.example/logo.png"', "loaded from elsewhere"),
    (' alt=""', "", "no alt text"),
]


def test_a_good_page_has_no_faults() -> None:
    root, errors = parse(GOOD)
    assert (errors, faults_of(root)) == ([], [])


@pytest.mark.parametrize(("good", "bad", "complaint"), FAULTS)
def test_each_fault_is_found_and_named(good: str, bad: str, complaint: str) -> None:
    assert good in GOOD
    root, _ = parse(GOOD.replace(good, bad, 1))
    assert [fault for fault in faults_of(root) if complaint in fault]


@pytest.mark.parametrize("bad", ["<p><div></p></div>", "<b><i></b></i>", "<table><p>x</table>", "</section>"])
def test_markup_that_a_browser_has_to_guess_at_is_found(bad: str) -> None:
    _, errors = parse(GOOD.replace("</form>", "</form>" + bad, 1))
    assert errors
