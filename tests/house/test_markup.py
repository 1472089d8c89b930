"""A page like one before it is read the quick way, and one that a strict parser might object to never is."""

import html5lib
import pytest

from tests.markup import parse, pattern_of

PAGE = """<!doctype html>
<html lang="en"><head><title>Texts</title></head><body><main><h1>Texts</h1>
<svg viewBox="0 0 1 1"><path d="M0 0h1"/></svg><p class="a">It &amp; more<br>on two lines</p>
<table><tbody><tr><td>1</td></tr></tbody></table><form action="/x?a=1&amp;b=2">
<input type="hidden" name="token" value="abc"><textarea name="words">
Two
lines</textarea><input name="q" value=""></form></main></body></html>"""


@pytest.fixture
def read_before() -> None:
    """The strict parser has read the page, and is not asked about the next one like it."""
    assert parse(PAGE)[1] == []


def test_other_words_on_a_page_like_it_are_read_the_quick_way(
    read_before: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(html5lib, "HTMLParser")
    root, errors = parse(
        PAGE.replace("on two", "&lt;b&gt; on").replace("abc", "d&#39;e").replace("\nTwo\nl", "\r\n\r\nL")
    )
    assert errors == []
    assert "".join(next(root.iter("p")).itertext()) == "It & more<b> on lines"
    assert [field.get("value") for field in root.iter("input")] == ["d'e", ""]
    # The first line break is the page's, the second one what was typed.
    assert next(root.iter("textarea")).text == "\nLines"
    assert [len(root), next(root.iter("form")).get("action")] == [2, "/x?a=1&b=2"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("It &amp; more", "It &copy more"),
        ("It &amp; more", "It &nosuch; more"),
        ("It &amp; more", "It <b>&amp; more"),
        ("It &amp; more", "It \x00 more"),
        ("a=1&amp;b", "a=1&lt=b"),
        ("</h1>", ""),
        ('class="a"', 'class="a" class="b"'),
        ('value="abc"', 'value="a"bc"'),
        ("<br>", "</br>"),
    ],
)
def test_whatever_may_be_wrong_is_read_by_the_strict_parser(read_before: None, good: str, bad: str) -> None:
    assert good in PAGE
    page = PAGE.replace(good, bad, 1)
    assert pattern_of(page) != pattern_of(PAGE)
    assert parse(page)[1]
    assert parse(page)[1], "It is found again."


@pytest.mark.parametrize(
    ("good", "other"),
    [
        ('type="hidden"', 'type="text"'),
        ("It &amp; more", "It & more"),
        ("</p>", ""),
        ("<tbody><tr>", "<tbody>1<tr>"),
        ("<tr><td>1</td></tr>", "<tr><td>1</td></tr>" * 2),
    ],
)
def test_what_may_make_another_tree_is_another_pattern(good: str, other: str) -> None:
    assert good in PAGE
    assert pattern_of(PAGE.replace(good, other, 1)) != pattern_of(PAGE)
