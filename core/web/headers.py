"""The headers of every answer, errors included."""

from flask import Flask, Response, request

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
    always = ALWAYS | ({"Strict-Transport-Security": HSTS} if app.config["PORTAL"].is_https else {})
    ours = {name.lower() for name in (*always, "Cache-Control")}

    def add(response: Response) -> Response:
        keeps = request.endpoint in KEPT and response.status_code == 200 and "v" in request.args
        # All in one step: to set them one by one looks through all for each.
        response.headers[:] = [
            *((name, value) for name, value in response.headers if name.lower() not in ours),
            *always.items(),
            ("Cache-Control", LASTING if keeps else "no-store"),
        ]
        return response

    app.after_request(add)
