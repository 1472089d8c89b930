"""Which letters of a printed pile were taken out, as people write their numbers: `3, 12-15`. Pure."""

import re
from collections.abc import Iterable

from core.refusals import N_, Refusal

_BETWEEN = re.compile(r"[,;\s]+")
_DASH = re.compile(r"\s*[-–—]\s*")
_SPAN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


class NumbersUnreadable(Refusal):
    """What stands there are no numbers, or a span that ends before it begins; `written` is that part."""

    sentence = N_(
        "This is not a number: %(written)s. Write the numbers at the foot of the letters, such as 3, 12-15."
    )


class LettersNotInPile(Refusal):
    """There is no such letter in the PDF that waits to be posted."""

    sentence = N_("There is no letter with this number to be posted: %(numbers)s.")


def numbers_in(text: str, *, most: int) -> frozenset[int]:
    """Return the numbers that somebody typed; `most` is the last one there is.

    Raises NumbersUnreadable and LettersNotInPile.
    """
    numbers: set[int] = set()
    beyond = []
    for part in filter(None, _BETWEEN.split(_DASH.sub("-", text))):
        first, last = _span(part)
        if last > most:
            beyond.append(part)
        else:
            numbers.update(range(first, last + 1))
    if beyond:
        raise LettersNotInPile(numbers=", ".join(beyond))
    return frozenset(numbers)


def as_written(numbers: Iterable[int]) -> str:
    """Return numbers as `numbers_in` reads them, three and more in a row as a span."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(
        f"{span[0]}-{span[-1]}" if len(span) > 2 else ", ".join(map(str, span)) for span in spans
    )


def _span(part: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(part)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        raise NumbersUnreadable(written=part)
    return first, last
