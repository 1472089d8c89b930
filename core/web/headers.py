"""The headers of every answer, errors included."""

from flask import Flask, Response, current_app, request

SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
POLICY = "; ".join(f"{kind} {source}" for kind, source in SOURCES.items())
ALWAYS = {
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=63072000; includeSubDomains"
KEPT = ("static", "theme", "logo")
LASTING = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Send the headers with every answer; browsers keep only files with a version in their address."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers[name] = value
    if current_app.config["PORTAL"].is_https:
        response.headers["Strict-Transport-Security"] = HSTS
    keeps = request.endpoint in KEPT and response.status_code == 200 and "v" in request.args
    response.headers["Cache-Control"] = LASTING if keeps else "no-store"
    return response
