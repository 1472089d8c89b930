"""Flask as this portal uses it: without what only asynchronous views and borrowed templates need."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment


class Templates(Environment):
    """Templates that all share the environment's globals: none is ever loaded with globals of its own.

    Jinja would lay an empty layer over them and look through both for every name of every imported macro.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals themselves, unless a template brings its own."""
        return super().make_globals(d) if d else self.globals


class Portal(Flask):
    """The application. Its views are plain functions, so nothing has to be found out about them each time."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: there are no asynchronous ones here."""
        return func
