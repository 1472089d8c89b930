"""Fixtures of the tests in a browser. They run on SQLite only: what a browser sees is the same on both."""

import pytest

from tests.browser.stage import Stage, set_up
from tests.serving import Served


@pytest.fixture
def stage(served_securely: Served) -> Stage:
    """The demo behind HTTPS."""
    return set_up(served_securely)
