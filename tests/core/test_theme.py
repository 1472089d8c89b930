"""An organisation may choose any colour; its pages stay legible."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.theme import DARK_SURFACE, PAPER, WHITE, ColourRefused, Theme, contrast, theme_css, theme_of

VOLTWERK = "#0B5560"
YELLOW = "#FFD400"
any_colour = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def pairs_to_read(theme: Theme) -> list[tuple[str, str]]:
    """Every pair of text and ground that the eight values make among themselves."""
    return [
        pair
        for values in (theme.light, theme.dark)
        for pair in (
            (values.accent, values.soft),
            (values.on_accent, values.accent),
            (values.on_accent, values.hover),
            (values.hover, values.soft),
        )
    ]


def test_contrast_runs_from_one_to_twenty_one() -> None:
    assert contrast(WHITE, WHITE) == 1
    assert contrast((0, 0, 0), WHITE) == pytest.approx(21)


def test_contrast_agrees_with_a_published_figure() -> None:
    # #767676 is the lightest grey that passes on white in the WCAG techniques.
    assert contrast((0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.005)
    assert contrast((0x77, 0x77, 0x77), WHITE) < 4.5


def test_a_dark_colour_is_used_as_it_is() -> None:
    theme = theme_of(VOLTWERK)
    assert theme.light.accent == VOLTWERK.lower()
    assert not theme.was_darkened
    assert theme.contrast == 7.8


def test_a_bright_colour_is_darkened_until_a_link_can_be_read() -> None:
    theme = theme_of(YELLOW)
    assert theme.was_darkened
    assert 4.5 <= theme.contrast < 6
    assert contrast(rgb(theme.light.accent), PAPER) >= 4.5


def test_text_on_the_accent_is_white_on_paper_and_ink_in_the_dark() -> None:
    theme = theme_of(VOLTWERK)
    assert theme.light.on_accent == "#ffffff"
    assert theme.dark.on_accent == "#1d1c1a"


def test_a_short_colour_means_the_same_as_its_long_form() -> None:
    assert theme_of("#036") == theme_of("#003366")


@pytest.mark.parametrize("text", ["", "blue", "#12345", "#12345g", "0B5560", "#0B5560;}", "#0B5560\n}body{"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ColourRefused):
        theme_of(text)


@given(any_colour)
def test_every_colour_gives_pages_that_can_be_read(colour: str) -> None:
    theme = theme_of(colour)
    assert contrast(rgb(theme.light.accent), PAPER) >= 4.5
    assert contrast(rgb(theme.dark.accent), DARK_SURFACE) >= 8
    for text, ground in pairs_to_read(theme):
        assert contrast(rgb(text), rgb(ground)) >= 4.5, (colour, text, ground)


@given(any_colour)
def test_the_style_sheet_sets_four_values_twice_and_nothing_else(colour: str) -> None:
    css = theme_css(colour)
    values = re.findall(r"--(accent|accent-hover|accent-soft|on-accent):(#[0-9a-f]{6})(?=[;}])", css)
    assert len(values) == 8
    rest = re.sub(r"--[a-z-]+:#[0-9a-f]{6};?", "", css)
    assert rest == "@media screen{:root{}}\n@media screen and (prefers-color-scheme:dark){:root{}}\n"


def test_print_keeps_its_own_black() -> None:
    assert theme_css(VOLTWERK).count("@media screen") == 2
