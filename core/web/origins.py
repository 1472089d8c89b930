"""Forms come from our own pages: what a browser says another site sent is refused, whatever its token.

Browsers name the sender in `Sec-Fetch-Site` and `Origin`, and no page can change either. A request without
both comes from an old browser or from no browser; there the form's token decides alone.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, request

from core.refusals import N_, Refusal

READING = ("GET", "HEAD", "OPTIONS")
FROM_HERE = ("same-origin", "none")


class SentFromElsewhere(Refusal):
    """Another site's page sent this form."""

    sentence = N_(
        "This did not come from our own page. Please open the page again and press the button there."
    )
    status = 403


def install(app: Flask) -> None:
    """Look at everything that may change something; after the doors' guards."""
    app.before_request(_look)


def _look() -> None:
    if request.method in READING:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site is not None and site not in FROM_HERE) or (origin is not None and origin not in _own()):
        raise SentFromElsewhere


def _own() -> set[str]:
    """Return the origins our own pages have."""
    deployment = current_app.config["PORTAL"]
    parts = (urlsplit(url) for url in (deployment.public_url, deployment.desk_url) if url)
    return {f"{part.scheme}://{part.netloc}" for part in parts}
