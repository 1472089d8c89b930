"""Flask as this portal uses it: without what only asynchronous views and borrowed templates need."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

_has_marks = re.compile("[&<>\"']").search


def escaped(value: object) -> str:
    """Return what a template writes for a value: as markupsafe's `escape` does, as plain text.

    Most of what a page shows has nothing to escape. `escape` makes an object of it all the same, which
    is then only put together with the rest of the page: a tenth of the time a list of invoices takes.
    """
    if type(value) is Markup or (type(value) is str and not _has_marks(value)):
        return value
    return escape(value)


class _Writer(CodeGenerator):
    """Compiles `{{ … }}` to a call of `escaped` wherever Jinja itself would have called `escape`."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if not frame.eval_ctx.autoescape or frame.eval_ctx.volatile:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.escaped(")
        if finalize.src is not None:
            self.write(finalize.src)


class Templates(Environment):
    """Templates that all share the environment's globals: none is ever loaded with globals of its own.

    Jinja would lay an empty layer over them and look through both for every name of every imported macro.
    """

    code_generator_class = _Writer
    escaped = staticmethod(escaped)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals themselves, unless a template brings its own."""
        return super().make_globals(d) if d else self.globals


class Portal(Flask):
    """The application. Its views are plain functions, so nothing has to be found out about them each time."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: there are no asynchronous ones here."""
        return func
