"""The organisation's door: its guard and its pages."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Add the settings' pages to the app."""
