"""The headers of every answer, errors included."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, Response, request

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

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
ALWAYS = {
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "; ".join(f"{kind} {source}" for kind, source in SOURCES.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=63072000; includeSubDomains"
KEPT = ("static", "theme", "logo")
LASTING = "public, max-age=31536000, immutable"


def lets_script_ask(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Mark a view: a script on its page may send requests to us; on every other page none may."""
    view.__dict__["connects"] = True
    return view


def install(app: Flask) -> None:
    """Send the headers with every answer; browsers keep only files with a version in their address."""
    closed = ALWAYS | ({"Strict-Transport-Security": HSTS} if app.config["PORTAL"].is_https else {})
    policy = closed["Content-Security-Policy"]
    open_to_us = closed | {
        "Content-Security-Policy": policy.replace("connect-src 'none'", "connect-src 'self'")
    }
    ours = {name.lower() for name in (*closed, "Cache-Control")}

    def add(response: Response) -> Response:
        keeps = request.endpoint in KEPT and response.status_code == 200 and "v" in request.args
        view = app.view_functions.get(request.endpoint or "")
        always = open_to_us if view is not None and "connects" in view.__dict__ else closed
        # All in one step: to set them one by one looks through all for each.
        response.headers[:] = [
            *((name, value) for name, value in response.headers if name.lower() not in ours),
            *always.items(),
            ("Cache-Control", LASTING if keeps else "no-store"),
        ]
        return response

    app.after_request(add)
