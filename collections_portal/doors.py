"""Which door a request comes to: by its path, and by its host where the desk has one of its own.

Debtors' pages and the desk then share no cookie and no origin (ASVS 5.0, 3.5.4): each is not there on the
other's host. Files, colours, logos and `/health` are on both, what providers call is on the public one.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from collections_portal.config import DEBTOR, DESK, Config

# The first part of a path that leads to the members' pages; everything else is the debtors'.
OF_MEMBERS = {"desk": "desk", "settings": "settings"}
# What debtors' browsers and providers ask for.
OF_THE_PUBLIC = ("debtor.", "hooks.")


def install(app: Flask, config: Config) -> None:
    """Name each request's door in `g.door`, before any guard; say 404 on the wrong host."""
    behind = OF_MEMBERS if DESK in config.doors else {}
    elsewhere = DEBTOR if DEBTOR in config.doors else DESK
    desk_host = _desk_host(config)

    def name_door() -> ResponseReturnValue | None:
        first = request.path.split("/", 2)[1]
        g.door = behind.get(first, elsewhere)
        if not desk_host:
            return None
        is_at_the_desk = urlsplit(f"//{request.host}").hostname == desk_host
        if is_at_the_desk == (first in OF_MEMBERS):
            return None
        return _at_the_desk() if is_at_the_desk else _among_debtors()

    app.before_request(name_door)


def _desk_host(config: Config) -> str:
    """Return the host name of the desk where that is not the debtors' too, else nothing."""
    ours, desks = (urlsplit(url).hostname or "" for url in (config.public_url, config.desk_url))
    return desks if desks != ours else ""


def _at_the_desk() -> ResponseReturnValue | None:
    """Answer for a path that is not the members' on their host: only what is everybody's is there."""
    g.door = "desk"
    if request.path == "/":
        return redirect(url_for("desk.home.show"), 303)
    if (request.endpoint or "").startswith(OF_THE_PUBLIC):
        abort(404)
    return None


def _among_debtors() -> ResponseReturnValue:
    """Answer for a path of the members on the debtors' host, as for any that is not there."""
    g.door = "debtor"
    abort(404)
