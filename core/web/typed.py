"""What somebody typed into a form that was refused: given back, so that they can copy it and nothing is lost.

It is what this very request brought, and only when a page of ours sent it: no other site can put words on our
pages. Passwords, files, hidden fields and choices are left out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, ParamSpec, TypeVar

import structlog
from flask import current_app, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import Field, FieldList, Form, FormField
from wtforms.widgets import DateInput, EmailInput, NumberInput, TextArea, TextInput

from core.web.languages import OWN_NAMES
from core.web.origins import is_from_our_page

log = structlog.get_logger()
Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
# No field takes more than half of this.
LONGEST_SHOWN = 20_000
# What is typed, in the clear. A box that is not here is not shown again.
BOXES = (DateInput, EmailInput, NumberInput, TextArea, TextInput)


class Typed(NamedTuple):
    """What was typed into one field, and the words that stand beside that field."""

    words: str
    text: str


def asks(
    *forms: Callable[..., Form],
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Mark a view: an error page that answers in its place gives back what was typed into these forms.

    A form is its class, or a function that takes the same arguments and returns the form as it was sent. It
    is made before anybody knows who is there, so it asks the database nothing.
    """

    def mark(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        view.__dict__["asks"] = forms
        return view

    return mark


def given_back() -> list[Typed]:
    """Return what was typed into the forms of the view that was asked for, in the order of their fields.

    Never fails: it is asked for by pages that say what else did not work.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    forms: tuple[Callable[..., Form], ...] = view.__dict__.get("asks", ()) if view else ()
    if not forms or not sent_from_here():
        return []
    try:
        # Two forms of a view may have the same field; it was typed into once.
        found = {name: typed for form in forms for name, typed in _typed(form(meta={"csrf": False}))}
    except Exception:  # A stranger may have written every word of it, and the page about that has to come.
        log.exception("nothing given back", view=request.endpoint)
        return []
    return list(found.values())


def sent_from_here() -> MultiDict[str, str]:
    """Return the form that a page of ours sent; an empty one for any other request or sender."""
    if request.method != "POST" or not is_from_our_page():
        return ImmutableMultiDict()
    try:
        return request.form
    except HTTPException:
        # Too large, or no form at all: the page about it comes without.
        return ImmutableMultiDict()


def shown(text: str) -> str:
    """Return a text as far as a page repeats it."""
    return text[:LONGEST_SHOWN]


def _typed(fields: Iterable[Field], before: str = "") -> Iterator[tuple[str, Typed]]:
    """Yield name and content of every box that is not empty; `before` are the words of the list around it."""
    for field in fields:
        words = f"{before}{field.label.text}"
        if isinstance(field, FieldList):
            for number, entry in enumerate(field, 1):
                yield from _typed([entry], f"{words} {number}, ")
        elif isinstance(field, FormField):
            yield from _typed(field.form, before)
        elif isinstance(field.widget, BOXES) and (text := _text_of(field)):
            yield field.name, Typed(words + _language_of(field), shown(text))


def _text_of(field: Field) -> str:
    return str(field.raw_data[0]).strip() if field.raw_data else ""


def _language_of(field: Field) -> str:
    """Return the name of the language, for a field that stands there once for each."""
    code = (field.render_kw or {}).get("lang")
    return f" ({OWN_NAMES[code]})" if code in OWN_NAMES else ""
