"""The debtor's door: its session, its guard and its pages."""

from flask import Flask
from flask.sessions import SessionInterface
from flask_wtf.csrf import CSRFProtect

from collections_portal.config import Config
from collections_portal.debtor.session import VisitSessions


def sessions(config: Config) -> SessionInterface:
    """Return the session interface of visits."""
    return VisitSessions(secure=config.is_https)


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the debtor's pages to the app."""
