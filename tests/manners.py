"""What is wrong with a page, whoever reads it: `faults_of(tree)` lists it in words."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

LANGUAGES = ("nl", "fr", "de", "en", "nb")
# Classes of words that are only heard.
UNSEEN = ("unread", "vh")
UNSEEN_FIELDS = ("hidden", "submit", "button", "reset", "image")
INLINE = (
    "a",
    "abbr",
    "b",
    "code",
    "em",
    "i",
    "kbd",
    "mark",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "wbr",
)
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage")
# Columns that are gone where the window is narrow.
WIDE = "wide-only"
# Before a visit there is no session, so the button that enters carries the link itself.
ENTERING = "/k/"


def words_of(element: Element | None) -> str:
    """Return the text inside an element with single blanks; what stands on lines of its own is kept apart."""
    return "" if element is None else " ".join("".join(_pieces(element)).split())


def labels_of(element: Element) -> tuple[str, str]:
    """Return the words a screen reader says for a link or a button, and those that one sees of them."""
    seen = "".join([element.text or "", *_seen(element)])
    return words_of(element), " ".join(seen.split())


def _seen(element: Element) -> Iterator[str]:
    for inner in element:
        if inner.get("class") not in UNSEEN:
            yield from (inner.text or "", *_seen(inner))
        yield inner.tail or ""


def _pieces(element: Element) -> Iterator[str]:
    apart = "" if element.tag in INLINE else " "
    yield apart + (element.text or "")
    for inner in element:
        yield from _pieces(inner)
        yield inner.tail or ""
    yield apart


def faults_of(root: Element) -> list[str]:
    """Return every fault of the page, in words; an empty list is a page with manners."""
    return [
        *_head(root),
        *_identities(root),
        *_labels(root),
        *_forms(root),
        *_inline(root),
        *_addresses(root),
        *_phones(root),
    ]


def _head(root: Element) -> Iterator[str]:
    if root.get("lang") not in LANGUAGES:
        yield f"the page says it is in the language {root.get('lang')!r}"
    headings = [words_of(heading) for heading in root.iter("h1")]
    title = words_of(root.find("head/title"))
    if len(headings) != 1:
        yield f"there are {len(headings)} headings of the first level: {headings}"
    elif not headings[0] or headings[0] not in title:
        yield f"the title {title!r} does not hold the heading {headings[0]!r}"
    for picture in root.iter("img"):
        if picture.get("alt") is None:
            yield f"a picture has no alt text: {picture.get('src')}"


def _identities(root: Element) -> Iterator[str]:
    counted = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    for identity, times in counted.items():
        if times > 1 or not identity:
            yield f"the id {identity!r} stands there {times} times"
    for element in root.iter():
        for name in REFERENCES:
            for identity in (element.get(name) or "").split():
                if identity not in counted:
                    yield f"{name}={identity!r} points at nothing"


def _labels(root: Element) -> Iterator[str]:
    named = {label.get("for") for label in root.iter("label") if words_of(label)}
    wrapped = {id(inner) for label in root.iter("label") if words_of(label) for inner in label.iter()}
    for element in root.iter():
        if element.tag in ("input", "select", "textarea"):
            if element.get("type") in UNSEEN_FIELDS or id(element) in wrapped or _is_named(element):
                continue
            if element.get("id") is None or element.get("id") not in named:
                yield f"the field {element.get('name')!r} has no label"
        elif element.tag in ("button", "a") and not _has_words(element):
            yield f"a <{element.tag}> has no words: {dict(element.items())}"


def _has_words(element: Element) -> bool:
    drawn = any(inner.get("role") == "img" and inner.get("aria-label") for inner in element.iter())
    pictured = drawn or any(picture.get("alt") for picture in element.iter("img"))
    return bool(words_of(element)) or _is_named(element) or pictured


def _is_named(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby"))


def _forms(root: Element) -> Iterator[str]:
    for form in root.iter("form"):
        fields = {field.get("name") for field in form.iter("input")}
        enters = (form.get("action") or "").startswith(ENTERING)
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in fields and not enters:
            yield f"the form to {form.get('action')!r} carries no token"


def _inline(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style" or (element.tag == "script" and words_of(element)):
            yield f"there is an inline <{element.tag}>"
        for name in element.attrib:
            if name == "style" or name.startswith("on"):
                yield f"<{element.tag}> has an inline {name}"


def _addresses(root: Element) -> Iterator[str]:
    for element in root.iter():
        href = element.get("href") or ""
        if urlsplit(href).scheme == "javascript":
            yield f"a link runs a script: {href}"
        loaded = element.get("src") or (href if element.tag == "link" else "")
        if urlsplit(loaded).netloc:
            yield f"<{element.tag}> is loaded from elsewhere: {loaded}"


def _phones(root: Element) -> Iterator[str]:
    """On phones some columns are gone: what they say must stand elsewhere in the row."""
    for row in (row for body in root.iter("tbody") for row in body.iter("tr")):
        kept = " ".join("".join(_kept_on_phones(row)).split())
        for cell in (cell for cell in row if WIDE in (cell.get("class") or "").split()):
            for words in (" ".join(piece.split()) for piece in cell.itertext()):
                if words not in kept:
                    yield f"a phone does not show {words!r} of the row {kept!r}"


def _kept_on_phones(element: Element) -> Iterator[str]:
    if WIDE not in (element.get("class") or "").split():
        yield f" {element.text or ''}"
        for inner in element:
            yield from _kept_on_phones(inner)
            yield inner.tail or ""
        yield " "
