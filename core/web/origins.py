"""Forms come from our own pages: what a browser says another site sent is refused, whatever its token.

Browsers name the sender in `Sec-Fetch-Site` and `Origin`, and no page can change either. A request without
both comes from an old browser or from no browser; there the form's token decides alone.
"""

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
    own = current_app.config["PORTAL"].origins
    if (site is not None and site not in FROM_HERE) or (origin is not None and origin not in own):
        raise SentFromElsewhere
