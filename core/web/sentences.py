"""Translated sentences, looked up once per language and kept: a page asks for a hundred of them."""

from collections import defaultdict
from typing import Any

import flask_babel
from flask import Flask
from markupsafe import Markup, escape

from core.web.languages import language

MOST_KEPT = 5000
_kept: dict[str, dict[str, str]] = defaultdict(dict)
_marked: dict[str, dict[str, Markup]] = defaultdict(dict)


def install(app: Flask) -> None:
    """Give templates `_()` and `ngettext()` from here; after Flask-Babel, which brings slower ones."""
    app.jinja_env.globals.update(_=_in_template, ngettext=_number_in_template)


def gettext(sentence: str, **values: object) -> str:
    """Return the sentence in the language of this request; without values, its marks stay as they are."""
    book = _kept[language()]
    text = book.get(sentence)
    if text is None:
        text = str(flask_babel.gettext(sentence))
        if len(book) < MOST_KEPT:
            book[sentence] = text
    return text % values if values else text


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Return the sentence whose form fits the number, which is also its value `num`."""
    book, key = _kept[language()], f"{one}\0{many}\0{number}"
    text = book.get(key)
    if text is None:
        text = str(flask_babel.get_translations().ungettext(one, many, number))
        if len(book) < MOST_KEPT:
            book[key] = text
    return text % {"num": number, **values}


def _in_template(sentence: str, **values: Any) -> Markup:
    """Return the sentence for a page: what translators wrote as it is, every value escaped."""
    # Sentences are ours and our translators'; whatever else stands in one was escaped.
    if values:
        return Markup(gettext(sentence) % {name: escape(value) for name, value in values.items()})  # noqa: S704  see above
    book = _marked[language()]
    text = book.get(sentence)
    if text is None:
        text = Markup(gettext(sentence) % {})  # noqa: S704  see above
        if len(book) < MOST_KEPT:
            book[sentence] = text
    return text


def _number_in_template(one: str, many: str, number: int, **values: Any) -> Markup:
    return Markup(ngettext(one, many, number, **{name: escape(value) for name, value in values.items()}))  # noqa: S704
