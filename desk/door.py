"""The agents' door: its session, its guard and its pages."""

from typing import Protocol

from flask import Flask
from flask.sessions import SecureCookieSessionInterface, SessionInterface
from flask_wtf.csrf import CSRFProtect


class Deployment(Protocol):
    """What the door needs to know of the deployment."""

    @property
    def is_https(self) -> bool: ...


def sessions(config: Deployment) -> SessionInterface:
    """Return the session interface of members."""
    return SecureCookieSessionInterface()


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the desk's pages to the app."""
