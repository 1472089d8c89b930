"""One colour of an organisation made into the accent of its pages: eight values, always legible.

Contrast is that of WCAG 2.2 (relative luminance, success criterion 1.4.3): 4.5 to 1 is the least for text.
"""

import re
from collections.abc import Callable
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

from core.refusals import N_, Refusal

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
INK: Colour = (0x1D, 0x1C, 0x1A)
PAPER: Colour = (0xF7, 0xF6, 0xF2)
DARK_SURFACE: Colour = (0x1E, 0x1D, 0x1B)
LEAST_CONTRAST = 4.5
# The other colours of the dark pages stand between 8 and 10; an accent below them would look switched off.
LEAST_CONTRAST_DARK = 8.0


class ColourRefused(Refusal):
    """The text is not a colour."""

    sentence = N_("%(text)s is not a colour. Write six digits after a #, such as #0B5560.")


@dataclass(frozen=True, slots=True)
class Accent:
    """The four accent values of one scheme, each `#rrggbb`."""

    accent: str
    hover: str
    soft: str
    on_accent: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The accent in light and dark.

    `contrast` is the figure of a link on paper, rounded down to one decimal; `was_darkened` tells that the
    colour as given was too light to be read there.
    """

    light: Accent
    dark: Accent
    contrast: float
    was_darkened: bool


def theme_of(accent: str) -> Theme:
    """Return the theme of one colour, `#rrggbb` or `#rgb`. Refuses what is no colour with ColourRefused."""
    given = _parse(accent)
    light = _legible_on_paper(given)
    return Theme(
        light=_light(light),
        dark=_dark(light),
        contrast=int(contrast(light, PAPER) * 10) / 10,
        was_darkened=light != given,
    )


def theme_css(accent: str) -> str:
    """Return the style sheet of this accent, for screens only: print stays black on white."""
    theme = theme_of(accent)
    return (
        f"@media screen{{:root{{{_properties(theme.light)}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(theme.dark)}}}}}\n"
    )


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _parse(text: str) -> Colour:
    digits = re.fullmatch(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", text.strip())
    if not digits:
        raise ColourRefused(text=text[:40])
    six = digits[1] if len(digits[1]) == 6 else "".join(digit * 2 for digit in digits[1])
    return int(six[:2], 16), int(six[2:4], 16), int(six[4:], 16)


def _legible_on_paper(colour: Colour) -> Colour:
    """Return the colour, darkened until a link can be read on paper and on its own soft ground."""

    def legible(candidate: Colour) -> bool:
        grounds = (PAPER, _soft_light(candidate))
        return all(contrast(candidate, ground) >= LEAST_CONTRAST for ground in grounds)

    return _until(legible, colour, step=-0.01)


def _light(accent: Colour) -> Accent:
    hover = _mix(accent, BLACK, 0.2)
    return Accent(_hex(accent), _hex(hover), _hex(_soft_light(accent)), _hex(_text_on(accent)))


def _dark(light: Colour) -> Accent:
    """Return the accent for dark pages: the same hue, calmer, and light enough to be read."""
    soft = _mix(DARK_SURFACE, light, 0.28)

    def legible(candidate: Colour) -> bool:
        on_surface = contrast(candidate, DARK_SURFACE) >= LEAST_CONTRAST_DARK
        return on_surface and contrast(candidate, soft) >= LEAST_CONTRAST

    accent = _until(legible, _calmer(light), step=0.01)
    hover = _mix(accent, WHITE, 0.25)
    return Accent(_hex(accent), _hex(hover), _hex(soft), _hex(_text_on(accent)))


def _until(legible: Callable[[Colour], bool], colour: Colour, *, step: float) -> Colour:
    """Move the lightness by `step` until the colour is legible; its hue stays. Black and white always are."""
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in colour))
    while not legible(colour) and 0 < lightness + step < 1:
        lightness += step
        red, green, blue = hls_to_rgb(hue, lightness, saturation)
        colour = round(red * 255), round(green * 255), round(blue * 255)
    return colour


def _calmer(colour: Colour) -> Colour:
    """Return the colour with less saturation: bright colours vibrate on a dark ground."""
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in colour))
    red, green, blue = hls_to_rgb(hue, lightness, saturation * 0.6)
    return round(red * 255), round(green * 255), round(blue * 255)


def _soft_light(accent: Colour) -> Colour:
    return _mix(WHITE, accent, 0.09)


def _text_on(ground: Colour) -> Colour:
    return max((WHITE, INK), key=lambda text: contrast(text, ground))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with `share` (0 to 1) of the other in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2, definition; threshold 0.04045 as in IEC 61966-2-1)."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _properties(values: Accent) -> str:
    return (
        f"--accent:{values.accent};--accent-hover:{values.hover};"
        f"--accent-soft:{values.soft};--on-accent:{values.on_accent}"
    )
