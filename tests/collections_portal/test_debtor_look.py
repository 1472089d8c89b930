"""What the debtor's pages promise about their style sheets and their script."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "collections_portal" / "static"
SHEETS = ("debtor.css", "debtor-print.css")


def test_the_style_sheet_stays_under_fifteen_kilobytes() -> None:
    assert (STATIC / "debtor.css").stat().st_size < 15_000


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_fetches_nothing(name: str) -> None:
    assert not re.search(r"url\(|@import|@font-face", (STATIC / name).read_text())


def test_every_value_a_style_sheet_uses_is_set() -> None:
    text = (STATIC / "debtor.css").read_text()
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", text))
    assert used
    assert used <= set(re.findall(r"(--[a-z0-9-]+):", text))


def test_every_colour_of_light_has_one_for_the_dark() -> None:
    text = (STATIC / "debtor.css").read_text()
    light, dark = (set(re.findall(r"(--[a-z0-9-]+): #", part)) for part in text.split("@media", 2)[:2])
    assert light == dark


def test_the_script_writes_text_and_never_markup() -> None:
    text = (STATIC / "debtor.js").read_text()
    assert "textContent" in text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_the_script_asks_for_nothing_but_more_time_to_type() -> None:
    text = (STATIC / "debtor.js").read_text()
    assert re.findall(r"fetch\(([^,]+),", text) == ["form.dataset.stays"]
    assert not re.search(r"XMLHttpRequest|sendBeacon|WebSocket|EventSource|import\(", text)
