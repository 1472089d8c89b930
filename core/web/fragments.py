"""Parts of pages that are the same for everybody who speaks a language: written once and kept."""

from collections.abc import Hashable
from typing import Any

from flask import Flask
from markupsafe import Markup

from core.web.languages import language

MOST_KEPT = 2000


def install(app: Flask) -> None:
    """Give templates `kept(macro, argument, …)`.

    Only for macros that depend on nothing but their arguments and the language: no secret of a form, no path,
    nothing about the visitor. Arguments are compared by value, so a change of settings writes a part anew.
    """
    written: dict[tuple[Hashable, ...], Markup] = {}

    def kept(macro: Any, *arguments: Hashable) -> Markup:
        key = (macro, language(), arguments)
        part = written.get(key)
        if part is None:
            while len(written) >= MOST_KEPT:
                written.pop(next(iter(written)), None)
            part = written[key] = macro(*arguments)
        return part

    app.jinja_env.globals["kept"] = kept
