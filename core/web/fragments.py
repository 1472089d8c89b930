"""Parts of pages that are the same for everybody who speaks a language: written once and kept."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
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
    """Give templates `kept(macro, argument, …)`, `filled(macro, rows, names)` and the filter `runs`.

    Only for macros that depend on nothing but their arguments and the language: no secret of a form, no path,
    nothing about the visitor. Arguments are compared by value, so a change of settings writes a part anew.

    `filled` is for long lists: the macro runs once for each sort of row, and not for each row. Its arguments
    are the row and what the row has under `names`, which is all that it may look at: other values it may
    only write, alone or inside sentences. They are texts, and marks while it runs.
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

    def filled(macro: Any, rows: Iterable[Any], names: tuple[str, ...]) -> Markup:
        speaking, sort_of = language(), attrgetter(*names)

        def stencil_for(row: Any) -> Stencil:
            sort = sort_of(row)
            key = (macro, speaking, sort)
            stencil = cut.get(key)
            if stencil is None:
                stencil = stencil_of(macro(_AnyRow(), *sort))
                _keep(cut, key, stencil)
            return stencil

        return fill((stencil_for(row), row) for row in rows)

    app.jinja_env.globals.update(kept=kept, filled=filled)
    app.jinja_env.filters["runs"] = runs


def runs(rows: Iterable[Any], name: str) -> Iterator[tuple[Any, list[Any]]]:
    """Yield (value, rows) for each run of rows that have the same value under `name`; their order stays."""
    return ((value, list(run)) for value, run in groupby(rows, attrgetter(name)))


def stencil_of(part: str) -> Stencil:
    """Return the stencil of what a macro wrote of `_AnyRow`; it wrote two values or more."""
    text = _MARK.split(part)
    names = list(dict.fromkeys(text[1::2]))
    return Stencil(text, attrgetter(*names), itemgetter(*map(names.index, text[1::2])))


def fill(rows: Iterable[tuple[Stencil, Any]]) -> Markup:
    """Return the rows one after the other, their values escaped."""
    written: list[str] = []
    for (text, values_of, gaps), row in rows:
        values = values_of(row)
        # All at once: escaping costs more for each call than for each letter.
        escaped = str.split(escape(_BETWEEN.join(values)), _BETWEEN)
        if len(escaped) != len(values):
            escaped = [str(escape(value)) for value in values]
        here = text.copy()
        here[1::2] = gaps(escaped)
        written += here
    return Markup("".join(written))  # noqa: S704  what is ours, and what was escaped above


def _keep(parts: dict[Any, Any], key: Hashable, part: object) -> None:
    while len(parts) >= MOST_KEPT:
        parts.pop(next(iter(parts)), None)
    parts[key] = part
