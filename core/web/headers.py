"""The headers of every answer, errors included."""

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from flask import Flask, Response, request

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

POLICY = "Content-Security-Policy"


def _policy(sources: Mapping[str, str]) -> str:
    return "; ".join(f"{kind} {source}".rstrip() for kind, source in sources.items())


SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
CLOSED, ASKING = _policy(SOURCES), _policy(SOURCES | {"connect-src": "'self'"})
# What a view answers with that shows a kept e-mail, which brings its own styles: nothing in it can run, send,
# load or open a window.
OF_MAIL = _policy(
    {
        "sandbox": "",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
)
ALWAYS = {
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=63072000; includeSubDomains"
KEPT = ("static", "theme", "logo")
LASTING = "public, max-age=31536000, immutable"


def lets_script_ask(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Mark a view: a script on its page may send requests to us; on every other page none may."""
    view.__dict__["policy"] = ASKING
    return view


def install(app: Flask) -> None:
    """Send the headers with every answer; browsers keep only files with a version in their address."""
    closed = ALWAYS | ({"Strict-Transport-Security": HSTS} if app.config["PORTAL"].is_https else {})
    ours = {name.lower() for name in (*closed, POLICY, "Cache-Control")}

    def add(response: Response) -> Response:
        keeps = request.endpoint in KEPT and response.status_code == 200 and "v" in request.args
        view = app.view_functions.get(request.endpoint or "")
        policy = OF_MAIL if response.headers.get(POLICY) == OF_MAIL else getattr(view, "policy", CLOSED)
        # All in one step: to set them one by one looks through all for each.
        response.headers[:] = [
            *((name, value) for name, value in response.headers if name.lower() not in ours),
            *closed.items(),
            (POLICY, policy),
            ("Cache-Control", LASTING if keeps else "no-store"),
        ]
        return response

    app.after_request(add)
