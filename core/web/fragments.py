"""Parts of pages that are the same for everybody who speaks a language: written once and kept."""

import re
from collections.abc import Callable, Hashable
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from flask import Flask
from markupsafe import Markup, escape

from core.web.languages import language

MOST_KEPT = 2000
_BETWEEN = "\x00"
_MARK = re.compile("\ue000(\\w+)\ue001")


class Stencil(NamedTuple):
    """What a macro writes of any row: `text`, every second piece of it a gap, and what goes into the gaps."""

    text: list[str]
    values_of: Callable[[Any], tuple[str, ...]]
    gaps: Callable[[list[str]], tuple[str, ...]]


class _AnyRow:
    """Stands for a row while its stencil is cut: every value is a mark."""

    def __getattr__(self, name: str) -> str:
        return f"\ue000{name}\ue001"


def install(app: Flask) -> None:
    """Give templates `kept(macro, argument, …)` and `filled(macro, row, argument, …)`.

    Only for macros that depend on nothing but their arguments and the language: no secret of a form, no path,
    nothing about the visitor. Arguments are compared by value, so a change of settings writes a part anew.

    `filled` is for long lists: the macro runs once for each sort of row, which its arguments tell apart, and
    not for each row. It may write the row's values, alone or inside sentences, but not look at them: they are
    texts, and marks while it runs.
    """
    written: dict[tuple[Hashable, ...], Markup] = {}
    cut: dict[tuple[Hashable, ...], Stencil] = {}

    def kept(macro: Any, *arguments: Hashable) -> Markup:
        key = (macro, language(), arguments)
        part = written.get(key)
        if part is None:
            part = macro(*arguments)
            _keep(written, key, part)
        return part

    def filled(macro: Any, row: Any, *arguments: Hashable) -> Markup:
        key = (macro, language(), arguments)
        stencil = cut.get(key)
        if stencil is None:
            stencil = stencil_of(macro(_AnyRow(), *arguments))
            _keep(cut, key, stencil)
        return fill(stencil, row)

    app.jinja_env.globals.update(kept=kept, filled=filled)


def stencil_of(part: str) -> Stencil:
    """Return the stencil of what a macro wrote of `_AnyRow`; it wrote two values or more."""
    text = _MARK.split(part)
    names = list(dict.fromkeys(text[1::2]))
    return Stencil(text, attrgetter(*names), itemgetter(*map(names.index, text[1::2])))


def fill(stencil: Stencil, row: Any) -> Markup:
    """Return the part for this row; its values are escaped, all at once."""
    values = stencil.values_of(row)
    escaped = str.split(escape(_BETWEEN.join(values)), _BETWEEN)
    if len(escaped) != len(values):
        escaped = [str(escape(value)) for value in values]
    text = stencil.text.copy()
    text[1::2] = stencil.gaps(escaped)
    return Markup("".join(text))  # noqa: S704  what is ours, and what was escaped above


def _keep(parts: dict[Any, Any], key: Hashable, part: object) -> None:
    while len(parts) >= MOST_KEPT:
        parts.pop(next(iter(parts)), None)
    parts[key] = part
