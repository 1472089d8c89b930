"""What a page's markup says: its tree, and every fault a strict parser finds in it.

A strict parser of HTML takes as long as it takes to make the page. Whether it objects depends on which tags
stand in which order and on where there is text, not on what the text says; so it reads one page of each such
pattern, and the others of that pattern are read by the parser of the standard library. That one must have
made the same of the first.
"""

import re
from html.parser import HTMLParser
from itertools import zip_longest
from xml.etree.ElementTree import Element, TreeBuilder

import html5lib

# The parser follows an older edition of the standard than the one these come from.
NEWER_THAN_THE_PARSER = ("unexpected-end-tag-implied",)
EMPTY = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
# For HTML; Python counts more.
BLANKS = " \t\n\r\f"
# Text without anything in it that a parser of HTML may object to.
_SOUND = r"(?:[^<>&\"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|&(?:amp|lt|gt|quot|nbsp|#34|#39);)"
# What a field is decides where it may stand.
_VALUE = re.compile(rf'(?<! type)="{_SOUND}*"')
_TEXT = re.compile(rf">(?:{_SOUND}|\")*(?=<)")

_sound_patterns: set[str] = set()


def parse(text: str) -> tuple[Element, list[str]]:
    """Return the page's root element, and what a strict parser says about its markup."""
    pattern = pattern_of(text)
    if pattern in _sound_patterns:
        return _Plain().read(text), []
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False
    )
    root: Element = parser.parse(text)
    errors = [
        f"markup: {code} {details or ''} at line {position[0]}"
        for position, code, details in parser.errors
        if code not in NEWER_THAN_THE_PARSER
    ]
    if not errors and _is_same(root, _Plain().read(text)):
        _sound_patterns.add(pattern)
    return root, errors


def pattern_of(text: str) -> str:
    """Return the page without what it says: its tags, their attributes' names, and where there is text."""
    return _TEXT.sub(_kind, _VALUE.sub('=""', text))


def _kind(found: re.Match[str]) -> str:
    return ">x" if found[0][1:].strip(BLANKS) else ">"


class _Plain(HTMLParser):
    """Makes a tree of a page in which every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._made = TreeBuilder()
        self._is_first_in_box = False

    def read(self, text: str) -> Element:
        """Return the root element."""
        self.feed(text.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()
        return self._made.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._made.start(tag, {name: value or "" for name, value in attrs})
        self._is_first_in_box = tag == "textarea"
        if tag in EMPTY:
            self._made.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self._made.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self._is_first_in_box = False
        self._made.end(tag)

    def handle_data(self, data: str) -> None:
        # A line break at the start of a box for words is not of its words.
        self._made.data(data.removeprefix("\n") if self._is_first_in_box else data)
        self._is_first_in_box = False


def _is_same(strict: Element, plain: Element) -> bool:
    """Return whether two trees are equal; only the strict parser says what is SVG, and in its own letters."""
    return all(
        one is not None and other is not None and _seen(one) == _seen(other)
        for one, other in zip_longest(strict.iter(), plain.iter())
    )


def _seen(element: Element) -> tuple[object, ...]:
    tag = str(element.tag).rpartition("}")[2]
    attributes = {name.lower(): value for name, value in element.items()}
    return tag, attributes, _words(element.text), _words(element.tail), len(element)


def _words(text: str | None) -> str:
    # Around the head and the body the strict parser leaves blanks out.
    return text if text and text.strip(BLANKS) else ""
