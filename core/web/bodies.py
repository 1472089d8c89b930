"""How much a visitor may send: little, except to the few views that take a file."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def takes_up_to(most: int) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Mark a view: requests to it may have so many bytes. What is longer is answered with 413."""

    def mark(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        view.__dict__["most_bytes"] = most
        return view

    return mark


def install(app: Flask) -> None:
    """Let marked views read more than the app's limit; before anything reads the form."""
    app.before_request(_make_room)


def _make_room() -> None:
    if request.endpoint is None:
        return
    most = current_app.view_functions[request.endpoint].__dict__.get("most_bytes")
    if most is not None:
        request.max_content_length = most
