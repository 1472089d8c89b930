"""An installation on the test's database, for commands that read the environment."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from collections_portal.cli import main

ENVIRONMENT = {
    "PORTAL_SECRET_KEYS": "7f3c9ab1d5e8420496bfa1c2d3e4f506",
    "PORTAL_LINK_KEYS": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "PORTAL_URL": "https://pay.voltwerk.example",
    "SMTP_HOST": "localhost",
    "MAIL_FROM": "portal@voltwerk.example",
}


@pytest.fixture
def run(app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command `portal` with these words; `given` is what it reads from standard input."""
    there = {"DATABASE_URL": database_url, "PORTAL_VAR": str(app.config["PORTAL"].var_dir)}
    for name, value in (ENVIRONMENT | there).items():
        monkeypatch.setenv(name, value)
    return lambda *words, given=None: CliRunner().invoke(main, words, input=given)
