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


def is_from_our_page() -> bool:
    """Return whether the browser says that a page of ours sent this; one that says nothing does not count."""
    site, origin = _sender()
    return not _is_from_elsewhere() and (site == "same-origin" or (site is None and origin is not None))


def _look() -> None:
    if request.method not in READING and _is_from_elsewhere():
        raise SentFromElsewhere


def _is_from_elsewhere() -> bool:
    site, origin = _sender()
    own = current_app.config["PORTAL"].origins
    return (site is not None and site not in FROM_HERE) or (origin is not None and origin not in own)


def _sender() -> tuple[str | None, str | None]:
    return request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
