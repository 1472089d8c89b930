"""No request brings the character NUL: no text has it, PostgreSQL cannot store it, and nobody types it.

In an address it leads nowhere (404); from what was typed, and the names of fields, it is left out, so that
the rest is not lost.
"""

from typing import IO, Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

NUL = "\x00"


class _PlainForms(FormDataParser):
    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        rest, form, files = super().parse(stream, mimetype, content_length, options)
        return rest, ImmutableMultiDict(_plain(form)), files


class PlainRequest(Request):
    """A request whose form and query hold no NUL."""

    form_data_parser_class = _PlainForms

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands behind the question mark."""
        return ImmutableMultiDict(_plain(super().args))


def install(app: Flask) -> None:
    """Make every request a plain one."""
    app.request_class = PlainRequest
    app.before_request(_look)


def _look() -> None:
    if NUL in request.path:
        abort(404)


def _plain(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    # A part of a form may come without any name, which its types do not say; nothing asks for it.
    named = ((name, value) for name, value in values.items(multi=True) if name)
    return [(name.replace(NUL, ""), value.replace(NUL, "")) for name, value in named]
