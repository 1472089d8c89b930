"""Letters with anything in them: no sign means anything, nothing breaks the PDF, all stays in its place."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader

from messaging import typesetting
from messaging.letter_words import WORDS
from messaging.typesetting import NotTypeset, faults, typeset
from messaging.wording import LANGUAGES
from tests.dunning.press import picture_of, words_of

MARKUP = (
    '#panic("no") *bold* _it_ `raw` $x^2$ = Head - list @label <label> '
    '\\ // /* ~ #{1+1} [x] "q" &amp; ((link))'
)
SCRIPTS = "Ωμέγα Жанна מרים السلام 漢字 😀 \u202egnp.exe \x00\x07 ﷽ Z̸̡a̶l̵g̶o"
QR = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8h-8z"/></svg>'


def letter(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the data of a letter; changed as told."""
    rows: Sequence[Sequence[str]] = [["2026/1", "25 okt 2026", "2026/1", "€ 1.250,00"]]
    return {
        "number": number,
        "language": "nl",
        "window": "left",
        "sender": ["Voltwerk", "Postbus 1", "1000 AA Amsterdam"],
        "return_line": "Voltwerk, Postbus 1, 1000 AA Amsterdam",
        "address": ["Sanne Visser", "Dorpsstraat 12", "1234 AB Utrecht"],
        "date": "vrijdag 20 november 2026",
        "subject": "Herinnering",
        "blocks": [
            {"kind": "paragraph", "lines": ["Beste Sanne,"]},
            {"kind": "heading", "lines": ["Kop"]},
            {"kind": "bullets", "lines": ["een", "twee"]},
            {"kind": "invoices", "lines": []},
            {"kind": "button", "lines": ["Betaal of reageer"]},
        ],
        "invoices": {"head": list(WORDS["nl"].head), "rows": rows, "totals": [["Samen", "€ 1.250,00"]]},
        "pay": WORDS["nl"].pay,
        "accounts": ["Voltwerk · IBAN NL91 ABNA 0417 1643 00"],
        "foot": ["Voltwerk", "KvK 1"],
        "link": {"qr": QR, "scan": "Scan", "type": "Typ", "site": "portal.example/k/", "code": "7KQ2M-4ZX9A"},
    } | changes


BROKEN = letter(blocks=[{"kind": "paragraph", "lines": 7}])


def everywhere(text: str) -> dict[str, Any]:
    """Return the data of a letter with this text wherever a text can be."""
    return letter(
        sender=[text, text],
        return_line=text,
        address=[text] * 6,
        date=text,
        subject=text,
        blocks=[
            {"kind": kind, "lines": [text, text]} for kind in ("paragraph", "heading", "bullets", "button")
        ]
        + [{"kind": "invoices", "lines": []}],
        invoices={"head": [text] * 4, "rows": [[text] * 4], "totals": [[text, text]]},
        pay=text,
        accounts=[text],
        foot=[text],
        link={"qr": QR, "scan": text, "type": text, "site": text, "code": text},
    )


def test_signs_of_the_typesetter_are_only_signs() -> None:
    page = " ".join(words_of(typeset([everywhere(MARKUP)], title="").pdf))
    for sign in ('#panic("no")', "*bold*", "_it_", "`raw`", "$x^2$", "= Head", "@label", "#{1+1}", "&amp;"):
        assert page.count(sign) >= 10


@pytest.mark.parametrize("text", [SCRIPTS, "", " ", "x" * 4000, "word " * 900, "\n" * 50, "-" * 300])
def test_no_text_breaks_the_pdf(text: str) -> None:
    assert faults([everywhere(text)]) == {}


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_at_all_breaks_the_pdf(text: str) -> None:
    assert faults([everywhere(text)]) == {}


@pytest.mark.parametrize("window", ["left", "right"])
def test_a_very_long_address_stays_in_its_window(window: str) -> None:
    lines = [
        "Stichting " + "Administratiekantoor" * 6,
        "t.a.v. " + "de heer " * 20,
        "S" * 140,
        "1234 AB U",
        "BELGIË",
    ]
    empty = letter(window=window, address=[" "])
    plain, long = (typeset([one], title="").pdf for one in (empty, letter(window=window, address=lines)))
    changed = box_of_difference(picture_of(plain, 1, per_inch=72), picture_of(long, 1, per_inch=72))
    left, top, right, bottom = (side * 25.4 / 72 for side in changed)
    assert top > 55
    assert bottom < 88
    assert (left > 23, right < 105) if window == "left" else (left > 110, right < 192)


def box_of_difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(one.convert("L"), other.convert("L")).getbbox()
    assert box is not None
    return box


def test_two_hundred_invoices_go_on_over_pages_with_their_head() -> None:
    rows = [[f"F{number}", "25 okt 2026", f"RF{number}", "€ 1,00"] for number in range(200)]
    many = letter(invoices=letter()["invoices"] | {"rows": rows})
    made = typeset([many, letter(2)], title="")
    pages = words_of(made.pdf)
    last = next(index for index, page in enumerate(pages) if "Samen" in page)
    assert last >= 4
    assert all("Kenmerk bij betaling" in page for page in pages[1:last])
    assert all(f" F{number} " in " ".join(pages) for number in range(200))
    second = next(index for index, page in enumerate(pages) if "2 · 1/1" in page)
    assert second % 2 == 0
    own = int(re.findall(r" 1 · 1/(\d+)$", pages[0])[0])
    assert pages[own - 1].endswith(f"1 · {own}/{own}")
    assert second in (own, own + 1)


def test_letters_in_several_processes_each_begin_on_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [letter(number) for number in range(1, 6)]
    at_once = words_of(typeset(letters, title="").pdf)
    monkeypatch.setattr(typesetting, "TOGETHER", 2)
    made = typeset(letters, title="")
    assert words_of(made.pdf) == at_once
    assert (made.letters, made.pages) == (5, 9)
    assert made.pdf == typeset(letters, title="").pdf


def test_a_printer_is_asked_to_print_both_sides() -> None:
    reader = PdfReader(BytesIO(typeset([letter()], title="Letters").pdf))
    preferences = reader.viewer_preferences
    assert preferences is not None
    assert str(preferences["/Duplex"]) == "/DuplexFlipLongEdge"


def test_a_letter_that_cannot_be_set_says_why() -> None:
    assert "TypstError" in faults([BROKEN])[0]
    with pytest.raises(NotTypeset):
        typeset([letter(2), BROKEN], title="")


def test_a_letter_that_cannot_be_set_is_found_by_halving() -> None:
    tries: list[None] = []
    letters = [letter(number) for number in range(32)]
    letters[19] = BROKEN
    assert list(faults(letters, before_each=lambda: tries.append(None))) == [19]
    assert len(tries) <= 11


def test_several_letters_that_cannot_be_set_are_found_in_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "TOGETHER", 3)
    letters = [BROKEN if number in (0, 4, 6) else letter(number) for number in range(7)]
    assert sorted(faults(letters)) == [0, 4, 6]
    assert faults([letter()]) == {}


def test_a_typesetter_that_fails_at_many_letters_is_not_tried_at_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typesetting, "MOST_FAULTS", 2)
    tries: list[None] = []
    with pytest.raises(NotTypeset, match="TypstError"):
        faults([BROKEN] * 16, before_each=lambda: tries.append(None))
    assert len(tries) <= 8


def test_every_language_has_its_words() -> None:
    assert set(WORDS) == set(LANGUAGES)
    assert all(
        all((*words.head, words.total, words.pay, words.scan, words.to_type)) for words in WORDS.values()
    )
