"""Compare headers and values as people do: without case, accents, blanks, dots, dashes and underscores."""

import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})
_NOT_WRITTEN = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Return the letters and digits of a text: "Factuur-Nr." and "FACTUUR_NR" are both "factuurnr"."""
    folded = text.casefold().translate(_LETTERS)
    letters = "".join(
        mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark)
    )
    return _NOT_WRITTEN.sub("", letters)
