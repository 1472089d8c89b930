"""What makes the debtor's pages an organisation's own: a style sheet of one colour, and a logo.

Both are public, like any picture on a page. Their addresses carry `?v=` with the version of the settings, so
that a browser keeps them until something is changed.
"""

from flask import Flask, Response

from core.organisations.queries import accent_of, logo_of
from core.theme import theme_css


def install(app: Flask) -> None:
    """Add the endpoints `theme` and `logo`; both take the organisation's `public_id`."""
    app.add_url_rule("/theme/<public_id>.css", "theme", theme)
    app.add_url_rule("/logo/<public_id>", "logo", logo)


def theme(public_id: str) -> Response:
    """Send the accent's style sheet."""
    return Response(theme_css(accent_of(public_id=public_id)), mimetype="text/css")


def logo(public_id: str) -> Response:
    """Send the logo."""
    picture, content_type = logo_of(public_id=public_id)
    return Response(picture, mimetype=content_type)
