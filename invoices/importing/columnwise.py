"""Whole columns of cells into values at once, where nothing is special about any of them.

Most columns of most files hold one sort of cell, and to look at a thousand of them together costs little more
than to look at one. Each function returns what the reading of single cells would give for each of them, or
None when one of them is special: then they are looked at one by one, which also finds out what is wrong.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from core.money import decimals_of
from invoices.importing.amounts import MOST_DIGITS, DecimalSign
from invoices.importing.tables import Cell

TextColumn: TypeAlias = Callable[[Sequence[Cell]], list[str] | None]
AmountColumn: TypeAlias = Callable[[Sequence[Cell]], list[int] | None]


def plain_texts(longest: int, cells: Sequence[Cell]) -> list[str] | None:
    """Return what `texts.plain_text` returns for each cell; a blank one gives an empty text."""
    texts = _texts(cells)
    if texts is None or not "".join(texts).isprintable() or len(max(texts, key=len, default="")) > longest:
        return None
    return list(map(str.strip, texts))


def number_texts(longest: int, cells: Sequence[Cell]) -> list[str] | None:
    """Return what `texts.number_text` returns for each cell; a blank one gives an empty text."""
    texts = plain_texts(longest, cells)
    return None if texts is None or "+" in "".join(texts) else texts


def amount_column(*, sign: DecimalSign, currency: str) -> AmountColumn:
    """Return what `amounts.amount_reader` does for columns of plain digits with all decimals."""
    decimals = decimals_of(currency)
    part = rf"{re.escape(sign)}[0-9]{{{decimals}}}" if decimals else ""
    plain = re.compile(rf"(?:-?[0-9]{{1,{MOST_DIGITS}}}{part}\n)*")

    def read(cells: Sequence[Cell]) -> list[int] | None:
        texts = _texts(cells)
        if not texts:
            return None
        lines = "\n".join(texts)
        # A cell may have a line break itself.
        if lines.count("\n") != len(texts) - 1 or not plain.fullmatch(f"{lines}\n"):
            return None
        return list(map(int, lines.replace(sign, "").split("\n")))

    return read


def _texts(cells: Sequence[Cell]) -> list[str] | None:
    texts = [cell for cell in cells if cell.__class__ is str]
    return texts if len(texts) == len(cells) else None
