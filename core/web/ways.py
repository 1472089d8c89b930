"""The way on from an error page of desk and settings: where somebody was, sign-in, or the first page."""

from typing import NamedTuple
from urllib.parse import quote

from flask import current_app, g, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

HOME, SIGN_IN = "desk.home.show", "desk.sign_in.show"


class Way(NamedTuple):
    """A link: where it leads, and what it says."""

    url: str
    words: str


def way_on(*, status: int, is_form_old: bool) -> Way | None:
    """Return the link of an error page; None at the debtor's door.

    A form that came too late leads back to its page, with 401 through sign-in.
    """
    if g.get("door") not in ("desk", "settings"):
        return None
    if status == 401:
        return Way(url_for(SIGN_IN, next=page_of_form() or None), gettext("Sign in"))
    page = page_of_form() if is_form_old else ""
    return Way(page, gettext("Back to the page")) if page else Way(url_for(HOME), gettext("Go to the desk"))


def page_of_form() -> str:
    """Return the address of the page that a form of ours stood on, or nothing.

    Browsers do not tell (`Referrer-Policy: strict-origin`). Forms are sent to the address of their page or to
    one below it, so it is the nearest one upwards that can be read.
    """
    path, asked = request.path, request.full_path[len(request.path) :].rstrip("?")
    while path.strip("/"):
        if _can_be_read(path):
            return quote(path) + asked
        path = path.rpartition("/")[0]
    return ""


def _can_be_read(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, method="GET"))
    except HTTPException:
        return False
