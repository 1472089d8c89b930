"""What people type, made fit to be stored and shown."""

import re
import unicodedata

# What a spreadsheet program takes for a formula, in narrow and in full-width form (OWASP ASVS 5.0, 1.2.10).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Control characters are never meant, and marks that turn the reading direction can show a text backwards.
# A lone surrogate cannot be written as UTF-8 at all.
_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def several_lines(text: str) -> str:
    """Return the text with one kind of line end, without blanks around it or characters nobody means."""
    text = re.sub("\r\n|[\r\u2028\u2029]", "\n", text)
    return unicodedata.normalize("NFC", _NEVER.sub("", text)).strip()


def one_line(text: str) -> str:
    """Return the text on one line, with single blanks."""
    return " ".join(several_lines(text).split())


def without_formula(text: str) -> str:
    """Return the text so that no spreadsheet program takes it for a formula: with an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
