"""Flask as this portal uses it: without what only asynchronous views and borrowed templates need."""

from collections.abc import Callable, MutableMapping
from functools import cached_property
from typing import Any, cast

from flask import Flask, has_request_context
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from core.web.languages import language

# What these say of a text stays the same as long as a process lives; a sentence in one language.
LASTING = ("_", "asset")


class _Said(NodeTransformer):
    """Puts what a lasting function says of a text in the place of the call."""

    def __init__(self, known: MutableMapping[str, Any]) -> None:
        self.known = known

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name),
                args=[nodes.Const(value=str() as text)],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ) if name in LASTING:
                said = nodes.Const(str(self.known[name](text)), lineno=node.lineno)
                return nodes.MarkSafe(said, lineno=node.lineno)
        return node


class _InOneLanguage(CodeGenerator):
    """Compiles a template for whoever speaks the language of this request."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(cast(nodes.Template, _Said(self.environment.globals).visit(node)), frame)


class Templates(Environment):
    """Templates, compiled once for each language: most of what a page says then stands in it already.

    All share the environment's globals: none is ever loaded with globals of its own. Jinja would lay an empty
    layer over them and look through both for every name of every imported macro.
    """

    speaks = ""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals themselves, unless a template brings its own."""
        return super().make_globals(d) if d else self.globals

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's name for it
    ) -> Template:
        """Return the template in the language of this request; without a request, as it is in any."""
        if self.speaks or not has_request_context():
            return super().get_template(name, parent, globals)
        return self._in(language()).get_template(name, parent, globals)

    def _in(self, spoken: str) -> "Templates":
        if spoken not in self._overlays:
            overlay = self.overlay()
            overlay.speaks, overlay.code_generator_class = spoken, _InOneLanguage
            self._overlays[spoken] = overlay
        return self._overlays[spoken]

    @cached_property
    def _overlays(self) -> "dict[str, Templates]":
        return {}


class Portal(Flask):
    """The application. Its views are plain functions, so nothing has to be found out about them each time."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: there are no asynchronous ones here."""
        return func
