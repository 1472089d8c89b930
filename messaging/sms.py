"""SMS texts: what the network can carry, in how many parts, and what is written differently for it.

Sizes from 3GPP TS 23.038 (the 7-bit alphabet and its extension table) and 23.040 (parts of a long message).
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from core.refusals import N_, Refusal

# Twilio's limit for `Body`; with 153 a part it is also more parts than any phone company promises to join.
MAX_CHARACTERS = 1_600

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

# Letters and signs that do not come apart into a plain letter and a mark.
_INSTEAD = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "`": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"', "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "·": ".",
    "…": "...", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
    "þ": "th", "Þ": "Th", "ı": "i", "ẞ": "SS", "ŋ": "n", "Ŋ": "N", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T",
    "×": "x", "÷": "/", "©": "(c)", "®": "(r)", "™": "(tm)", "ĳ": "ij", "Ĳ": "IJ", "ﬁ": "fi", "ﬂ": "fl",
}  # fmt: skip


class Encoding(StrEnum):
    """How the network writes the text down."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


class SmsTooLong(Refusal):
    """The text does not fit in one SMS, however many parts it may have."""

    sentence = N_("This SMS is too long: %(length)s characters. At most %(limit)s fit.")


@dataclass(frozen=True, slots=True)
class SmsText:
    """A text as it will arrive.

    `units` are septets (GSM-7) or 16-bit units (UCS-2), `parts` what is paid for, `replaced` the letters that
    were written differently, each once, in the order in which they came.
    """

    text: str
    encoding: Encoding
    units: int
    parts: int
    replaced: tuple[str, ...]


def prepare(text: str) -> SmsText:
    """Return `text` ready for an SMS, with plain letters where that saves the message from UCS-2.

    "Zoë" becomes "Zoe". A text that needs UCS-2 all the same (a name in Greek) keeps all its letters, because
    then they cost nothing. Raises `SmsTooLong`.
    """
    tidy = "".join(" " if _is_blank(sign) else sign for sign in text if not _is_invisible(sign)).strip()
    plain = "".join(_downgrade(sign) for sign in tidy)
    fits = all(sign in _BASIC or sign in _EXTENSION for sign in plain)
    ready = plain.strip() if fits else tidy
    if len(ready) > MAX_CHARACTERS:
        raise SmsTooLong(length=len(ready), limit=MAX_CHARACTERS)
    replaced = dict.fromkeys(sign for sign in tidy if _downgrade(sign) != sign) if fits else {}
    return measure(ready, replaced=tuple(replaced))


def measure(text: str, *, replaced: tuple[str, ...] = ()) -> SmsText:
    """Return `text` unchanged with its encoding, units and parts."""
    if all(sign in _BASIC or sign in _EXTENSION for sign in text):
        sizes = [2 if sign in _EXTENSION else 1 for sign in text]
        return SmsText(text, Encoding.GSM_7, sum(sizes), _parts(sizes, whole=160, part=153), replaced)
    sizes = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
    return SmsText(text, Encoding.UCS_2, sum(sizes), _parts(sizes, whole=70, part=67), replaced)


def _parts(sizes: list[int], *, whole: int, part: int) -> int:
    """Return how many parts are needed; a sign of two units is never cut in half by the end of a part."""
    if sum(sizes) <= whole:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > part:
            parts, used = parts + 1, 0
        used += size
    return parts


def _downgrade(sign: str) -> str:
    if sign in _BASIC or sign in _EXTENSION:
        return sign
    if sign in _INSTEAD:
        return _INSTEAD[sign]
    letters = "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
    return letters or sign


def _is_blank(sign: str) -> bool:
    return sign == "\t" or unicodedata.category(sign) == "Zs"


def _is_invisible(sign: str) -> bool:
    """Zero-width signs cost a change to UCS-2, control characters are never meant; line ends stay."""
    return sign != "\n" and sign != "\t" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
