"""What people type, made fit to be stored and shown."""

import re
import unicodedata

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
